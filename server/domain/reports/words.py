"""One regular expression that finds any of many words in one pass: a tree of their beginnings. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from server.domain.reports.person import is_han

APART = "‖"
"""What stands between two texts: no word reaches from one into the next."""
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc\u2043]")
_SPELLED = re.compile(r"(?<![a-z])[a-z](?:[-.\s·_/]{1,2}[a-z])+\.?(?![a-z])", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=[\u3400-\u9fff])[\s·_]+(?=[\u3400-\u9fff])")
_BETWEEN = r"[\s\-_/.]*"
_NUMBER = r"[\d一二三四五六七八九十两兩]+(?:[+\s]*\d+)?"
_BEGIN, _END = r"(?<![A-Za-zà-öø-ÿ])", r"(?![A-Za-zà-öø-ÿ])"
_TOGETHER = 12
_Tree = dict[str, "_Tree"]


def plain(text: str) -> str:
    """NFKC, one kind of dash, no invisible character, no blank between two ideographs (艾 滋 病 is 艾滋病)."""
    if text.isascii():
        return text
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    for one in set(text):
        if unicodedata.category(one) == "Cf":
            text = text.replace(one, "")
    return _BLANKS.sub("", text)


def joined(text: str) -> str:
    """A plain text with words spelled by their letters as one: H.I.V. is HIV, H_I_V too."""
    return _SPELLED.sub(lambda found: re.sub(r"[^A-Za-z]", "", found[0]), text)


def fold(text: str) -> str:
    """A text as it is compared: plain, joined, without case."""
    return joined(plain(text)).casefold()


def any_of(words: Iterable[str], *, ignore_case: bool = False) -> re.Pattern[str] | None:
    """The expression that finds any of the words (withheld.toml says how they are written); None for no words."""
    kinds: dict[str, _Tree] = {}
    for word in words:
        at = kinds.setdefault("" if word[0] == "*" or is_han(word[0]) else _BEGIN, {})
        for token in _tokens(word):
            at = at.setdefault(token, {})
        at[""] = {}
    if not kinds:
        return None
    source = "|".join(begin + _one_of(tree) for begin, tree in kinds.items())
    return re.compile(source, re.IGNORECASE if ignore_case else 0)


def _tokens(word: str) -> list[str]:
    """The pieces of a word's expression.

    A Chinese end of a word stands anywhere; a Latin one ends the word there, and `*` stands for more letters.
    """
    tokens: list[str] = []
    for part in re.split(r"([\s\-_/.]+|#)", word.strip("*")):
        if part == "#":
            tokens.append(_NUMBER)
        elif part and re.fullmatch(r"[\s\-_/.]+", part):
            tokens.append(_BETWEEN)
        else:
            tokens += [re.escape(one) for one in part]
    if word[-1] not in "*#" and not is_han(word[-1]):
        tokens.append(_END)
    return tokens


def _one_of(tree: _Tree) -> str:
    """The expression of a tree. Many branches are looked up by their first characters, a few at a time."""
    if "" in tree:
        return ""  # a shorter word ends here: what comes after it need not be looked at
    letters = sorted(token for token in tree if token not in {_BETWEEN, _NUMBER, _END})
    groups = [letters[start : start + _TOGETHER] for start in range(0, len(letters), _TOGETHER)]
    branches = [
        (f"(?=[{''.join(group)}])" if group[1:] else "") + _either(token + _one_of(tree[token]) for token in group)
        for group in groups
    ]
    branches += [token + _one_of(tree[token]) for token in (_BETWEEN, _NUMBER, _END) if token in tree]
    found = _either(branches)
    return f"(?=[{''.join(letters)}]){found}" if groups[1:] and len(letters) == len(tree) else found


def _either(branches: Iterable[str]) -> str:
    given = list(branches)
    return given[0] if len(given) == 1 else f"(?:{'|'.join(given)})"
