"""Who stands there: judges a reading by the rules of evidence, counts it, and writes it into the trail.

A plain number that stands alone is not even looked up. Everything else takes the same way whether it is known or not:
one look-up, one comparison, one row. Refusals are committed like successes, for they are what the limits count.
"""

import time
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.identity.guess_limits import Attempt, Outcome, stem_of
from server.domain.identity.identification import (
    Form,
    Identifier,
    Reading,
    Refusal,
    asks_for_proof,
    level_of,
    reading,
    wanted_proofs,
)
from server.domain.identity.same_person import Description, Verdict, compare
from server.domain.privacy.masking import display_name
from server.protocol.terms import ErrorCode, Evidence, Proof
from server.services.access import identification_attempts
from server.services.core.context import Context, Visit
from server.services.core.principal import Principal
from server.services.core.transaction import PATIENCE_SECONDS, Command
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View
from server.services.patients import desk_codes
from server.services.patients.patient_requests import IdentifyBody, ScanBody
from server.services.patients.records import candidate_view, candidates, choices_of, description_of, owner_of
from server.services.reports.judging import mark_waiting
from server.services.reports.matching import reports_of
from server.store.models import HospitalRow, PatientRow, TicketRow
from server.store.queries import people

NOBODY = ""
"""No patient has this id: looked up in place of one, so that an unknown number costs what a known one does."""
WAY_ONLY = 0
"""The level at which a booking elsewhere is told by hall and time alone."""
REPORTS_LEVEL = 2
"""From here on a kiosk lists the reports of whom it identified."""
TICKET_PROOFS = (Proof.PHONE_TAIL, Proof.IDENTITY_TAIL)


@dataclass(frozen=True, slots=True)
class Proven:
    """Who was proven to stand there, at which level; `ticket` where a slip proves its own ticket and no more."""

    patient: str
    level: int
    kind: Identifier
    ticket: str | None = None
    limited: bool = False
    """Whether a desk asked about a patient who is not of its hall today, without the card and without a reason."""


def identify(context: Context, who: Principal, body: IdentifyBody) -> View:
    """Who stands there, and what they may choose between.

    Raises proof_needed for a plain number that stands alone, known or not; not_identified for every failure;
    too_many_attempts while the machine or the number is locked; choose for staff who must tell two people apart.
    """
    who.must_be_in(body.hall)
    if who.is_staff and (body.patient or (body.typed and body.typed.name and not body.typed.code)):
        proven = _at_the_desk(context, who, body)
    else:
        proven = prove(context, who, body.hall, asked_of(who, body), reason=body.reason)
    content: Visit = {"patient": proven.patient, "level": proven.level, "hall": body.hall, "device": who.id}
    token = context.sign_visit({**content, "ticket": proven.ticket})
    with Session(context.engines.read) as db:
        patient = db.get_one(PatientRow, proven.patient)
        return {
            "visit_token": token,
            "level": proven.level,
            "display_name": display_name(patient.name, "masked"),
            "limited": proven.limited,
            "proofs": [proof.value for proof in TICKET_PROOFS] if proven.ticket else [],
            "choices": choices_of(
                context,
                db,
                patient.id,
                body.hall,
                who,
                context.clock.hall(),
                WAY_ONLY if proven.limited else proven.level,
                ticket=proven.ticket,
            ),
        }


def asked_of(who: Principal, body: IdentifyBody) -> Reading | None:
    """The reading of a body; None where there is none. `code` counts only from a device whose reader decodes."""
    proofs = body.proof.given() if body.proof else {}
    if body.scan is not None:
        scan = body.scan if isinstance(body.scan, ScanBody) else ScanBody(text=body.scan)
        how = Evidence.KEYBOARD if scan.how is Evidence.CODE and not who.decodes else scan.how
        return reading(scan.text, how, proofs)
    if body.typed is not None and body.typed.code:
        return reading(body.typed.code, Evidence.TYPED, {**proofs, **body.typed.given()}, body.typed.name)
    return None


def prove(
    context: Context,
    who: Principal,
    hall: str,
    asked: Reading | None,
    described: Description | None = None,
    *,
    reason: str | None = None,
) -> Proven:
    """Judge a reading in a transaction of its own, so that a refusal is counted too.

    `described` is what else was said of the person: it must be the same person by the numbers.
    """
    found: list[Proven | HallError] = []

    def run(work: Work) -> Answer:
        judged = _judged(work, context, asked, described)
        if isinstance(judged, Proven) and who.is_staff and asked is not None:
            judged = looked_up(work, judged, reason, present=not asked.is_plain)
        found.append(judged)
        return Answer({})

    command = Command(who, None, "", time.monotonic() + PATIENCE_SECONDS)
    context.transactions.run([hall], command, run)
    if isinstance(found[-1], HallError):
        raise found[-1]
    return found[-1]


