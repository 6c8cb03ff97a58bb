"""Adds to nameless views what their reader may see: names by role and privacy mode, neutral tags, spoken texts."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.domain import wording
from server.domain.privacy.audiences import EVENTS, shown
from server.domain.privacy.masking import VoiceMode, display_name
from server.domain.triage import Scale
from server.protocol.terms import ENDED, Audience, EventKind, Lane, Privacy, QueueKind, TicketState
from server.services.alerts.presenter import who_and_where
from server.services.core import typed_text
from server.services.core.hall_config import config_of
from server.services.core.public_rooms import public_room
from server.services.core.views import View
from server.services.paper.waiting_list import KIND
from server.services.paper.waiting_list import document as list_document
from server.services.reports.document import document
from server.store.models import DoctorRow, HallRow, PatientRow, TicketRow

log = logging.getLogger(__name__)
_TICKET = inspect(TicketRow)
_PATIENT = select(PatientRow.name, PatientRow.sex, PatientRow.birth_date).where(PatientRow.id == bindparam("patient"))
NEUTRAL_TAG = "priority"


@dataclass(frozen=True)
class PatientIdentity:
    """A patient as a ticket's readers may need them; `typed` is what staff typed about the ticket."""

    name: str
    sex: str | None
    birth_date: str | None
    typed: tuple[str | None, str | None, dict[str, str]]


