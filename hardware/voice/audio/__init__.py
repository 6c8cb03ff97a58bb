"""Sound: values, the chime, and renderings kept on disk. Nothing here knows an engine or a player."""
