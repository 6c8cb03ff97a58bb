# The language itself. `position` orders the languages for buttons and lists.
name = 粵語
tag = zh-HK
fallback = zh
position = 2
