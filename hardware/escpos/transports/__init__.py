"""Ways for bytes to a printer and back, one module each, behind one protocol. Nothing here knows a command."""
