"""Which reports a kiosk never prints because of what they are about: words, codes and labels, as data. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.reports.person import is_han

_APART = "‖"
"""What stands between two texts: no word reaches from one into the next."""
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc\u2043]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPELLED = re.compile(r"(?<![a-z])[a-z](?:[-.\s·]{1,2}[a-z])+\.?(?![a-z])")


@dataclass(frozen=True, slots=True)
class WithheldClass:
    """One class: what is never about it (`harmless`), what is, and the codes that name it."""

    id: str
    harmless: re.Pattern[str] | None
    words: re.Pattern[str] | None
    exact: re.Pattern[str] | None
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class WithheldRules:
    """The classes, and the security labels that withhold a report whatever it is about."""

    classes: tuple[WithheldClass, ...]
    labels: frozenset[str]

    def classes_of(self, texts: Iterable[str], codes: Iterable[str]) -> tuple[str, ...]:
        """The ids of the classes that the texts and codes of a report belong to."""
        plain = [_plain(text) for text in texts if text]
        folded = _APART.join(fold(text) for text in plain)
        split = _APART.join(fold(_CAMEL.sub(" ", text)) for text in plain)
        kept = _APART.join(plain)
        named = {code.strip().upper() for code in codes}
        return tuple(one.id for one in self.classes if named & one.codes or _is_about(one, (folded, split), kept))

    def is_labelled(self, labels: Iterable[str]) -> bool:
        """Whether a security label (FHIR `meta.security`) withholds the report."""
        return bool({label.strip().upper() for label in labels} & self.labels)


def fold(text: str) -> str:
    """A text as it is compared: NFKC, no case, one kind of dash, no invisible character, H.I.V. as hiv."""
    return _SPELLED.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), _plain(text).casefold())


def parse(text: str) -> WithheldRules:
    """The rules of a TOML file. Raises ValueError when it is not of the form that withheld.toml explains."""
    given = tomllib.loads(text)
    unknown = set(given) - {"labels", "class"}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]}")
    return WithheldRules(
        tuple(_class(one) for one in given.get("class", [])),
        frozenset(str(label).upper() for label in given.get("labels", [])),
    )


def _class(given: dict[str, object]) -> WithheldClass:
    lists: dict[str, list[str]] = {}
    for key in ("harmless", "words", "codes"):
        value = given.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise ValueError(f"class {given.get('id')}: {key} is a list of texts")
        lists[key] = value
    if not isinstance(given.get("id"), str) or set(given) - {"id", "harmless", "words", "codes"}:
        raise ValueError("a class has an id, words, harmless and codes, and nothing else")
    folded = [_pattern(word) for word in lists["words"] if not word.startswith("=")]
    exact = [_pattern(word[1:], keep_case=True) for word in lists["words"] if word.startswith("=")]
    return WithheldClass(
        id=str(given["id"]),
        harmless=_any([_pattern(word) for word in lists["harmless"]], ignore_case=True),
        words=_any(folded),
        exact=_any(exact),
        codes=frozenset(code.upper() for code in lists["codes"]),
    )


def _any(patterns: list[str], *, ignore_case: bool = False) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns), re.IGNORECASE if ignore_case else 0) if patterns else None


def _pattern(word: str, *, keep_case: bool = False) -> str:
    """A Chinese end of a word stands anywhere; a Latin one ends the word there, and `*` stands for more letters."""
    plain = _plain(word) if keep_case else _plain(word).casefold()
    body = r"[\s\-_/.]*".join(re.escape(part) for part in re.split(r"[\s\-_/.]+", plain.strip("*")))
    before = "" if plain[0] == "*" or is_han(plain[0]) else r"(?<![A-Za-zà-öø-ÿ])"
    after = "" if plain[-1] == "*" or is_han(plain[-1]) else r"(?![A-Za-zà-öø-ÿ])"
    return f"{before}{body}{after}"


def _is_about(one: WithheldClass, folded: tuple[str, ...], kept: str) -> bool:
    if one.words is not None and any(one.words.search(_without(one.harmless, text)) for text in folded):
        return True
    return one.exact is not None and bool(one.exact.search(_without(one.harmless, kept)))


def _without(harmless: re.Pattern[str] | None, text: str) -> str:
    return harmless.sub(_APART, text) if harmless is not None else text


def _plain(text: str) -> str:
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return "".join(one for one in text if unicodedata.category(one) != "Cf")
