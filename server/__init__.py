"""Empty on purpose: clients import server.protocol without Flask or SQLAlchemy."""
