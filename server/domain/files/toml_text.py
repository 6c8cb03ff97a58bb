"""Reading a TOML text within limits: what would take minutes or gigabytes is refused before it is parsed. Pure.

The parser of the standard library takes time and memory with the square of a dotted key's parts (16,000 parts: 7 s and
1 GB), so one linear look at the text comes first.
"""

import re
import tomllib
from typing import Any

LARGEST = 64 * 1024
"""Bytes of a text in UTF-8: a hospital of thirty halls needs about forty thousand."""
LONGEST_KEY = 8
"""Parts of a dotted key or of a table's name; a rule of a queue has four."""
DEEPEST = 16
"""Brackets and braces inside each other."""
MOST_KEYS = 8000
MOST_TABLES = 6000

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)?'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)?"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+"
    r"|[\[\]{}.,=\n]",
    re.DOTALL,
)
"""A text, a comment, or a sign that counts. Nothing in it is tried twice, so a look takes as long as the text."""
_SYNTAX_LINE = re.compile(r"line (\d+)")


class Unreadable(Exception):
    """The text is no TOML or exceeds a limit. `line` counts from 1; None where the whole text is meant."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


def load(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises Unreadable."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1024} kB")
    _look_through(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_LINE.search(str(error))
        raise Unreadable(str(error)[:200], int(found[1]) if found else None) from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError as error:  # a date such as 2026-13-01, or a number of ten thousand digits
        raise Unreadable(str(error)[:200]) from None


def _look_through(text: str) -> None:
    """Count dots, depth, keys and tables outside of texts and comments. Raises Unreadable."""
    line, dots, depth, keys, tables = 1, 0, 0, 0, 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token == ".":
            dots += 1
            if dots >= LONGEST_KEY:
                raise Unreadable(f"a key has more than {LONGEST_KEY} parts", line)
        elif token in "[{":
            tables += depth == 0
            depth, dots = depth + 1, 0
        elif token in "]}":
            depth, dots = max(0, depth - 1), 0
        elif token in "=,\n":
            keys += token == "="
            line, dots = line + (token == "\n"), 0
        else:
            line += token.count("\n")
        if depth > DEEPEST or keys > MOST_KEYS or tables > MOST_TABLES:
            raise Unreadable(_too_much(depth, keys), line)


def _too_much(depth: int, keys: int) -> str:
    if depth > DEEPEST:
        return f"nested deeper than {DEEPEST}"
    return f"more than {MOST_KEYS} keys" if keys > MOST_KEYS else f"more than {MOST_TABLES} tables or lists"
