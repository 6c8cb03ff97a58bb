"""May this report be printed here and now, why not, and what is the patient told? Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.reports.critical import critical_lines, says_critical
from server.domain.reports.dates import latest
from server.domain.reports.person import Person, is_same_person
from server.domain.reports.received import Judged, Line, Problem, Received
from server.domain.reports.versions import FINAL, PARTIAL, WAITING, WITHDRAWN
from server.domain.reports.withheld import WithheldRules
from server.protocol.texts import Message

REPRINTS = 2
REPRINT_DAYS = timedelta(days=30)
OLDEST = timedelta(days=180)
OF_UNIT = "单位"
"""Before a unit, which is never what was examined by itself: the unit MET (of effort) is no methamphetamine."""
FINAL_RESULTS = frozenset({"final", "amended", "corrected", "appended"})


class Printable(StrEnum):
    """What a kiosk may do with a report."""

    YES = "yes"
    NOT_READY = "not_ready"
    PARTIAL = "partial"
    WITHDRAWN = "withdrawn"
    DESK = "desk"


class Reason(StrEnum):
    """Why a report waits at the desk; staff only (docs/reports.md)."""

    UNMATCHED = "unmatched"
    NAME_MISMATCH = "name_mismatch"
    WITHHELD = "withheld"
    RESTRICTED = "restricted"
    CRITICAL = "critical"
    INCOMPLETE = "incomplete"
    NOT_FINAL_RESULT = "not_final_result"
    UNSETTABLE_VALUE = "unsettable_value"
    NO_RESULT = "no_result"
    SHEET_ONLY = "sheet_only"
    TOO_LONG = "too_long"
    NOT_VERIFIED = "not_verified"
    OLD = "old"
    REPRINTS_USED = "reprints_used"
    ORDER_UNKNOWN = "order_unknown"
    UNKNOWN_STATUS = "unknown_status"
    OUTDATED = "outdated"


OF_PROBLEM: Mapping[Problem, Reason] = {
    Problem.MISSING: Reason.INCOMPLETE,
    Problem.UNSETTABLE: Reason.UNSETTABLE_VALUE,
    Problem.SHEET_ONLY: Reason.SHEET_ONLY,
    Problem.TOO_LONG: Reason.TOO_LONG,
    Problem.SUBJECT: Reason.NAME_MISMATCH,
}


def text_of(printable: Printable) -> Message:
    """What the patient is told of a report: at the desk the same for every cause, so that it marks nobody.

    Its source: docs/sources.md, Withheld reports.
    """
    return Message("reports", f"printable.{printable.value}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the hall itself knows of a report: prints so far, and whether somebody answers for critical values."""

    prints: int = 0
    acknowledged: bool = False
    order_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a kiosk may do, and every reason for the desk, in the order of Reason."""

    printable: Printable
    reasons: tuple[Reason, ...] = ()


def decide(
    report: Received | None, status: str, kept: Kept, patient: Person | None, rules: WithheldRules, now: datetime
) -> Verdict:
    """Whether the patient may print the report at a kiosk now. What is in doubt goes to the desk.

    `report` is None where an older server kept it in a form that lost parts of it; `patient` where nobody is matched.
    """
    if status in WAITING:
        return Verdict(Printable.NOT_READY)
    if status in PARTIAL:
        return Verdict(Printable.PARTIAL)
    if status in WITHDRAWN:
        return Verdict(Printable.WITHDRAWN)
    if report is None:
        reasons = {Reason.OUTDATED}
    else:
        reasons = {*_of_content(report, kept, rules), *_of_time(report, kept, now)}
        if patient is not None and not is_same_person(report.subject, patient):
            reasons.add(Reason.NAME_MISMATCH)
    if patient is None:
        reasons.add(Reason.UNMATCHED)
    if status not in FINAL:
        reasons.add(Reason.UNKNOWN_STATUS)
    ordered = tuple(reason for reason in Reason if reason in reasons)
    return Verdict(Printable.DESK if ordered else Printable.YES, ordered)


def _of_content(report: Received, kept: Kept, rules: WithheldRules) -> set[Reason]:
    problems = {*report.problems, *(line.problem for line in report.lines if line.problem is not None)}
    reasons = {OF_PROBLEM[problem] for problem in problems}
    if any(not is_final(line) for line in report.lines):
        reasons.add(Reason.NOT_FINAL_RESULT)
    if not report.lines and not report.conclusion and Reason.SHEET_ONLY not in reasons:
        reasons.add(Reason.NO_RESULT)
    if not (report.verifier or report.performer):
        reasons.add(Reason.NOT_VERIFIED)
    if rules.is_labelled(report.labels):
        reasons.add(Reason.RESTRICTED)
    known = report.judged
    judged = known if known is not None and known.rules == rules.version else judge(report, rules)
    if judged.classes:
        reasons.add(Reason.WITHHELD)
    if judged.critical and not kept.acknowledged:
        reasons.add(Reason.CRITICAL)
    if kept.order_unknown:
        reasons.add(Reason.ORDER_UNKNOWN)
    return reasons


def judge(report: Received, rules: WithheldRules) -> Judged:
    """What the rules say of the texts and codes of a report: asked once when it is read, and again of new rules."""
    codes = [*report.words, *(word for line in report.lines for word in line.words)]
    return Judged(rules.version, rules.classes_of(texts_of(report), codes), is_critical_report(report))


def _of_time(report: Received, kept: Kept, now: datetime) -> set[Reason]:
    reasons = set()
    taken = latest(report.collected) or latest(report.issued)
    if taken is not None and now - taken > OLDEST:
        reasons.add(Reason.OLD)
    issued = latest(report.issued)
    fresh = issued is None or now - issued <= REPRINT_DAYS
    if kept.prints > REPRINTS or (kept.prints > 0 and not fresh):
        reasons.add(Reason.REPRINTS_USED)
    return reasons


def is_final(line: Line) -> bool:
    """Whether the laboratory stands by a line. A heading has no value, so it may leave its own status unknown."""
    return not line.status or line.status in FINAL_RESULTS or (line.kind == "heading" and line.status == "unknown")


def has_content(report: Received) -> bool:
    """Whether there is anything that a slip printer can set."""
    return bool(report.conclusion) or any(line.value or line.phrase for line in report.lines)


def is_critical_report(report: Received) -> bool:
    """Whether a result, a note, the title, a category or the conclusion says that a value is critical."""
    return bool(critical_lines(report.lines)) or says_critical([report.title, *report.words, *report.conclusion])


def texts_of(report: Received) -> Iterable[str]:
    """Every text of a report that may say what it is about, of units and interpretations too; ranges do not."""
    yield report.title
    yield from report.words
    yield from report.conclusion
    for line in report.lines:
        yield from _line_texts(line)


def _line_texts(line: Line) -> Iterable[str]:
    yield line.name
    yield line.value
    yield from line.words
    yield from line.notes
    yield from line.marks
    yield line.flag
    if line.unit:
        yield f"{OF_UNIT} {line.unit}"