def _judged(work: Work, context: Context, asked: Reading | None, described: Description | None) -> Proven | HallError:
    """What a reading proves; counted and written down before it is said."""
    trusted = work.db.get_one(HospitalRow, 1).settings.get("plain_cards") == "trusted"
    unseen = _refused_unseen(work, context, asked, described, trusted=trusted)
    if unseen is not None or asked is None:
        return unseen or HallError(ErrorCode.NOT_IDENTIFIED)
    staff, name = work.principal.is_staff, identification_attempts.hashed(context, asked.text)
    if staff and len(several := _several(work, asked)) > 1:
        work.audit("identify", name, f"{asked.how} names {len(several)}")
        for row in several:
            work.audit("patient.viewed", row.id, "one_of_several")
        return HallError(ErrorCode.CHOOSE, choices={"people": [candidate_view(row) for row in several]})
    patient, kind, ticket = _named(work, context, asked)
    level = level_of(asked, kind, owner_of(patient) if patient is not None else None, trusted_cards=trusted)
    if staff and patient is not None:  # the desk looks at the person and the card
        level = max(1, level) if isinstance(level, int) else 1
        identification_attempts.lift_numbers(work, context, {asked.text} | people.numbers_of(work.db, patient))
    if patient is not None and described is not None:
        same = compare(described, description_of(patient)) is Verdict.SAME
        level = level if same else Refusal.NOT_IDENTIFIED
    if patient is None or isinstance(level, Refusal):
        return _not_proven(work, context, asked, Refusal.PROOF_NEEDED if level is Refusal.PROOF_NEEDED else None)
    if kind is Identifier.DESK_CODE:
        desk_codes.use(work, context, asked.text)
    if _is_counted(work, asked):
        _count(work, context, Outcome.FOUND, asked.text, patient.id)
    if level >= REPORTS_LEVEL:
        mark_waiting(work.db, patient, reports_of(work.db, patient), work.now)
    own_only = ticket is not None and level == 1 and not asked.proofs and not staff
    if own_only and work.db.get_one(TicketRow, ticket).hall_id != work.hall.id:  # its one ticket is in another hall
        return _not_proven(work, context, asked, Refusal.PROOF_NEEDED)
    work.audit("identify", name, f"{asked.how} {kind} found level {level}")
    return Proven(patient.id, level, kind, ticket if own_only else None)


def _refused_unseen(
    work: Work, context: Context, asked: Reading | None, described: Description | None, *, trusted: bool
) -> HallError | None:
    """A refusal that needs no look-up: no code at all, a lock, a plain number alone. None where one is needed."""
    staff, owner = work.principal.is_staff, work.principal.owner
    if asked is None or (asked.form is Form.NONE and not (staff and asked.text)):
        by_name_only = described is not None and not staff
        if by_name_only and identification_attempts.is_locked(work, owner, ""):
            return _refused(work, context, asked, ErrorCode.TOO_MANY_ATTEMPTS)
        if by_name_only:
            _count(work, context, Outcome.MISSED, f"name:{described.name if described else ''}")
        return _refused(work, context, asked, ErrorCode.NOT_IDENTIFIED)
    if _is_counted(work, asked) and identification_attempts.is_locked(
        work, owner, identification_attempts.hashed(context, asked.text)
    ):
        return _refused(work, context, asked, ErrorCode.TOO_MANY_ATTEMPTS)
    may_be_trusted = trusted and asked.how is Evidence.KEYBOARD and asked.form is Form.NUMBER
    if staff or may_be_trusted or not asks_for_proof(asked):
        return None
    return _not_proven(work, context, asked, Refusal.PROOF_NEEDED)


def _not_proven(work: Work, context: Context, asked: Reading, refusal: Refusal | None) -> HallError:
    """Count what proved nobody: asking for a number alone, or a wrong answer. An old slip alone counts for nothing."""
    asks = refusal is Refusal.PROOF_NEEDED
    if _is_counted(work, asked) and (asked.proofs or asked.form is not Form.OUR_CODE):
        _count(work, context, Outcome.ASKED if asks else Outcome.MISSED, asked.text)
    return _refused(work, context, asked, ErrorCode.PROOF_NEEDED if asks else ErrorCode.NOT_IDENTIFIED)


def _is_counted(work: Work, asked: Reading) -> bool:
    """Limits bind what any keyboard could have sent; chips, decoded codes and the desk pass."""
    return asked.is_plain and not work.principal.is_staff


