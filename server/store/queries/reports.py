"""Named queries over kept reports and whom they name. Knows no rules."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.identity.spelling import fold_code
from server.store.models import PatientCodeRow, PatientRow, ReportNumberRow, ReportRow, TicketRow


def of_identifiers(db: Session, identifiers: Collection[str]) -> Sequence[ReportRow]:
    """What was kept under any of these numbers, the oldest first."""
    return db.scalars(
        select(ReportRow)
        .where(ReportRow.identifier.in_(identifiers))
        .order_by(ReportRow.received_at, ReportRow.version, ReportRow.id)
    ).all()


def of_source(db: Session, source_id: str, numbers: Collection[str]) -> Sequence[ReportRow]:
    """What one resource of a sender was kept as, of patients with one of these numbers, the oldest first."""
    named = select(ReportNumberRow.report_id).where(ReportNumberRow.number.in_(numbers))
    return db.scalars(
        select(ReportRow)
        .where(ReportRow.id.in_(named), ReportRow.resource["source_id"].as_string() == source_id)
        .order_by(ReportRow.received_at, ReportRow.version, ReportRow.id)
    ).all()


def of_series(db: Session, series: str) -> Sequence[ReportRow]:
    """All versions of one report, the oldest version first."""
    return db.scalars(select(ReportRow).where(ReportRow.series == series).order_by(ReportRow.version)).all()


def of_patient(db: Session, patient: str, numbers: Collection[str]) -> Sequence[ReportRow]:
    """The reports in force that are the patient's, and those that name one of their numbers, whoever has them now."""
    named = select(ReportNumberRow.report_id).where(ReportNumberRow.number.in_(numbers))
    return db.scalars(
        select(ReportRow)
        .where(
            or_(ReportRow.patient_id == patient, ReportRow.id.in_(named)),
            ReportRow.superseded.is_(False),
        )
        .order_by(ReportRow.issued_at.desc(), ReportRow.received_at.desc())
    ).all()


def of_nobody(db: Session, limit: int) -> Sequence[ReportRow]:
    """The reports in force that wait at the desk and have no patient yet, the newest first."""
    return db.scalars(
        select(ReportRow)
        .where(ReportRow.at_desk, ReportRow.patient_id.is_(None), ReportRow.superseded.is_(False))
        .order_by(ReportRow.received_at.desc(), ReportRow.id)
        .limit(limit)
    ).all()


def waiting(db: Session, limit: int) -> Sequence[ReportRow]:
    """The reports that are marked as waiting at the desk, the newest first."""
    return db.scalars(
        select(ReportRow)
        .where(ReportRow.at_desk, ReportRow.superseded.is_(False))
        .order_by(ReportRow.received_at.desc(), ReportRow.id)
        .limit(limit)
    ).all()


def of_patients_here(db: Session, hall: str, day: date, limit: int) -> Sequence[ReportRow]:
    """The reports in force, not yet handed over, of patients who have a ticket in the hall today; the newest first."""
    here = select(TicketRow.patient_id).where(TicketRow.hall_id == hall, TicketRow.business_day == day)
    return db.scalars(
        select(ReportRow)
        .where(ReportRow.patient_id.in_(here), ReportRow.superseded.is_(False), ReportRow.handed_over_at.is_(None))
        .order_by(ReportRow.received_at.desc(), ReportRow.id)
        .limit(limit)
    ).all()


def patients_of_numbers(db: Session, numbers: Collection[str]) -> list[PatientRow]:
    """The patients whom one of these numbers names as a record, identity, document or card number.

    Neither case nor width matters.
    """
    spellings = {one for number in numbers for one in (number, number.upper(), number.lower())}
    if not spellings:
        return []
    keys = {fold_code(number) for number in numbers}
    owned = select(PatientCodeRow.patient_id).where(
        or_(PatientCodeRow.code.in_(spellings), PatientCodeRow.key.in_(keys))
    )
    return list(
        db.scalars(
            select(PatientRow).where(
                or_(
                    PatientRow.identity_number.in_(spellings),
                    PatientRow.document_number.in_(spellings),
                    PatientRow.record_number.in_(spellings),
                    PatientRow.record_key.in_(keys),
                    PatientRow.id.in_(owned),
                )
            )
        )
    )


def codes_of(db: Session, patient: str) -> Sequence[str]:
    """The cards and codes of a patient."""
    return db.scalars(select(PatientCodeRow.code).where(PatientCodeRow.patient_id == patient)).all()
