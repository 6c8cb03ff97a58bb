"""Players: programs and folders that take a sound. Nothing here knows an engine."""
