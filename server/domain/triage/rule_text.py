"""Owns reading a rule file so that a refusal names file, line and reason. Knows no scale, no finding."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from server.domain.errors import HallError
from server.domain.files import toml_text
from server.protocol.terms import ErrorCode

LANGUAGES = ("zh", "en")
LONGEST_WORD = 64
"""Characters by which the nearest known word is looked for: a longer one is nobody's typing error."""
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
_SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class RuleText:
    """The text of one rule file, its name for complaints, and where its tables stand."""

    text: str
    source: str

    def parse(self) -> dict[str, object]:
        """The file as tables. Raises HALL_FILE_REJECTED with the line of a syntax error."""
        try:
            return toml_text.load(self.text)
        except toml_text.Unreadable as error:
            line = error.line or max(1, len(self.text.splitlines()))
            self.refuse(line, f"not valid TOML: {_SYNTAX_LINE.sub('', error.reason).strip()}")

    def line(self, table: str | None = None, index: int = 0, key: str | None = None) -> int:
        """Line (from 1) of the index-th table of that name, or of a key in it; no table: of a key of the file."""
        inside = table is None
        seen = -1
        start = 1
        for number, row in enumerate(self.text.splitlines(), start=1):
            header = _HEADER.match(row)
            if header:
                seen += header.group(2) == table
                inside = header.group(2) == table and seen == index
                start = number if inside else start
            elif inside and key is not None:
                named = _KEY.match(row)
                if named and named.group(1) == key:
                    return number
        return start

    def refuse(self, line: int, reason: str) -> NoReturn:
        """Raises HALL_FILE_REJECTED with file, line and reason."""
        detail = f"{self.source}, line {line}: {reason}"
        raise HallError(ErrorCode.HALL_FILE_REJECTED, detail, file=self.source, line=line, reason=reason)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a rule file, read key by key with a complaint that names the line."""

    file: RuleText
    values: Mapping[str, object]
    name: str | None = None
    index: int = 0

    def refuse(self, reason: str, key: str | None = None) -> NoReturn:
        """Raises HALL_FILE_REJECTED at the key, or at the table's head."""
        self.file.refuse(self.file.line(self.name, self.index, key), reason)

    def only(self, known: Iterable[str]) -> None:
        """Refuses a key that is not known, with the nearest known one."""
        names = list(known)
        for key in self.values:
            if key not in names:
                self.refuse(f"unknown key {key!r}{did_you_mean(key, names)}", key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank."""
        value = self.values.get(key, default)
        if value is None:
            self.refuse(f"{key!r} is missing")
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{key!r} must be a text that is not blank, not {value!r}", key)
        return value

    def choice(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        """A text out of a closed list."""
        names = list(known)
        value = self.text(key, default)
        if value not in names:
            self.refuse(f"{key} {value!r} is not known{did_you_mean(value, names)}; one of {', '.join(names)}", key)
        return value

    def words(self, key: str) -> dict[str, str]:
        """{zh, en}, both there and not blank."""
        value = self.values.get(key)
        if value is None:
            self.refuse(f"{key!r} is missing: give it in {' and '.join(LANGUAGES)}")
        if not isinstance(value, dict):
            self.refuse(f'{key!r} must be {{zh = "…", en = "…"}}, not {value!r}', key)
        for language in LANGUAGES:
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.refuse(f"{key!r} has no words in {language}", key)
        for language in value:
            if language not in LANGUAGES:
                self.refuse(f"{key!r}: unknown language {language!r}{did_you_mean(language, LANGUAGES)}", key)
        return dict(value)

    def flag(self, key: str) -> bool:
        """true or false; false when absent."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key!r} must be true or false, not {value!r}", key)
        return value

    def number(self, key: str) -> float | None:
        """A finite number, or None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.refuse(f"{key!r} must be a number, not {value!r}", key)
        return float(value)

    def minutes(self, key: str) -> int | None:
        """Whole minutes from 0 to 1440, or None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1440:
            self.refuse(f"{key!r} must be whole minutes from 0 to 1440, not {value!r}", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts that are not blank; empty when absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or any(not isinstance(item, str) or not item.strip() for item in value):
            self.refuse(f"{key!r} must be a list of texts that are not blank", key)
        return tuple(value)


def tables(file: RuleText, data: Mapping[str, object], name: str) -> list[Table]:
    """The [[name]] tables of a file in their order."""
    value = data.get(name, [])
    if not isinstance(value, list) or any(not isinstance(item, dict) for item in value):
        file.refuse(file.line(name), f"write each {name} as a table of its own: [[{name}]]")
    return [Table(file, item, name, index) for index, item in enumerate(value)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """“; did you mean 'rank'?” or nothing."""
    near = difflib.get_close_matches(word[:LONGEST_WORD], list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
