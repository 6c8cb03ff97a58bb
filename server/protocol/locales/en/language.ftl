# The language itself. `position` orders the languages for buttons and lists. English is the last fallback.
name = English
tag = en
position = 3
