"""The hall file and what follows from it: schema, faults, edits, opening hours, business day."""
