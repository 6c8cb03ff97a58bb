# The language itself. `position` orders the languages for buttons and lists. English is the last fallback.
name = English
tag = en
position = 3

# How two parts of a list stand side by side, and two parts of a line.
list = { $first }, { $next }
list_and = { $first } and { $next }
line = { $first } · { $next }
