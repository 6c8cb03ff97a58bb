"""Opening an installation, looking at it, restoring it."""
