"""Patients, doctors, booked slots and visits: with staff the only tables that hold names."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.models.base import Base


class DoctorRow(Base):
    """A doctor of the hospital, as named on screens."""

    __tablename__ = "doctor"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str | None] = mapped_column(String(60))
    queue_id: Mapped[str | None] = mapped_column(String(64))


class PatientRow(Base):
    """Who a patient is: the only table with names, identity numbers and phones, beside staff and doctors.

    `identity_number` has the form of GB 11643; a passport or permit stands in `document_number` with its kind.
    `record_key` is the record number in one spelling.
    """

    __tablename__ = "patient"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    sex: Mapped[str | None] = mapped_column(String(8))
    birth_date: Mapped[date | None] = mapped_column(Date, index=True)
    identity_number: Mapped[str | None] = mapped_column(String(32), unique=True)
    record_number: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str | None] = mapped_column(String(16))
    name_reading: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    document_type: Mapped[str | None] = mapped_column(String(16))
    document_number: Mapped[str | None] = mapped_column(String(32))
    record_key: Mapped[str | None] = mapped_column(String(64), index=True)
    __table_args__ = (Index("one_patient_per_document", "document_number", "document_type", unique=True),)


class PatientCodeRow(Base):
    """A card or code that names a patient; `key` is the code in one spelling."""

    __tablename__ = "patient_code"
    code: Mapped[str] = mapped_column(String(128), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="card")
    key: Mapped[str | None] = mapped_column(String(128), index=True)


class AppointmentRow(Base):
    """A booked slot of 15 to 30 minutes."""

    __tablename__ = "appointment"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    queue_id: Mapped[str] = mapped_column(String(64))
    doctor_id: Mapped[str | None] = mapped_column(String(64))
    slot_start: Mapped[datetime] = mapped_column(index=True)
    slot_end: Mapped[datetime]
    registration: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="booked")
    __table_args__ = (
        ForeignKeyConstraint(["hall_id", "queue_id"], ["queue.hall_id", "queue.id"]),
        Index("slots_of_queue", "hall_id", "queue_id", "slot_start"),
    )


class VisitRow(Base):
    """One patient's attendance on one business day."""

    __tablename__ = "visit"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    business_day: Mapped[date] = mapped_column(Date)
    __table_args__ = (UniqueConstraint("patient_id", "business_day"),)
