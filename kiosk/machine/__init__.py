"""The kiosk's screen machine: (state, event, now) → (state, effects). Pure: no page, network, printer or clock."""
