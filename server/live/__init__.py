"""Sockets only: relay.py is the one emitter, sockets.py joins and says the position. No rules, no writes."""
