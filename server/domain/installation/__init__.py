"""Whether an installation may be served as it was found, and what its clock is worth."""
