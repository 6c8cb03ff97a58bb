"""Reports: which may be printed, by whom, and what a line of one is. Pure."""
