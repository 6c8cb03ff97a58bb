"""A room's neutral name, where its own says what is treated there: 妇科2诊室 → 2诊室. Knows no hall and no screen."""

import re
import unicodedata

from server.protocol.messages import Names

_COUNT = "[一二三四五六七八九十]{1,3}"
_NUMBER = r"(?<![A-Za-z\d])[A-Za-z]?\d{1,4}[A-Za-z]?|\d{1,4}"
_BEFORE_ROOM = re.compile(rf"({_NUMBER}|{_COUNT})[号號]?(?=诊室|診室|诊间|診間|室|房|窗)")
_BEHIND_ROOM = re.compile(
    rf"(?:诊室|診室|诊间|診間|室|房|窗口?|\broom|\bwindow|#)\s*({_NUMBER}|{_COUNT})$", re.IGNORECASE
)
_AT_END = re.compile(rf"({_NUMBER})[号號]?$")
_WINDOW = re.compile("窗|window", re.IGNORECASE)
_ROOMS = {"zh": "{}诊室", "yue": "{}診室", "en": "Room {}"}
_WINDOWS = {"zh": "{}号窗口", "yue": "{}號窗口", "en": "Window {}"}
_DIGITS = "零一二三四五六七八九"


def neutral_room(names: Names) -> Names | None:
    """The room by its number alone, by language; None where no name holds the number of a room.

    Made anew from the number, so nothing else of the name is left. A floor or a building's number is none.
    """
    numbers = {language: _number_in(text) for language, text in names.items()}
    found = next((number for number in numbers.values() if number), None)
    if found is None:
        return None
    wording = _WINDOWS if any(_WINDOW.search(text) for text in names.values()) else _ROOMS
    return {
        language: wording[language].format(number if language != "en" else _in_digits(number))
        for language in wording
        if language in names and (number := numbers[language] or found)
    } or {"zh": wording["zh"].format(found)}


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
