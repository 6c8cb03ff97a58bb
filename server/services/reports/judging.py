"""What the rules say of a kept report now: at listing, at printing, at reprint and at claim."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.reports.decision import Kept, Printable, Verdict, decide, judge, text_of
from server.domain.reports.received import Received, loaded
from server.domain.reports.withheld import WithheldRules, parse
from server.protocol.terms import ErrorCode
from server.services.core.views import View, stamp
from server.services.reports.matching import patient_of, person_of
from server.store.models import PatientRow, ReportRow

_RULES = ("withheld.toml", "withheld.py", "words.py", "critical.py", "decision.py")
"""The files that decide what is said of a report's content."""


@cache
def withheld_rules() -> WithheldRules:
    """The classes that no kiosk prints, from the package's file; another version when any of the rules changed."""
    folder = files("server.domain.reports")
    version = hashlib.sha256(b"".join(folder.joinpath(name).read_bytes() for name in _RULES)).hexdigest()[:16]
    return parse(folder.joinpath("withheld.toml").read_text(encoding="utf-8"), version)


def judged(reports: Sequence[Received]) -> list[Received]:
    """The reports with what the rules say of their content: read before the hall is locked, kept with each."""
    return [replace(report, judged=judge(report, withheld_rules())) for report in reports]


def verdict(db: Session, row: ReportRow, patient: PatientRow | None, now: datetime) -> Verdict:
    """The rules' word on a report and its patient, or the one who stands there."""
    kept = Kept(row.prints, row.acknowledged_at is not None, row.order_unknown)
    person = person_of(db, patient) if patient is not None else None
    return decide(loaded(row.resource), row.status, kept, person, withheld_rules(), now)


def must_be_in_force(row: ReportRow) -> None:
    """Raises report_unavailable for a report that was replaced, withdrawn, or is not finished."""
    waiting = decide(None, row.status, Kept(), None, withheld_rules(), row.received_at).printable
    if row.superseded or waiting is not Printable.DESK:
        raise HallError(ErrorCode.REPORT_UNAVAILABLE, text=text_of(Printable.WITHDRAWN))


def listed(db: Session, patient: PatientRow, rows: list[ReportRow], now: datetime) -> list[View]:
    """The patient's reports as a kiosk may list them after a card was read; what is at the desk says no more."""
    found = []
    for row in rows:
        decision = verdict(db, row, patient, now).printable
        shown = decision is not Printable.DESK
        found.append(
            {
                "id": row.id,
                "title": row.title if shown else None,
                "status": row.status if shown else None,
                "issued_at": stamp(row.issued_at) if shown else None,
                "prints": row.prints if shown else None,
                "withheld": not shown,
                "printable": decision is Printable.YES,
                "text": text_of(decision).names(),
            }
        )
    return found


def mark_waiting(db: Session, patient: PatientRow, rows: Sequence[ReportRow], now: datetime) -> None:
    """Mark what the kiosk is about to send the patient to the desk for, so that the desk's list has it.

    A report may come to the desk later than it was received: it grew old, or its patient's data changed.
    """
    for row in rows:
        if row.at_desk or row.handed_over_at is not None:
            continue
        row.at_desk = verdict(db, row, patient, now).printable is Printable.DESK


def must_still_print(db: Session, row: ReportRow, *, handed_over: bool, now: datetime) -> None:
    """Asked again when paper is printed later than it was asked for: a queued job, a reprint.

    Raises report_unavailable for what is no longer in force, report_at_desk for what only a hand-over may print.
    How often it was printed does not matter here: that was judged when it was asked for.
    """
    must_be_in_force(row)
    if handed_over:
        return
    kept = Kept(0, row.acknowledged_at is not None, row.order_unknown)
    patient = patient_of(db, row)
    person = person_of(db, patient) if patient is not None else None
    judged = decide(loaded(row.resource), row.status, kept, person, withheld_rules(), now)
    if judged.printable is not Printable.YES:
        raise HallError(ErrorCode.REPORT_AT_DESK, text=text_of(Printable.DESK))
