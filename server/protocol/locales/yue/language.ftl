# The language itself. `position` orders the languages for buttons and lists.
name = 粵語
tag = zh-HK
fallback = zh
position = 2

# How two parts of a list stand side by side, and two parts of a line.
list = { $first }、{ $next }
list_and = { $first }和{ $next }
line = { $first } · { $next }
