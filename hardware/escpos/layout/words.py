"""Looks up what is printed on paper and picks a text by language. Knows no layout."""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from server.protocol.texts import Texts, chain, languages

_ORDER = {"zh": ("zh", "yue", "en"), "yue": ("yue", "zh", "en"), "en": ("en", "zh", "yue")}
"""Where a name is looked for; in another language, along its fallbacks."""

PAPER = Texts("paper")

SEXES = {"male": "male", "m": "male", "男": "male", "female": "female", "f": "female", "女": "female"}


def language_of(tag: str | None) -> str:
    """Our language for a tag such as "zh-CN" or "en-GB"; what we do not set is set in Chinese."""
    if tag and tag in languages():
        return tag
    tag = (tag or "zh").lower().replace("_", "-")
    if tag.startswith("yue") or tag in {"zh-hk", "zh-hant", "zh-tw", "zh-mo"}:
        return "yue"
    return "en" if tag.startswith("en") else "zh"


def word(name: str, language: str, **values: object) -> str:
    """A printed word or sentence, with its values filled in."""
    return PAPER.text(name, language, **values)


def wait_at(kind: str, language: str, hall: str) -> str:
    """Where to wait and for what: the words of a queue's kind, those of a clinic where a kind has none."""
    name = f"wait_at.{kind}"
    return word(name if PAPER.has(name, language) else "wait_at", language, hall=hall)


def state_word(state: str, language: str) -> str:
    """A ticket's state in words; an unknown one as it came."""
    name = f"state.{state}"
    return word(name, language) if PAPER.has(name, language) else state


def pick(text: str | Mapping[str, str] | None, language: str) -> str:
    """The text in this language, else in the nearest one there is, else ""."""
    if text is None or isinstance(text, str):
        return text or ""
    for tag in (*_ORDER.get(language, chain(language)), *text):
        if text.get(tag):
            return text[tag]
    return ""


def both(text: str | Mapping[str, str] | None, language: str) -> str:
    """The text in this language with the Chinese behind it, so that a foreigner can compare it with the signs."""
    own = pick(text, language)
    chinese = pick(text, "zh")
    return own if language != "en" or chinese == own else f"{own} {chinese}"


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def when(text: str, timezone: str | None) -> str:
    """A time of a report: an instant on the hospital's clock, a partial date (2026, 2026-11) or anything else as it is.

    Two joined by "/" are a period, whose end does not repeat its day.
    """
    parts = []
    for part in text.split("/", maxsplit=1):
        moment = _moment(part.strip())
        parts.append(clock(moment, timezone) if moment else part.strip())
    day, _, end = parts[-1].partition(" ")
    if len(parts) == 2 and end and parts[0].startswith(f"{day} "):
        return f"{parts[0]}–{end}"
    return " – ".join(part for part in parts if part)


def _moment(text: str) -> datetime | None:
    """The instant that a text names, None for a date only and for what is no time."""
    if not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def clock(moment: datetime, timezone: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment on the hospital's clock; without a time zone, as it was written."""
    return (moment.astimezone(ZoneInfo(timezone)) if timezone else moment).strftime(form)
