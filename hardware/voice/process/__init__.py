"""Child processes that may hang or die: the parent side, and the program inside. Names no engine but by module."""
