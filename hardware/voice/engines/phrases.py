"""Owns how a sentence falls into phrases that are rendered and kept one by one. Knows no engine and no sound.

请 A 零 一 二 号 张女士 到 内科三诊室 就诊 → 请 A 零 一 二 号 | 张女士 | 到 内科三诊室 就诊. Joined phrases are
understood nearly as well as whole sentences, joined digits are not (docs/sources.md, Speech engines), so a number is
never cut.
"""

import re
import unicodedata

FIRST_HALF = 0.3
"""Share of a sentence that is enough to be heard while the rest is rendered."""
DIGITS = "零一二三四五六七八九幺"
NUMBER = re.compile(rf"((?:[A-Z]{{1,3}} ?)?(?:[{DIGITS}] ?){{2,8}}) ?([号號])(?=[ ,]|$|[已到])")
_MARKS = re.compile(r"\s*[,;:.!?、](?:\s|$)|\s*[,;:!?、](?=\S)")


def phrases(text: str, language: str) -> list[str]:
    """The phrases of a sentence, in order, without the marks between them."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    if language in ("zh", "yue"):
        plain = paused(plain)
    return [phrase.strip() for phrase in _MARKS.split(plain) if phrase.strip()]


def halves(text: str, language: str) -> list[str]:
    """A sentence in two, the first with the number: it is spoken while the second is rendered. A sentence that has no
    rest between a third of it and its end stays whole."""
    plain = unicodedata.normalize("NFKC", text)
    if language in ("zh", "yue"):
        plain = paused(plain)
    for mark in _MARKS.finditer(plain):
        head, rest = plain[: mark.start()].strip(), plain[mark.end() :].strip()
        if len(head) >= FIRST_HALF * len(plain) and rest:
            return [head, rest]
    return [text]


def paused(text: str) -> str:
    """A Chinese sentence with commas where the voice rests: after the number and before the place."""
    after_number = NUMBER.sub(lambda found: f"{found[1].strip()} {found[2]}, ", text)
    before_place = re.sub(r"[ ,]+(?=[到请請])", ", ", after_number)
    return re.sub(r" *,[ ,]*", ", ", before_place).strip(" ,")