def _named(work: Work, context: Context, asked: Reading) -> tuple[PatientRow | None, Identifier, str | None]:
    """Whom a reading names, as what, and which ticket; nobody where it names two."""
    if asked.form is Form.OUR_CODE:
        ticket = work.db.scalars(
            select(TicketRow).where(TicketRow.code == asked.text, TicketRow.business_day == work.business_day)
        ).one_or_none()
        code = desk_codes.valid(work, context, asked.text)
        if ticket is not None:
            return work.db.get(PatientRow, ticket.patient_id), Identifier.TICKET, ticket.id
        return (work.db.get(PatientRow, code), Identifier.DESK_CODE, None) if code else (None, Identifier.UNKNOWN, None)
    named = people.named_by(work.db, asked.text)
    patient, kinds = next(iter(named.items())) if len(named) == 1 else (NOBODY, {Identifier.UNKNOWN})
    return work.db.get(PatientRow, patient), min(kinds, key=list(Identifier).index), None


def looked_up(work: Work, proven: Proven, reason: str | None, *, present: bool) -> Proven:
    """Leave an audit row of a desk's look at a patient, and give what the desk may see of them.

    All of a patient who is of this hall today, whose card is `present` (read by chip or decoded), or for a stated
    `reason`; of anybody else who it is and where they are booked, which the check-in of a walk-in needs.
    """
    start, end = work.config.bounds(work.business_day)
    of_hall = people.is_of_hall(work.db, proven.patient, work.hall.id, work.business_day, start, end)
    why = "own_hall" if of_hall else reason or ("card" if present else "least")
    work.audit("patient.viewed", proven.patient, why)
    return replace(proven, level=1, limited=True) if why == "least" else proven


def _several(work: Work, asked: Reading) -> list[PatientRow]:
    """All whom a text names. A kiosk never hears of them; the desk tells them apart by the card."""
    if asked.form is Form.OUR_CODE:
        return []
    return [work.db.get_one(PatientRow, patient) for patient in sorted(people.named_by(work.db, asked.text))]


def _count(work: Work, context: Context, outcome: Outcome, text: str, patient: str | None = None) -> None:
    hashes = identification_attempts.hashed(context, text), identification_attempts.hashed(context, stem_of(text))
    identification_attempts.count(work, work.principal.owner, Attempt(work.real_now, *hashes, outcome, patient))


def _refused(work: Work, context: Context, asked: Reading | None, code: ErrorCode) -> HallError:
    """Write a refusal into the trail and give it. What it says follows from the form of the text alone."""
    how = f"{asked.how} {asked.form}" if asked else "nothing"
    name = identification_attempts.hashed(context, asked.text if asked else "")
    work.audit("identify", name or "-", f"{how} {code}")
    if code is ErrorCode.PROOF_NEEDED and asked is not None:
        return HallError(code, proofs=[proof.value for proof in wanted_proofs(asked) or TICKET_PROOFS])
    return HallError(code)


def _at_the_desk(context: Context, who: Principal, body: IdentifyBody) -> Proven:
    """Staff names the person: by the choice they made, or by name with birth date, which is always a question."""
    found: list[Proven | HallError] = []

    def run(work: Work) -> Answer:
        if body.patient is not None:
            patient = work.db.get(PatientRow, body.patient)
            outcome = "chosen at the desk" if patient else "unknown"
            if patient is not None:
                identification_attempts.lift_numbers(work, context, people.numbers_of(work.db, patient))
            work.audit("identify", body.patient if patient else "-", outcome)
            chosen = Proven(patient.id, 1, Identifier.UNKNOWN) if patient else None
            found.append(
                looked_up(work, chosen, body.reason, present=False) if chosen else HallError(ErrorCode.NOT_IDENTIFIED)
            )
            return Answer({})
        typed = body.typed
        described = Description(typed.name or "", birth_date=typed.birth_date) if typed else Description("")
        alike = candidates(work.db, described)
        work.audit("identify", "-", f"name at the desk: {len(alike)} alike")
        for row in alike:
            work.audit("patient.viewed", row.id, "one_of_several")
        people_alike = [candidate_view(row) for row in alike]
        found.append(
            HallError(ErrorCode.CHOOSE, choices={"people": people_alike})
            if alike
            else HallError(ErrorCode.NOT_IDENTIFIED)
        )
        return Answer({})

    context.transactions.run([body.hall], Command(who, None, "", time.monotonic() + PATIENCE_SECONDS), run)
    if isinstance(found[-1], HallError):
        raise found[-1]
    return found[-1]
