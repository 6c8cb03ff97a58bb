"""A report as a hospital system sent it, in the plain form that is kept, judged and printed. Knows no protocol."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import TypeAdapter, ValidationError

FORM = 2
"""The form of a kept report. Form 1, without a number, dropped components, members, notes and conclusions."""
LineKind = Literal["result", "heading", "text"]


class Problem(StrEnum):
    """Why a line, or a whole report, cannot be set on paper as it was sent."""

    MISSING = "missing"
    """A result is named but is not in the message, or it says neither a value nor why there is none."""
    UNSETTABLE = "unsettable"
    """A value that no line of text can hold: sampled data, a picture, a kind this server does not know."""
    SHEET_ONLY = "sheet_only"
    """The report is there as a PDF, a picture or a link only."""
    TOO_LONG = "too_long"
    """More lines or characters than a slip printer should set."""
    SUBJECT = "subject"
    """A reference to the patient carries another name or number than the patient."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report. Texts are printed as they are and hold no control character.

    `phrase` names a phrase of server.domain.reports.phrases that stands in the place of `value`, in the reader's
    language. `flag` is the code to print; `marks` are all codes and texts of all interpretations. `words` are codes
    and displays that say what was examined. `level` counts how deep the line stands below a panel, 0 to 3.
    """

    kind: LineKind = "result"
    level: int = 0
    name: str = ""
    value: str = ""
    phrase: str = ""
    unit: str = ""
    flag: str = ""
    marks: tuple[str, ...] = ()
    range: str = ""
    status: str = ""
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a report is about, as the sender names them: current names, the official one first, and all numbers.

    `birth_date` may be a year or a month only. `doubtful` says that the message contradicts itself about whom it means,
    or that the record was replaced by another.
    """

    names: tuple[str, ...] = ()
    sex: str | None = None
    birth_date: str | None = None
    numbers: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What the source says of the order of versions, as texts as sent: `meta` of FHIR, and when it was issued."""

    version: str | None = None
    updated: str | None = None
    issued: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules of version `rules` say of a report's own content: withheld classes, and whether it is critical."""

    rules: str
    classes: tuple[str, ...] = ()
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A report, whatever its sender spoke (FHIR R4, HL7 v2).

    `system` says whose number `identifier` is, as a URI; empty: the hospital's own. `aliases` are all
    numbers the sender gives it, `source_id` is what the sender calls this resource. `attached` counts what came with
    it and is not on the paper, such as a PDF. Dates are as sent: an instant, a partial date, or two joined by `/`.
    `judged` is kept with it, so that its texts are not read again each time somebody asks.
    """

    system: str
    identifier: str
    aliases: tuple[str, ...]
    source_id: str
    order: Order
    status: str
    title: str
    subject: Subject
    lines: tuple[Line, ...] = ()
    conclusion: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    attached: int = 0
    issued: str | None = None
    collected: str | None = None
    performer: str | None = None
    verifier: str | None = None
    judged: Judged | None = None
    form: int = field(default=FORM)


_KEPT = TypeAdapter(Received)


def dumped(report: Received) -> dict[str, object]:
    """The report as JSON, to be kept."""
    plain: dict[str, object] = _KEPT.dump_python(report, mode="json")
    return plain


def loaded(kept: dict[str, object]) -> Received | None:
    """The report of its kept JSON; None for one that an older server kept in form 1."""
    if kept.get("form") != FORM:
        return None
    try:
        return _KEPT.validate_python(kept)
    except ValidationError:
        return None
