"""One open transaction of a hall, as use cases see it: rows, the hall's now, numbered events, the trail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from server.domain.access.audit_chain import Entry, sealed
from server.domain.privacy.recorded_reasons import code_of
from server.protocol.json_values import JsonDict
from server.protocol.terms import EventKind
from server.services.core.hall_config import HallConfig, config_of
from server.services.core.principal import Principal
from server.services.core.views import View, alert_view, device_view, job_view, station_view, ticket_view
from server.store.models import (
    AlertRow,
    AuditRow,
    Base,
    DeviceRow,
    HallRow,
    JournalRow,
    PrintJobRow,
    StationRow,
    TicketRow,
)
from server.store.queries import scheduled_tasks
from server.store.rows import write_now

NOTHING: Mapping[str, object] = MappingProxyType({})
_JOURNAL, _AUDIT = (insert(Base.metadata.tables[table.__tablename__]) for table in (JournalRow, AuditRow))


class Outcome(StrEnum):
    """How a command ended; the receipt of its key keeps it. A refusal is no outcome: it is raised."""

    DONE = "done"
    CREATED = "created"
    ALERTED = "alerted"
    """Staff is alerted instead of what was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case answers: a body without names, and how the command ended."""

    body: View
    outcome: Outcome = Outcome.DONE
    once: frozenset[str] = frozenset()
    """Words of the body that are said once: a repeated key is answered without them, for no receipt keeps them."""


@dataclass
class Work:
    """One open transaction in a hall: what use cases write with. Nothing in it touches network, printer or speech."""

    db: Session
    hall: HallRow
    halls: dict[str, HallRow]
    principal: Principal
    now: datetime
    real_now: datetime
    audit_key: bytes
    _events: list[JsonDict] = field(default_factory=list)
    _trail: list[JsonDict] = field(default_factory=list)
    _counted: dict[str, JsonDict] = field(default_factory=dict)

    def record(
        self,
        kind: EventKind,
        thing: TicketRow | StationRow | PrintJobRow | AlertRow | DeviceRow | None = None,
        *,
        changes: Mapping[str, object] = NOTHING,
        reason: str | None = None,
        announcement: View | None = None,
    ) -> None:
        """Give the event the next number of its hall's journal, with the view of `thing` as it is now.

        `changes` of its columns are written with that number; a thing just made is inserted. Of a reason the code is
        kept and no word that somebody typed: those belong to the thing.
        """
        hall = self.halls[thing.hall_id] if thing is not None else self.hall
        self._count(hall, seq=hall.seq + 1)
        subject: dict[str, View] = {}
        if thing is not None:
            write_now(self.db, thing, **changes, seq=hall.seq)
            name, view = _view_of(thing)
            subject[name] = view
        if announcement is not None:
            subject["announcement"] = announcement
        self._events.append(
            {
                "hall_id": hall.id,
                "seq": hall.seq,
                "kind": kind.value,
                "at": self.now,
                "real_at": self.real_now,
                "actor": self.actor,
                "device": self.principal.id if self.principal.kind == "device" else None,
                "reason": code_of(reason),
                "subject": subject,
            }
        )
        self.audit(kind.value, thing.id if thing is not None else hall.id, code_of(reason), hall=hall)

    @cached_property
    def connection(self) -> Connection:
        """The transaction's connection, for statements on tables that the unit of work does not keep."""
        return self.db.connection()

    @property
    def config(self) -> HallConfig:
        """What the hall file says of this hall."""
        return config_of(self.db, self.hall)

    def config_of(self, hall: str) -> HallConfig:
        """What the hall file says of one of the locked halls."""
        return config_of(self.db, self.halls[hall])

    @property
    def business_day(self) -> date:
        """The business day of the hall's now."""
        return self.config.day(self.now)

    @property
    def actor(self) -> str:
        """Who acts, as the journal names them: a role and an account or device, never a patient."""
        who = self.principal
        return f"{who.role}:{who.name}" if who.role else who.id

    def audit(self, action: str, thing: str, reason: str | None = None, *, hall: HallRow | None = None) -> None:
        """Add a row to the hash chain of the hall's trail."""
        hall = hall or self.hall
        seq = hall.audit_seq + 1
        device = self.principal.id if self.principal.kind == "device" else None
        entry = Entry(hall.id, seq, self.real_now, self.actor, device, action, thing, reason)
        digest = sealed(self.audit_key, hall.audit_digest, entry)
        self._count(hall, audit_seq=seq, audit_digest=digest)
        self._trail.append({**entry._asdict(), "digest": digest})

    def _count(self, hall: HallRow, **counters: object) -> None:
        """Move a hall's counters on; they are written once, with the events."""
        self._counted.setdefault(hall.id, {}).update(counters)
        for name, value in counters.items():
            set_committed_value(hall, name, value)

    def schedule(
        self, id: str, kind: str, subject: str, due_at: datetime, *, clock: str = "hall", **data: object
    ) -> None:
        """Make or move the due row `id`."""
        scheduled_tasks.put(
            self.connection,
            {
                "id": id,
                "hall_id": self.hall.id,
                "clock": clock,
                "due_at": due_at,
                "kind": kind,
                "subject": subject,
                "data": data,
            },
        )

    def unschedule(self, id: str) -> None:
        """Forget the due row `id` if there is one."""
        scheduled_tasks.drop(self.connection, id)

    def write_events(self) -> None:
        """Write the numbered events, the trail and how far the halls' counters went."""
        self.db.flush()
        for hall, counters in self._counted.items():
            write_now(self.db, self.halls[hall], **counters)
        if self._events:
            self.connection.execute(_JOURNAL, self._events)
        if self._trail:
            self.connection.execute(_AUDIT, self._trail)


def _view_of(thing: TicketRow | StationRow | PrintJobRow | AlertRow | DeviceRow) -> tuple[str, View]:
    match thing:
        case TicketRow():
            return "ticket", ticket_view(thing)
        case StationRow():
            return "station", station_view(thing)
        case PrintJobRow():
            return "print_job", job_view(thing)
        case AlertRow():
            return "alert", alert_view(thing)
        case DeviceRow():
            return "device", device_view(thing)
