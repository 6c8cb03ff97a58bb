"""Which reports a kiosk never prints because of what they are about: words, codes and labels, as data. Pure."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.reports.words import APART, any_of, joined, plain

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ALONE = re.compile(
    r"[\W\d_]*([a-z]+)[\W\d_]*(?:定性|定量|检测|檢測|测定|試驗|试验|筛查|初筛|尿|尿液|血清|唾液|ng/ml)?[\W\d_]*"
)
"""An abbreviation with nothing beside it but a number or what kind of test it is."""


@dataclass(frozen=True, slots=True)
class WithheldClass:
    """One class: what is never about it (`harmless`), what is, and the codes that name it.

    `alone` has abbreviations that count only where they are the whole text, with the words that make them harmless
    anywhere in the report (KET is ketamine, unless the report speaks of ketones).
    """

    id: str
    harmless: re.Pattern[str] | None
    words: re.Pattern[str] | None
    exact: re.Pattern[str] | None
    alone: Mapping[str, re.Pattern[str] | None]
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class WithheldRules:
    """The classes, and the security labels that withhold a report whatever it is about.

    `any_word` finds the words of all classes at once: most texts hold none and are looked at no further. `version`
    changes with the rules.
    """

    classes: tuple[WithheldClass, ...]
    labels: frozenset[str]
    any_word: re.Pattern[str] | None
    any_exact: re.Pattern[str] | None
    version: str

    def classes_of(self, texts: Iterable[str], codes: Iterable[str]) -> tuple[str, ...]:
        """The ids of the classes that the texts and codes of a report belong to."""
        kept = [joined(plain(text)) for text in dict.fromkeys(texts) if text]
        folded = [text.casefold() for text in kept]
        split = [parts.casefold() for text in kept if (parts := _CAMEL.sub(" ", text)) != text]
        named = {code.strip().upper() for code in codes}
        suspect = [text for text in [*folded, *split] if self.any_word is not None and self.any_word.search(text)]
        exact = [text for text in kept if self.any_exact is not None and self.any_exact.search(text)]
        alone = {found[1] for text in folded if len(text) < 40 and (found := _ALONE.fullmatch(text))}
        return tuple(
            one.id
            for one in self.classes
            if named & one.codes or _is_about(one, suspect, exact) or _stands_alone(one, alone, folded)
        )

    def is_labelled(self, labels: Iterable[str]) -> bool:
        """Whether a security label (FHIR `meta.security`) withholds the report."""
        return bool({label.strip().upper() for label in labels} & self.labels)


def parse(text: str, version: str = "") -> WithheldRules:
    """The rules of a TOML file; without a `version` that of the text.

    Raises ValueError when it is not of the form that withheld.toml explains.
    """
    given = tomllib.loads(text)
    unknown = set(given) - {"labels", "class"}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]}")
    lists = [_lists(one) for one in given.get("class", [])]
    words = [word for one in lists for word in one["words"]]
    return WithheldRules(
        classes=tuple(_class(one, own) for one, own in zip(given.get("class", []), lists, strict=True)),
        labels=frozenset(str(label).upper() for label in given.get("labels", [])),
        any_word=any_of(plain(word).casefold() for word in words if word[0] != "="),
        any_exact=any_of(plain(word[1:]) for word in words if word[0] == "="),
        version=version or hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def _lists(given: Mapping[str, object]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for key in ("harmless", "words", "codes"):
        lists[key] = _texts(given, key, given.get(key, []))
    if not isinstance(given.get("id"), str) or set(given) - {"id", "harmless", "words", "codes", "alone"}:
        raise ValueError("a class has an id, words, harmless, alone and codes, and nothing else")
    return lists


def _texts(given: Mapping[str, object], key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip("*= ") for word in value):
        raise ValueError(f"class {given.get('id')}: {key} is a list of texts")
    return value


def _class(given: Mapping[str, object], lists: Mapping[str, Sequence[str]]) -> WithheldClass:
    alone = given.get("alone", {})
    if not isinstance(alone, dict):
        raise ValueError(f"class {given.get('id')}: alone is a table of lists")
    return WithheldClass(
        id=str(given["id"]),
        harmless=any_of((plain(word).casefold() for word in lists["harmless"]), ignore_case=True),
        words=any_of(plain(word).casefold() for word in lists["words"] if word[0] != "="),
        exact=any_of(plain(word[1:]) for word in lists["words"] if word[0] == "="),
        alone={
            word: any_of(plain(one).casefold() for one in _texts(given, "alone", unless))
            for word, unless in alone.items()
        },
        codes=frozenset(code.upper() for code in lists["codes"]),
    )


def _is_about(one: WithheldClass, suspect: Sequence[str], exact: Sequence[str]) -> bool:
    return any(
        words is not None and any(words.search(_without(one.harmless, text)) for text in texts)
        for words, texts in ((one.words, suspect), (one.exact, exact))
    )


def _stands_alone(one: WithheldClass, alone: set[str], texts: Sequence[str]) -> bool:
    found = [one.alone[word] for word in alone & one.alone.keys()]
    return any(unless is None or not any(unless.search(text) for text in texts) for unless in found)


def _without(harmless: re.Pattern[str] | None, text: str) -> str:
    return harmless.sub(APART, text) if harmless is not None else text
