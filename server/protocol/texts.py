"""Reads the texts that people read and hear: Fluent files by language and topic in `locales`. Knows no page.

A folder of `locales` is a language, a file in it a topic. Its `language.ftl` holds the name on a language button, the
BCP 47 tag (for HTML and the plural rules of CLDR), the language to fall back to, and the position among the others.
The dots of a key are hyphens in the files: `wait_at.pharmacy` stands there as `wait_at-pharmacy`; a character that
Fluent knows in no identifier stands there by its code point: `tag.老` as `tag-_u8001_`.
The twin for pages is web/texts.js.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from pathlib import Path
from typing import Any, TypeAlias

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number

from server.protocol.json_values import JsonObject

LOCALES = Path(__file__).parent / "locales"
ABOUT = "language"
LAST_FALLBACK = "en"
FUNCTIONS: dict[str, Callable[..., Any]] = {"LOWER": lambda text: str(text).lower()}
"""What a text may do with a value, beside choosing a plural form: { LOWER($finding) } stands inside a sentence."""
_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True)
class Language:
    """A language that texts are written in; `code` is the name of its folder."""

    code: str
    name: str
    tag: str
    fallback: str | None
    position: int


class Texts:
    """The texts of one topic in every language."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    def text(self, key: str, language: str, /, **values: object) -> str:
        """Return the text in this language, else in the one it falls back to; the key itself where there is none."""
        for code in chain(language):
            found = _file(self.topic, code)
            if found is not None and found.has(key):
                return found.text(key, values)
        return key

    def has(self, key: str, language: str) -> bool:
        """Whether the language, or one it falls back to, has this text."""
        return any(found.has(key) for code in chain(language) if (found := _file(self.topic, code)))

    def languages(self) -> list[str]:
        """Return the languages that have this topic themselves."""
        return [code for code in languages() if _file(self.topic, code) is not None]

    def names(self, key: str, /, **values: object) -> dict[str, str]:
        """Return the text by language, of the languages that have it themselves."""
        files = {code: _file(self.topic, code) for code in self.languages()}
        return {code: found.text(key, values) for code, found in files.items() if found and found.has(key)}


@dataclass(frozen=True, slots=True)
class Message:
    """A text for people as its topic, its key and the values of its gaps: what a rule returns instead of a sentence.

    A value is a number, a plain text, a name by language, another message, or a list of such.
    """

    topic: str
    key: str
    values: Mapping[str, "Value"] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return the text in this language, else in the one it falls back to."""
        filled = {name: _in(value, language) for name, value in self.values.items()}
        return Texts(self.topic).text(self.key, language, **filled).strip()

    def names(self) -> dict[str, str]:
        """Return the text by language, of the languages that have the topic themselves."""
        return {code: self.text(code) for code in Texts(self.topic).languages()}


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values in one gap, put together as the language does; `how` is a key of language.ftl."""

    values: tuple["Value", ...]
    how: str = "list"


Value: TypeAlias = int | str | Message | Listed | Mapping[str, str]


def nearest(names: Mapping[str, str], language: str) -> str:
    """Return the name in this language, else in one it falls back to, else in any; "" where there is none."""
    return next((names[code] for code in chain(language) if names.get(code)), "") or next(iter(names.values()), "")


def _in(value: Value, language: str) -> int | str:
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, Listed):
        join, parts = Texts(ABOUT), [str(_in(one, language)) for one in value.values]
        return (
            reduce(lambda first, then: join.text(value.how, language, first=first, next=then), parts) if parts else ""
        )
    return nearest(value, language) if isinstance(value, Mapping) else value


@cache
def languages() -> dict[str, Language]:
    """Return every language by its code, in their order."""
    found = [_language(folder) for folder in LOCALES.iterdir() if (folder / f"{ABOUT}.ftl").is_file()]
    return {language.code: language for language in sorted(found, key=lambda one: (one.position, one.code))}


@cache
def chain(language: str) -> tuple[str, ...]:
    """Return the codes in which a text is looked for: the language, what it falls back to, English at last."""
    codes: list[str] = []
    known = languages()
    code: str | None = language if language in known else LAST_FALLBACK
    while code in known and code not in codes:
        codes.append(code)
        code = known[code].fallback
    return tuple(codes)


def preferred(tags: Iterable[str], default: str = LAST_FALLBACK) -> str:
    """Return the installed language that a reader prefers: `tags` are BCP 47, the most wanted first.

    A tag is looked for whole, then by its first part: zh-TW finds zh. `default` where none of them is installed.
    """
    known = {name.lower(): code for code, one in reversed(languages().items()) for name in (one.tag, code)}
    for tag in tags:
        code = known.get(tag.lower()) or known.get(tag.lower().split("-")[0])
        if code is not None:
            return code
    return default


def topics() -> set[str]:
    """Return the topics that some language has a file of."""
    return {path.stem for path in LOCALES.glob("*/*.ftl")}


def sources(topic: str) -> JsonObject:
    """Return what a page needs for one topic: the languages and the text of each one's file.

    Raises KeyError for an unknown topic.
    """
    if topic not in topics():
        raise KeyError(topic)
    about = {code: {"name": one.name, "tag": one.tag, "fallback": one.fallback} for code, one in languages().items()}
    paths = {code: LOCALES / code / f"{topic}.ftl" for code in about}
    return {"languages": about, "files": {code: _read(path) for code, path in paths.items() if path.is_file()}}


def page(topic: str) -> str:
    """Return `sources` as JSON, for the pages. Raises KeyError for an unknown topic."""
    return json.dumps(sources(topic), ensure_ascii=False)


def use(folder: Path) -> None:
    """Read the texts from another folder from now on: tests bring a language of their own, programs never call this."""
    global LOCALES
    LOCALES = folder
    for known in (languages, chain, _file):
        known.cache_clear()


class _File:
    """One Fluent file."""

    def __init__(self, source: str, tag: str) -> None:
        self._bundle = FluentBundle([tag, LAST_FALLBACK], functions=FUNCTIONS, use_isolating=False)
        self._bundle.add_resource(FluentResource(source))

    def has(self, key: str) -> bool:
        """Whether the file has this text."""
        return self._bundle.has_message(_identifier(key))

    def text(self, key: str, values: dict[str, object]) -> str:
        """Return the text with its values filled in; a value that is not given shows its name."""
        pattern = self._bundle.get_message(_identifier(key)).value
        if pattern is None:
            return key
        filled = {name: _value(value) for name, value in values.items()}
        text, _ = self._bundle.format_pattern(pattern, filled)
        return str(text)


def _language(folder: Path) -> Language:
    about = _File(_read(folder / f"{ABOUT}.ftl"), LAST_FALLBACK)

    def said(key: str) -> str | None:
        return about.text(key, {}) if about.has(key) else None

    fallback = said("fallback") or (LAST_FALLBACK if folder.name != LAST_FALLBACK else None)
    name, tag = said("name") or folder.name, said("tag") or folder.name
    return Language(folder.name, name, tag, fallback, int(said("position") or 1000))


@cache
def _file(topic: str, code: str) -> _File | None:
    path = LOCALES / code / f"{topic}.ftl"
    return _File(_read(path), languages()[code].tag) if path.is_file() else None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _identifier(key: str) -> str:
    return _FOREIGN.sub(lambda found: "-" if found[0] == "." else f"_u{ord(found[0]):04x}_", key)


def _value(value: object) -> object:
    """Whole numbers choose plural forms and are inserted as plain digits; anything else is text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return fluent_number(value, useGrouping=False)
    return str(value)
