"""The kiosk's local agent: page, outbox, printer, reader, link to the server."""
