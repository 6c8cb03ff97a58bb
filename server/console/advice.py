"""Owns what a triage form shows before and after it is confirmed: the suggestion, the questions, earlier triages."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.triage import Catalogue, check_vitals, find_findings, suggest_grade, suggestion_view, unlikely
from server.protocol.terms import ErrorCode
from server.services.config import config_of
from server.services.context import Context
from server.services.principal import Principal
from server.services.reading import hall_row
from server.services.scales import load_findings
from server.services.views import View, stamp
from server.store.tables import PatientRow, TicketRow, TriageRow

DAYS_A_YEAR = 365.2425


@cache
def findings_catalogue() -> Catalogue:
    """The findings of the package, read once."""
    return load_findings(None)


def advise(
    context: Context,
    who: Principal,
    ticket_id: str,
    *,
    queue: str,
    vitals: dict[str, Any],
    findings: list[str],
    complaint: str,
    refused: list[str],
    pregnant: bool,
) -> View:
    """What the rules say of a form: `refused` are findings heard in the complaint that the nurse took out.

    {suggestion, findings: [{id, names}], questions: [{vital, names}]} for what the form holds now.

    `suggestion` is None while nothing was measured or found. Raises invalid with `field` and `reason` for impossible
    vitals, unknown_ticket, unknown_queue.
    """
    now = context.clock.hall()
    with Session(context.engines.read) as db:
        ticket = _ticket(db, who, ticket_id)
        config = config_of(db, hall_row(db, ticket.hall_id))
        if queue not in config.queues:
            raise HallError(ErrorCode.UNKNOWN_QUEUE, queue)
        patient = db.get(PatientRow, ticket.patient_id)
        age = age_in_years(patient.birth_date if patient else None, now.astimezone(config.timezone).date())
    measured = check_vitals({name: value for name, value in vitals.items() if value is not None})
    catalogue = findings_catalogue()
    heard = [id for id in find_findings(complaint, catalogue) if id not in refused]
    picked = catalogue.pick([*findings, *heard])
    scale = context.scale(config.queues[queue].scale)
    anything = bool(vitals) or bool(picked)
    suggestion = suggest_grade(measured, picked, age, pregnant, scale, now=now) if anything else None
    return {
        "suggestion": suggestion_view(suggestion) if suggestion else None,
        "findings": [{"id": finding.id, "names": dict(finding.names)} for finding in picked],
        "questions": [{"vital": asked.vital, "names": dict(asked.names)} for asked in unlikely(measured, age)],
    }


def age_in_years(born: date | None, today: date) -> float | None:
    """Age with fractions, for infants; None when the birth date is unknown."""
    return None if born is None else max(0.0, (today - born).days / DAYS_A_YEAR)


def triages(context: Context, who: Principal, ticket_id: str) -> View:
    """{triages: [...]} of one ticket, latest first. Raises unknown_ticket."""
    names = {finding.id: dict(finding.names) for finding in findings_catalogue().findings.values()}
    with Session(context.engines.read) as db:
        ticket = _ticket(db, who, ticket_id)
        rows = db.scalars(select(TriageRow).where(TriageRow.ticket_id == ticket.id).order_by(TriageRow.at.desc()))
        return {
            "triages": [
                {
                    "at": stamp(row.at),
                    "actor": row.actor.partition(":")[2] or row.actor,
                    "from_grade": row.from_grade,
                    "grade": row.grade,
                    "reason": row.reason,
                    "vitals": row.vitals,
                    "findings": [names.get(id, {"zh": id, "en": id}) for id in row.findings],
                    "suggested": row.suggestion.get("grade"),
                }
                for row in rows
            ]
        }


def _ticket(db: Session, who: Principal, id: str) -> TicketRow:
    ticket = db.get(TicketRow, id)
    if ticket is None:
        raise HallError(ErrorCode.UNKNOWN_TICKET, id)
    who.must_be_in(ticket.hall_id)
    return ticket
