"""Card and code readers: what was scanned, as text. Nothing here knows what a scan means."""
