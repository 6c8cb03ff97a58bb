"""Whose a report is: looked for when it comes, when its patient comes, and each time somebody asks. Knows no rules."""

from sqlalchemy.orm import Session

from server.domain.reports.person import Person, fold_number, is_same_person, shares_number
from server.domain.reports.received import Received, Subject, loaded
from server.services.core.unit_of_work import Work
from server.store.models import PatientRow, ReportNumberRow, ReportRow
from server.store.queries import reports as kept

AT_ONCE = 500
"""Unmatched reports that one import looks at."""


def person_of(db: Session, patient: PatientRow) -> Person:
    """A patient as reports are compared with them."""
    numbers = {patient.record_number, patient.identity_number, patient.document_number, *kept.codes_of(db, patient.id)}
    born = patient.birth_date.isoformat() if patient.birth_date else None
    return Person(patient.name, patient.sex, born, frozenset(number for number in numbers if number))


def patient_for(db: Session, subject: Subject, known: PatientRow | None = None) -> PatientRow | None:
    """The patient a report is about: the one of its numbers whom everything fits, else the only one of its numbers.

    `known` is a patient who may be meant, however their numbers are written. None when nobody, or several, could be
    meant. Whether everything fits is judged again before anything is printed.
    """
    numbers = {spelling for number in subject.numbers for spelling in (number, fold_number(number)) if spelling}
    found = kept.patients_of_numbers(db, numbers)
    if known is not None and all(one.id != known.id for one in found):
        found.append(known)
    fitting = [one for one in found if is_same_person(subject, person_of(db, one))]
    if len(fitting) == 1:
        return fitting[0]
    return found[0] if len(found) == 1 else None


def patient_of(db: Session, row: ReportRow, known: PatientRow | None = None) -> PatientRow | None:
    """The patient of a kept report, matched now where it was not before, or where somebody fits better.

    Without anybody who fits: the one it was given to at the desk, else who has its number. `known` stands there.
    """
    mine = db.get(PatientRow, row.patient_id) if row.patient_id is not None else None
    subject = subject_of(row)
    if mine is not None and is_same_person(subject, person_of(db, mine)):
        return mine
    found = patient_for(db, subject, known if known is not None and _has_number(db, subject, known) else None)
    if mine is None or (found is not None and is_same_person(subject, person_of(db, found))):
        return found
    return mine


def fits(db: Session, row: ReportRow, patient: PatientRow) -> bool:
    """Whether everything the report says of its patient is so of this one."""
    return is_same_person(subject_of(row), person_of(db, patient))


def subject_of(row: ReportRow) -> Subject:
    """Whom a kept report is about, as its sender said it."""
    report = loaded(row.resource)
    return report.subject if report is not None else old_subject(row)


def reports_of(db: Session, patient: PatientRow) -> list[ReportRow]:
    """The patient's reports in force, those too that came before the patient."""
    person = person_of(db, patient)
    rows = kept.of_patient(db, patient.id, {fold_number(number) for number in person.numbers})
    return [row for row in rows if _is_of(db, row, patient, person)]


def adopt(work: Work, row: ReportRow, known: PatientRow | None = None) -> PatientRow | None:
    """Keep whose a report is, now that a patient is there whom everything fits; the patient it may be, or None."""
    patient = patient_of(work.db, row, known)
    if patient is not None and row.patient_id != patient.id and fits(work.db, row, patient):
        row.patient_id = patient.id
        work.audit("report.matched", row.id)
    return patient


def adopt_waiting(db: Session) -> int:
    """Keep whose the newest reports are that wait for a patient, after patients came; how many.

    Older ones wait to be asked for.
    """
    matched = 0
    for row in kept.of_nobody(db, AT_ONCE):
        patient = patient_of(db, row)
        if patient is not None and fits(db, row, patient):
            row.patient_id = patient.id
            matched += 1
    return matched


def remember_numbers(db: Session, row: ReportRow, report: Received) -> None:
    """Keep the numbers by which the report is found when its patient comes."""
    for number in sorted({fold_number(number)[:64] for number in report.subject.numbers} - {""}):
        db.add(ReportNumberRow(number=number, report_id=row.id))


def old_subject(row: ReportRow) -> Subject:
    """The subject of a report that an older server kept."""
    given = row.resource
    names = (given["subject_name"],) if given.get("subject_name") else ()
    return Subject(names, given.get("subject_sex"), given.get("subject_birth_date"), tuple(given["subject_numbers"]))


def _is_of(db: Session, row: ReportRow, patient: PatientRow, person: Person) -> bool:
    if row.patient_id != patient.id and not shares_number(subject_of(row), person):
        return False
    found = patient_of(db, row, patient)
    return found is not None and found.id == patient.id


def _has_number(db: Session, subject: Subject, patient: PatientRow) -> bool:
    return shares_number(subject, person_of(db, patient))