class AudiencePresenter:
    """Looks the names of a batch of views up in two queries and puts them in, for one audience."""

    def __init__(
        self, db: Session, hall: HallRow, audience: Audience, *, scales: Mapping[str, Scale] | None = None
    ) -> None:
        self._db = db
        self._hall = hall
        self._audience = audience
        self._config = config_of(db, hall)
        self._queues = self._config.queues
        self._scales = scales or {}
        self._identities: dict[str, PatientIdentity] = {}
        self._alerts: dict[str, View] = {}
        self._doctors: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        self._evidence: dict[str, str] = {}

    def learn(self, views: Sequence[View]) -> None:
        """Fetch the identities of all tickets and the names of all doctors that stand anywhere in `views`."""
        tickets: set[str] = set()
        doctors: set[str] = set()
        alerts: set[str] = set()
        for view in views:
            _mentions(view, tickets, doctors, alerts)
        if self._audience is Audience.STAFF:
            self._learn_typed(views, alerts)
        missing = [id for id in tickets if id not in self._identities and not self._at_hand(id)]
        for start in range(0, len(missing), 500):
            rows = self._db.execute(
                select(TicketRow.id, PatientRow.name, PatientRow.sex, PatientRow.birth_date, *typed_text.TICKET)
                .join(PatientRow, PatientRow.id == TicketRow.patient_id)
                .where(TicketRow.id.in_(missing[start : start + 500]))
            )
            for id, name, sex, born, held, place, remarks in rows:
                self._identities[id] = PatientIdentity(
                    name, sex, born.isoformat() if born else None, (held, place, remarks)
                )
        unknown = [id for id in doctors if id not in self._doctors]
        if unknown:
            rows = self._db.execute(select(DoctorRow.id, DoctorRow.name).where(DoctorRow.id.in_(unknown)))
            self._doctors |= {row.id: row.name for row in rows}

    def _learn_typed(self, views: Sequence[View], alerts: set[str]) -> None:
        """Fetch what only staff sees: who open alerts are about, and the words behind the codes of rooms and paper."""
        if alerts:
            self._alerts |= who_and_where(self._db, alerts)
        self._reasons |= typed_text.stations(self._db, typed_text.mentioned(views, "station", "reason"))
        self._evidence |= typed_text.print_jobs(self._db, typed_text.mentioned(views, "print_job", "evidence"))

    def _at_hand(self, id: str) -> bool:
        """Take the identity from rows of this session (the answer to a command, still inside its transaction)."""
        ticket = self._db.identity_map.get(_TICKET.identity_key_from_primary_key((id,)))
        if ticket is None:
            return False
        patient = self._db.connection().execute(_PATIENT, {"patient": ticket.patient_id}).one_or_none()
        if patient is not None:
            born = patient.birth_date.isoformat() if patient.birth_date else None
            typed = (ticket.hold_reason, ticket.rescue_place, ticket.remarks)
            self._identities[id] = PatientIdentity(patient.name, patient.sex, born, typed)
        return patient is not None

    def _privacy(self, queue: str) -> Privacy:
        found = self._queues.get(queue)
        return found.privacy if found is not None else "number_only"

    def ticket(self, view: View, *, own: bool = False) -> View:
        """A ticket for this audience; `own` is the holder's own answer, where an ordinary grade is no secret."""
        identity = self._identities.get(view["id"])
        out = dict(view)
        out["display_name"] = display_name(identity.name if identity else None, self._privacy(view["queue"]))
        if self._audience is Audience.STAFF:
            if identity:
                out |= {"name": identity.name, "sex": identity.sex, "birth_date": identity.birth_date}
                out |= typed_text.ticket(view, *identity.typed)
            return out
        out = shown(self._audience, "ticket", out)
        special = bool(view["tags"]) or view["lane"] in {Lane.URGENT, Lane.POLICY}
        out["tags"] = [NEUTRAL_TAG] if special else []
        if view["lane"] == Lane.URGENT:
            out["lane"] = Lane.POLICY.value
        if not (own and self._is_last(view)):
            out["grade"] = out["rank"] = None
        return out

    def station(self, view: View) -> View:
        """A station with its doctor's name; in public without the clinic's where its patients show numbers only."""
        doctor, name = view.get("doctor"), view["name"]
        if self._audience is not Audience.STAFF:
            name = public_room(self._config, view["id"], name, view["queues"])
        out = {**view, "name": name, "doctor_name": self._doctors.get(doctor) if doctor else None}
        return shown(self._audience, "station", out | typed_text.as_typed(view, "reason", self._reasons))

    def alert(self, view: View) -> View:
        """An alert; for staff with who it is about and where it was raised."""
        return shown(self._audience, "alert", {**view, **self._alerts.get(view["id"], {})})

    def announcement(self, content: View) -> View:
        """An announcement with its texts: to be read, or for the caller to be heard with the name the hall allows."""
        identity = self._identities.get(content["ticket"])
        privacy = self._privacy(content["queue"])
        places = {
            "station_names": content["station_name"],
            "queue_names": content["queue_name"],
            "languages": content["languages"],
            "number": content["number"],
            "purpose": content.get("purpose", QueueKind.CLINIC),
        }
        if self._audience is Audience.CALLER:
            mode: VoiceMode = "none" if privacy == "number_only" else content.get("voice", "surname")
            texts = wording.spoken(content["kind"], name=identity.name if identity else None, voice_mode=mode, **places)
        else:
            texts = wording.shown(
                content["kind"], name=display_name(identity.name if identity else None, privacy), **places
            )
        keep = {name: content.get(name) for name in ("id", "zone", "kind", "number", "ticket", "station", "outcome")}
        return {**keep, "texts": texts}

    def body(self, body: View) -> View:
        """An answer to a command, with names in every ticket, slip and station it holds."""
        self.learn([body])
        out = dict(body)
        for name, value in body.items():
            if name in {"ticket", "current"} and isinstance(value, dict):
                out[name] = self.ticket(value, own=True)
            elif name == "tickets":
                out[name] = [self.ticket(view, own=True) for view in value]
            elif name == "slip" and value:
                out[name] = self.slip(value)
            elif name == "print_job" and value:
                out[name] = self.paper(value)
            elif name == "station" and isinstance(value, dict):
                out[name] = self.station(value)
            elif name == "alert" and isinstance(value, dict):
                out[name] = self.alert(value)
        return out

    def paper(self, view: View) -> View:
        """A print job with what is to be printed: a slip's name, a report's results, only for who prints it now."""
        view = {**view, **typed_text.as_typed(view, "evidence", self._evidence)}
        if view.get("slip"):
            return {**view, "slip": self.slip(view["slip"])}
        if view["kind"] == "report" and view.get("document"):
            return {**view, "document": document(self._db, self._hall, view["document"], view["copy_number"])}
        if view["kind"] == KIND and "at" in (view.get("document") or {}):
            return {**view, "document": list_document(self._db, self._hall, view["document"])}
        return view

    def slip(self, view: View) -> View:
        """A slip with the display name its queue allows and the doctor's name."""
        identity = self._identities.get(view["ticket"])
        privacy = self._privacy(view.get("queue_id", ""))
        doctor = view.get("doctor")
        return {
            **view,
            "display_name": display_name(identity.name if identity else None, privacy),
            "doctor": self._doctors.get(doctor, doctor) if doctor else None,
        }

    def frame(self, epoch: str, row: View) -> View:
        """One event of the journal as this audience may have it: whole, `hidden`, or `removed`.

        One that cannot be shown is `hidden`: whoever follows goes on, and its number is in the log.
        """
        try:
            return self._frame(epoch, row)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("event %s %s cannot be shown to %s", self._hall.id, row["seq"], self._audience.value)
            return {"epoch": epoch, "seq": row["seq"], "kind": EventKind.HIDDEN.value}

    def _frame(self, epoch: str, row: View) -> View:
        base: View = {"epoch": epoch, "seq": row["seq"]}
        kind = EventKind(row["kind"])
        subject = row["subject"]
        staff = self._audience is Audience.STAFF
        if kind not in EVENTS[self._audience]:
            return {**base, "kind": EventKind.HIDDEN.value}
        ticket = subject.get("ticket")
        if ticket is not None and not staff and out_of_sight(ticket):
            return {**base, "kind": EventKind.REMOVED.value, "id": ticket["id"]}
        frame: View = {**base, "kind": kind.value, "at": row["at"]}
        if staff:
            frame |= {"actor": row["actor"], "reason": row["reason"]}
        for name, view in subject.items():
            match name:
                case "ticket":
                    frame[name] = self.ticket(view)
                case "station":
                    frame[name] = self.station(view)
                case "announcement":
                    frame[name] = self.announcement(view)
                case "alert":
                    frame[name] = self.alert(view)
                case "print_job":
                    frame[name] = {**view, **typed_text.as_typed(view, "evidence", self._evidence)}
                case _:
                    frame[name] = view
        return shown(self._audience, "frame", frame)

    def _is_last(self, view: View) -> bool:
        queue = self._queues.get(view["queue"])
        scale = self._scales.get(queue.scale) if queue is not None else None
        return scale is not None and view["grade"] == scale.last.code


def out_of_sight(ticket: View) -> bool:
    """Whether the public may not see this ticket: its life has ended, or it bypasses the queue (level R or Ⅰ)."""
    return bool(ticket.get("bypass")) or TicketState(ticket["state"]) in ENDED


def _mentions(view: object, tickets: set[str], doctors: set[str], alerts: set[str]) -> None:
    if isinstance(view, list):
        for item in view:
            _mentions(item, tickets, doctors, alerts)
    if not isinstance(view, dict):
        return
    if "number" in view and "order" in view:
        tickets.add(view["id"])
    if "raised_at" in view:
        alerts.add(view["id"])
    if isinstance(view.get("ticket"), str):
        tickets.add(view["ticket"])
    if isinstance(view.get("doctor"), str):
        doctors.add(view["doctor"])
    for value in view.values():
        if isinstance(value, dict | list):
            _mentions(value, tickets, doctors, alerts)
