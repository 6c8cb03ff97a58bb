"""The sentences that are shown and spoken in a hall (docs/sources.md, Spoken calls). Knows no voice and no rules."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum

from server.domain.privacy.masking import VoiceMode, spoken_name
from server.protocol.messages import Names
from server.protocol.terms import QueueKind
from server.protocol.texts import Texts


class AnnouncementKind(StrEnum):
    """What is said to a hall."""

    CALL = "call"
    STAGE = "stage"
    RECALL = "recall"
    PASSED = "passed"


CALLS = Texts("calls")

_ZH_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_EN_UNDER_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_DIGITS = dict(zip("0123456789", _EN_UNDER_TWENTY[:10], strict=True))
_DIGITS = {"zh": _ZH_DIGITS, "yue": _ZH_DIGITS, "en": _EN_DIGITS}
"""A voice of another language reads the digits itself."""
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_OTHER_TAGS = {
    "zh": ("zh", "zh-CN", "zh-Hans"),
    "yue": ("yue", "yue-HK", "zh-HK", "zh-Hant", "zh-TW", "zh", "zh-CN"),
    "en": ("en", "en-GB", "en-US"),
}
_PLAIN_ROOM = re.compile(r"(?:第?(\d+)(?:号|號)?(?:诊室|診室)?|(?:consulting )?room (\d+))", re.IGNORECASE)
_WINDOW = re.compile(
    r"第?(\d+)[号號](?:采血|抽血|取药|取藥|缴费|繳費|收费|收費|挂号|掛號)?窗口?|window (\d+)", re.IGNORECASE
)


def shown(
    kind: str,
    *,
    purpose: str = QueueKind.CLINIC,
    number: str | None = None,
    name: str | None = None,
    station_names: Names | None = None,
    queue_names: Names | None = None,
    languages: Iterable[str] | None = None,
) -> Names:
    """The sentence to be read, by language: 请 A012 号 张*三 到 内科3诊室 就诊. `name` is a display name or None.

    `purpose` is the kind of the queue: a pharmacy calls to 取药. Raises ValueError for an unknown kind or purpose; a
    language without templates is left out.
    """
    return {
        language: _sentence(_call(kind, purpose), language, number or "", name, station_names, queue_names, str)
        for language in _with_texts(languages)
    }


def spoken(
    kind: str,
    *,
    purpose: str = QueueKind.CLINIC,
    number: str | None = None,
    name: str | None = None,
    voice_mode: VoiceMode = "none",
    station_names: Names | None = None,
    queue_names: Names | None = None,
    languages: Iterable[str] | None = None,
) -> Names:
    """The sentence to be heard, by language: 请 A 零 一 二 号 张姓患者 到 内科三诊室 就诊. `name` is the real name.

    Letters by letter name, digits one by one; rooms to 99 as a number, from 100 digit by digit.
    """
    sentences: Names = {}
    for language in _with_texts(languages):
        said_name = spoken_name(name, voice_mode, language)
        said_number = say_number(number or "", language)
        say = _SAY_PLACE.get(language, str)
        call = _call(kind, purpose)
        sentences[language] = _sentence(call, language, said_number, said_name, station_names, queue_names, say)
    return sentences


def say_number(number: str, language: str) -> str:
    """A queue number as it is spoken: A012 → zh "A 零 一 二", yue "A 零一二", en "A zero one two"."""
    digits = _DIGITS.get(language, {})
    said = [digits.get(character, character) for character in unicodedata.normalize("NFKC", number)]
    if language != "yue":
        return " ".join(said)
    return re.sub(r"([A-Za-z])(?=\S)", r"\1 ", "".join(said))


def say_place_zh(place: str) -> str:
    """A place as it is spoken in Chinese: 3诊室 → 三诊室, 12诊室 → 十二诊室, 101诊室 → 一零一诊室."""
    return re.sub(r"\d+", lambda found: _chinese_count(found[0]), unicodedata.normalize("NFKC", place))


def say_place_en(place: str) -> str:
    """A place as it is spoken in English: Room 3 → Room three, Room 101 → Room one zero one; B2 and 3rd stay."""
    plain = unicodedata.normalize("NFKC", place)
    return re.sub(r"(?<![A-Za-z\d])\d+(?![A-Za-z\d])", lambda found: _english_count(found[0]), plain)


_SAY_PLACE: dict[str, Callable[[str], str]] = {"zh": say_place_zh, "yue": say_place_zh, "en": say_place_en}


def _call(kind: str, purpose: str) -> tuple[AnnouncementKind, QueueKind]:
    return AnnouncementKind(kind), QueueKind(purpose)


def _with_texts(languages: Iterable[str] | None) -> list[str]:
    """Those of the languages that have texts for calls; all of them for None."""
    able = CALLS.languages()
    return [language for language in (able if languages is None else languages) if language in able]


def _key(call: tuple[AnnouncementKind, QueueKind], *, window: bool) -> str:
    """The key of a call's text; only a call itself names what the queue is for."""
    kind, purpose = call
    if kind is not AnnouncementKind.CALL or purpose is QueueKind.CLINIC:
        return kind.value
    at_window = f"call_window.{purpose}"
    return at_window if window and CALLS.has(at_window, "zh") else f"call.{purpose}"


