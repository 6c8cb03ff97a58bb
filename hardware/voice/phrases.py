"""Owns how a sentence falls into phrases that are rendered and kept one by one. Knows no engine and no sound.

请 A 零 一 二 号 张女士 到 内科三诊室 就诊 → 请 A 零 一 二 号 | 张女士 | 到 内科三诊室 就诊. Joined phrases are
understood nearly as well as whole sentences, joined digits are not (stack.md §3), so a number is never cut.
"""

import re
import unicodedata

DIGITS = "零一二三四五六七八九幺"
NUMBER = re.compile(rf"((?:[A-Z]{{1,3}} ?)?(?:[{DIGITS}] ?){{2,8}}) ?([号號])(?=[ ,]|$|[已到])")
_MARKS = re.compile(r"\s*[,;:.!?、](?:\s|$)|\s*[,;:!?、](?=\S)")


def phrases(text: str, language: str) -> list[str]:
    """The phrases of a sentence, in order, without the marks between them."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    if language in ("zh", "yue"):
        plain = paused(plain)
    return [phrase.strip() for phrase in _MARKS.split(plain) if phrase.strip()]


def paused(text: str) -> str:
    """A Chinese sentence with commas where the voice rests: after the number and before the place (domain.md §2.8)."""
    after_number = NUMBER.sub(lambda found: f"{found[1].strip()} {found[2]}, ", text)
    before_place = re.sub(r"[ ,]+(?=[到请請])", ", ", after_number)
    return re.sub(r" *,[ ,]*", ", ", before_place).strip(" ,")
