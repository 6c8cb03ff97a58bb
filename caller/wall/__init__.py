"""The wall screens: the board over time, what it shows at a moment, and the page. Nothing here speaks."""