def _sentence(
    call: tuple[AnnouncementKind, QueueKind],
    language: str,
    number: str,
    name: str | None,
    station_names: Names | None,
    queue_names: Names | None,
    say: Callable[[str], str],
) -> str:
    room = _text(station_names, language)
    dept = _text(queue_names, language)
    if language == "en" and not dept.isascii():  # an English voice cannot say 内科; the room is enough
        dept = ""
    window = _WINDOW.fullmatch(unicodedata.normalize("NFKC", room))
    number_of_window = next(filter(None, window.groups())) if window else ""
    if dept and dept.casefold() in room.casefold():
        dept = ""
    if call[0] is AnnouncementKind.STAGE and language != "en":
        room = re.sub("(候诊区|候診區)$", "", room)
    key = _key(call, window=window is not None)
    gaps = {"no": number, "name": name or "", "room": say(room), "dept": say(dept), "window": say(number_of_window)}
    return _tidy(CALLS.text(key, language, **gaps))


def _text(names: Names | None, language: str) -> str:
    """The text in a language, or the nearest there is; a plain room number is put into the language's own words."""
    given = {tag: text.strip() for tag, text in (names or {}).items() if text.strip()}
    for tag in _OTHER_TAGS.get(language, (language,)):
        if tag in given:
            return _bare_number_as_room(given[tag], language, also_named=tag != language)
    return _bare_number_as_room(next(iter(given.values())), language, also_named=True) if given else ""


def _bare_number_as_room(text: str, language: str, also_named: bool) -> str:
    plain = _PLAIN_ROOM.fullmatch(unicodedata.normalize("NFKC", text))
    if plain is None or not (also_named or text.isdecimal()):
        return text
    return CALLS.text("room", language, number=plain[1] or plain[2])


def _tidy(text: str) -> str:
    """Close the gaps that missing parts leave."""
    text = re.sub(r" +", " ", text).strip()
    return re.sub(r"[ ,]+$", "", re.sub(r" +,", ",", text))


def _chinese_count(digits: str) -> str:
    if len(digits) > 2 or digits[0] == "0":
        return "".join(_ZH_DIGITS[digit] for digit in digits)
    if len(digits) == 1:
        return _ZH_DIGITS[digits]
    tens, ones = divmod(int(digits), 10)
    return ("" if tens == 1 else _ZH_DIGITS[str(tens)]) + "十" + (_ZH_DIGITS[str(ones)] if ones else "")


def _english_count(digits: str) -> str:
    if len(digits) != 2 or digits[0] == "0":
        return " ".join(_EN_DIGITS[digit] for digit in digits)
    if digits < "20":
        return _EN_UNDER_TWENTY[int(digits)]
    tens, ones = divmod(int(digits), 10)
    return _EN_TENS[tens - 2] + (f"-{_EN_UNDER_TWENTY[ones]}" if ones else "")
