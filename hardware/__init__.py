"""Everything that touches paper, cards and sound. Knows the published language of the server, never its rules."""
