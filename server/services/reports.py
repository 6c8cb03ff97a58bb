"""Reports: received from hospital systems, listed for their patient, printed once the rules allow it."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.masking import mask
from server.domain.reports import CORRECTED, TEXTS, Facts, Person, Printable, decide
from server.protocol.reports import ReportDocument, ReportLine, ReportPatient
from server.protocol.terms import ErrorCode
from server.services import printing
from server.services.context import Context
from server.services.views import View, stamp
from server.services.wishes import PrintReportBody
from server.services.work import Answer, Work
from server.store import people
from server.store.tables import HallRow, HospitalRow, PatientRow, ReportRow

SEXES = {"male": "male", "female": "female", "M": "male", "F": "female"}


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """One result of a report."""

    name: str
    codes: tuple[str, ...]
    value: str
    unit: str
    flag: str
    reference: str
    status: str


@dataclass(frozen=True, slots=True)
class Received:
    """A report as a hospital system sent it, whatever it spoke (FHIR R4, HL7 v2).

    `system` says whose number `identifier` is, as a URI; empty: the hospital's own.
    """

    system: str
    identifier: str
    status: str
    title: str
    codes: tuple[str, ...]
    subject_name: str
    subject_sex: str | None
    subject_birth_date: str | None
    subject_numbers: tuple[str, ...]
    items: tuple[ReceivedItem, ...]
    missing_items: int
    issued_at: datetime | None
    collected_at: datetime | None
    performer: str | None
    verifier: str | None
    restricted: bool


def receive(work: Work, reports: Sequence[Received]) -> Answer:
    """Keep reports; a changed one becomes the next version and the one before is superseded. 201 with their ids."""
    kept = [_keep(work, report) for report in reports]
    return Answer(201, {"reports": [_kept_view(row) for row in kept]})


def _kept_view(row: ReportRow) -> View:
    matched = row.patient_id is not None
    return {
        "id": row.id,
        "system": row.resource.get("system", ""),
        "identifier": row.identifier,
        "version": row.version,
        "status": row.status,
        "matched": matched,
    }


def _keep(work: Work, report: Received) -> ReportRow:
    resource = _plain(report)
    rows = _versions(work.db, report)
    if rows and {**resource, **rows[0].resource} == resource:
        return rows[0]
    for row in rows:
        row.superseded = True
    patient = next((found for number in report.subject_numbers if (found := people.by_code(work.db, number))), None)
    row = ReportRow(
        id=secrets.token_hex(8),
        identifier=report.identifier,
        version=rows[0].version + 1 if rows else 1,
        patient_id=patient.id if patient else None,
        status=report.status,
        title=report.title[:200],
        withheld=report.restricted,
        superseded=False,
        issued_at=report.issued_at,
        received_at=work.real_now,
        resource=resource,
        prints=0,
    )
    work.db.add(row)
    work.audit("report.received", row.id, report.status)
    return row


def _versions(db: Session, report: Received) -> list[ReportRow]:
    """What was kept of this report, the newest first: the same number of the same system.

    A report that was kept before systems were says none, and counts by its number alone.
    """
    rows = db.scalars(
        select(ReportRow).where(ReportRow.identifier == report.identifier).order_by(ReportRow.version.desc())
    )
    return [row for row in rows if row.resource.get("system", report.system) == report.system]


def _plain(report: Received) -> dict[str, Any]:
    plain = asdict(report)
    for word in ("issued_at", "collected_at"):
        plain[word] = stamp(plain[word])
    plain["items"] = [{**item, "codes": list(item["codes"])} for item in plain["items"]]
    return {**plain, "codes": list(report.codes), "subject_numbers": list(report.subject_numbers)}


def listed(db: Session, patient: PatientRow, now: datetime) -> list[dict[str, Any]]:
    """The patient's reports as a kiosk may list them after a card was read; what is at the desk says no more."""
    rows = db.scalars(
        select(ReportRow)
        .where(ReportRow.patient_id == patient.id, ReportRow.superseded.is_(False))
        .order_by(ReportRow.issued_at.desc(), ReportRow.received_at.desc())
    )
    found = []
    for row in rows:
        decision = judged(row, patient, now)
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
                "text": dict(TEXTS[decision]),
            }
        )
    return found


