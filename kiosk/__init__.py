"""The kiosk: a screen machine, a local agent that holds the token and the printer, and the page it draws."""
