"""A ticket from its number to its end: issued, moved, called back, transferred, undone."""
