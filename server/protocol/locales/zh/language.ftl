# The language itself. `position` orders the languages for buttons and lists.
name = 中文
tag = zh-CN
fallback = en
position = 1

# How two parts of a list stand side by side, and two parts of a line.
list = { $first }、{ $next }
list_and = { $first }和{ $next }
line = { $first } · { $next }
