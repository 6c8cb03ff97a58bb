"""Tables, named queries and the journal over SQLAlchemy; no rules live here."""
