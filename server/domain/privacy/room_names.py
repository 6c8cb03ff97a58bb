"""A room's neutral name, where its own says what is treated there: 妇科2诊室 → 2诊室. Knows no hall and no screen."""

import re
import unicodedata

from server.protocol.messages import Names
from server.protocol.texts import Texts, languages

CALLS = Texts("calls")
_COUNT = "[一二三四五六七八九十]{1,3}"
_NUMBER = r"(?<![A-Za-z\d])[A-Za-z]?\d{1,4}[A-Za-z]?|\d{1,4}"
_BEFORE_ROOM = re.compile(rf"({_NUMBER}|{_COUNT})[号號]?(?=诊室|診室|诊间|診間|室|房|窗)")
_BEHIND_ROOM = re.compile(
    rf"(?:诊室|診室|诊间|診間|室|房|窗口?|\broom|\bwindow|#)\s*({_NUMBER}|{_COUNT})$", re.IGNORECASE
)
_AT_END = re.compile(rf"({_NUMBER})[号號]?$")
_WINDOW = re.compile("窗|window", re.IGNORECASE)
_DIGITS = "零一二三四五六七八九"


def neutral_room(names: Names) -> Names | None:
    """The room by its number alone, by language; None where no name holds the number of a room.

    Made anew from the number, so nothing else of the name is left. A floor or a building's number is none.
    """
    numbers = {language: _number_in(text) for language, text in names.items()}
    found = next((number for number in numbers.values() if number), None)
    if found is None:
        return None
    key = "window" if any(_WINDOW.search(text) for text in names.values()) else "room"
    return {
        language: CALLS.text(key, language, number=number if _reads_chinese(language) else _in_digits(number))
        for language in CALLS.languages()
        if language in names and (number := numbers[language] or found)
    } or {"zh": CALLS.text(key, "zh", number=found)}


def _reads_chinese(language: str) -> bool:
    return languages()[language].tag.startswith("zh")


def _number_in(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    before = _BEFORE_ROOM.findall(plain)
    if before:
        return str(before[-1])
    behind = _BEHIND_ROOM.search(plain) or _AT_END.search(plain)
    return behind[1] if behind else None


def _in_digits(number: str) -> str:
    """A count to ninety-nine in digits: 十二 → 12; anything else as it is."""
    if not re.fullmatch(_COUNT, number):
        return number
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return "".join(str(_DIGITS.index(one)) for one in number)
    return str((_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0))
