# The language itself. `position` orders the languages for buttons and lists.
name = 中文
tag = zh-CN
fallback = en
position = 1
