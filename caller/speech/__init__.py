"""The loudspeaker: the order of announcements, what is rendered ahead, and who plays. Nothing here draws."""
