"""Named queries: what is read and written by statements that several use cases share. No rules live here."""