def judged(row: ReportRow, patient: PatientRow, now: datetime) -> Printable:
    """The rules' word on a report and the patient who stands there."""
    given = row.resource
    items = given["items"]
    facts = Facts(
        status=row.status,
        words=[row.title, *given["codes"], *(word for item in items for word in (item["name"], *item["codes"]))],
        flags=[item["flag"] for item in items],
        items=len(items) - int(given["missing_items"]),
        all_final=all(item["status"] in {"final", "amended", "corrected"} for item in items),
        verified=bool(given["verifier"] or given["performer"]),
        collected_at=_time(given["collected_at"]),
        issued_at=row.issued_at,
        prints=row.prints,
        restricted=row.withheld,
    )
    sex = SEXES.get(given["subject_sex"] or "")
    subject = Person(given["subject_name"], sex, given["subject_birth_date"], frozenset(given["subject_numbers"]))
    numbers = frozenset(number for number in (patient.record_number, patient.identity_number) if number)
    born = patient.birth_date.isoformat() if patient.birth_date else None
    return decide(facts, subject, Person(patient.name, patient.sex, born, numbers), now)


def print_report(work: Work, context: Context, id: str, body: PrintReportBody) -> Answer:
    """A print job leased to the kiosk that identified the patient by card or code.

    Raises visit_token_invalid, not_identified (level too low), report_unavailable, report_at_desk.
    """
    visit = context.read_visit(body.visit_token)
    row = work.db.get(ReportRow, id)
    if visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
        raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
    if visit["level"] < 2 or row is None or row.patient_id != visit["patient"] or row.superseded:
        raise HallError(ErrorCode.REPORT_UNAVAILABLE)
    patient = work.db.get_one(PatientRow, row.patient_id)
    decision = judged(row, patient, work.now)
    if decision is not Printable.YES:
        code = ErrorCode.REPORT_AT_DESK if decision is Printable.DESK else ErrorCode.REPORT_UNAVAILABLE
        raise HallError(code, text=dict(TEXTS[decision]))
    content = {"report": row.id, "language": body.language or patient.language or "zh", "terminal": work.principal.name}
    job = printing.new_job(work, "report", content, report=row.id, lease_to_kiosk=True, copy_number=row.prints)
    work.audit("report.printing", row.id)
    return Answer(201, {"print_job": job})


def document(db: Session, hall: HallRow, content: dict[str, Any], copy_number: int) -> View:
    """The paper of a report, made when a device is to print it, so that no receipt and no job keeps results."""
    row = db.get_one(ReportRow, content["report"])
    patient = db.get_one(PatientRow, row.patient_id)
    hospital = db.get_one(HospitalRow, 1)
    given = row.resource
    number = patient.identity_number or patient.record_number or ""
    paper = ReportDocument(
        title=row.title,
        hospital=hospital.name,
        patient=ReportPatient(
            display_name=mask(patient.name),
            sex=patient.sex,
            age=_age(patient, row.issued_at or row.received_at),
            id_tail=number[-4:] or None,
        ),
        items=[_line(item) for item in given["items"]],
        issued_at=stamp(row.issued_at),
        collected_at=given["collected_at"],
        timezone=hospital.timezone,
        code=row.identifier,
        formal=bool(hall.settings.get("thermal_reports")),
        verifier=given["verifier"],
        operator=given["performer"],
        version=row.version,
        status=row.status,
        corrected=row.status in CORRECTED,
        language=content["language"],
        copy_number=copy_number,
        terminal=content["terminal"],
    )
    return paper.model_dump(mode="json")


def _line(item: dict[str, Any]) -> ReportLine:
    return ReportLine(
        name=item["name"], result=item["value"], flag=item["flag"], unit=item["unit"], range=item["reference"]
    )


def _age(patient: PatientRow, at: datetime) -> int | None:
    if patient.birth_date is None:
        return None
    return max(0, int((at.date() - patient.birth_date).days / 365.25))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
