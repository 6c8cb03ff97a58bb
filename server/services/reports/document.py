"""The paper of a report, made when a device is to print it, so that no receipt and no job keeps results."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.domain.privacy.masking import mask
from server.domain.reports.dates import as_printed, latest
from server.domain.reports.decision import is_final
from server.domain.reports.examination import is_examination
from server.domain.reports.phrases import phrase
from server.domain.reports.received import Line, Problem, Received, loaded
from server.domain.reports.versions import CORRECTED
from server.protocol.reports import ReportDocument, ReportLine, ReportPatient
from server.services.core.views import View
from server.services.reports.judging import must_be_in_force
from server.services.reports.matching import patient_of
from server.store.models import HallRow, HospitalRow, PatientRow, ReportRow


def document(db: Session, hall: HallRow, content: View, copy_number: int) -> View:
    """The paper of a print job. Raises report_unavailable when the report is no longer in force."""
    row = db.get_one(ReportRow, content["report"])
    must_be_in_force(row)
    report = loaded(row.resource)
    language = content["language"]
    hospital = db.get_one(HospitalRow, 1)
    formal = bool(hall.settings.get("thermal_reports"))
    paper = ReportDocument(
        title=row.title,
        hospital=hospital.name,
        patient=_patient(patient_of(db, row), report, row, formal=formal),
        items=[_line(line, language) for line in report.lines] if report is not None else _old_lines(row.resource),
        conclusion=list(report.conclusion) if report is not None else [],
        notes=_notes(report, language),
        issued_at=as_printed(report.issued if report is not None else row.resource.get("issued_at")),
        collected_at=as_printed(report.collected if report is not None else row.resource.get("collected_at")),
        timezone=hospital.timezone,
        code=row.identifier,
        formal=formal,
        verifier=report.verifier if report is not None else row.resource.get("verifier"),
        operator=report.performer if report is not None else row.resource.get("performer"),
        version=row.version,
        status=row.status,
        corrected=row.status in CORRECTED,
        examination=report is not None and is_examination([row.title, *report.words]),
        language=language,
        copy_number=copy_number,
        terminal=content["terminal"],
    )
    return paper.model_dump(mode="json")


def _patient(patient: PatientRow | None, report: Received | None, row: ReportRow, *, formal: bool) -> ReportPatient:
    """Whose paper it is: a formal report names its patient in full, a summary is masked as all paper of a hall is."""
    if patient is None:
        name = report.subject.names[0] if report is not None and report.subject.names else None
        return ReportPatient(display_name=name if formal or not name else mask(name))
    number = patient.identity_number or patient.record_number or ""
    at = latest(report.collected or report.issued) if report is not None else row.issued_at
    return ReportPatient(
        display_name=patient.name if formal else mask(patient.name),
        sex=patient.sex,
        age=_age(patient, at or row.received_at),
        id_tail=number[-4:] or None,
    )


def _line(line: Line, language: str) -> ReportLine:
    notes = list(line.notes)
    if line.problem in {Problem.MISSING, Problem.UNSETTABLE, Problem.TOO_LONG}:
        notes.append(phrase("not_on_this_paper", language))
    if not is_final(line):
        notes.append(phrase("not_final", language))
    return ReportLine(
        kind=line.kind,
        level=line.level,
        name=line.name,
        result=line.value or phrase(line.phrase, language),
        unit=line.unit,
        flag=line.flag,
        range=line.range,
        notes=notes,
    )


def _notes(report: Received | None, language: str) -> list[str]:
    """What the paper must say of itself: that it is not whole, or that something came that is not on it."""
    if report is None:
        return [phrase("incomplete", language)]
    problems = {*report.problems, *(line.problem for line in report.lines)} - {None}
    return [
        *([phrase("incomplete", language)] if problems else []),
        *([phrase("attached", language)] if report.attached else []),
    ]


def _old_lines(resource: View) -> list[ReportLine]:
    """The lines of a report that an older server kept."""
    words = {"name": "name", "result": "value", "flag": "flag", "unit": "unit", "range": "reference"}
    return [ReportLine(**{name: item[theirs] for name, theirs in words.items()}) for item in resource["items"]]


def _age(patient: PatientRow, at: datetime) -> int | None:
    """Whole years; None before birth or where no birth date is known."""
    born = patient.birth_date
    if born is None:
        return None
    return max(0, at.year - born.year - ((at.month, at.day) < (born.month, born.day)))
