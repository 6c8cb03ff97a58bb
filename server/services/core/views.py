"""Rows as views without names and typed words: what the journal keeps and receipts store. Names are added at the edge
by audience.py, what staff typed by typed_text.py."""

from datetime import UTC, datetime

from server.domain.privacy.recorded_reasons import code_of
from server.protocol import json_values
from server.store.models import (
    AlertRow,
    AppointmentRow,
    DeviceRow,
    HallRow,
    PrintJobRow,
    QueueRow,
    StationRow,
    TicketRow,
)

View = json_values.View


def stamp(at: datetime | None) -> str | None:
    """A time on the wire: RFC 3339, UTC, seconds with microseconds only when there are any."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def ticket_view(row: TicketRow) -> View:
    """A ticket as staff may see it, without the name. `patient` helps no one outside: it is not in the view."""
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "queue": row.queue_id,
        "lane": row.lane,
        "grade": row.grade,
        "rank": row.rank,
        "tags": list(row.tags),
        "display_name": None,
        "station": row.station_id,
        "order": row.sort,
        "seq": row.seq,
        "times": dict(row.times),
        "doctor": row.doctor or None,
        "hold_reason": code_of(row.hold_reason),
        "rescue_place": None,
        "flags": list(row.flags),
        "calls": row.calls,
        "passes": row.passes,
        "slot": stamp(row.slot_start),
        "bypass": row.bypass,
        "end_reason": row.end_reason,
    }


def appointment_view(row: AppointmentRow) -> View:
    """A booked slot, without the patient."""
    return {
        "id": row.id,
        "hall": row.hall_id,
        "queue": row.queue_id,
        "doctor": row.doctor_id,
        "slot_start": stamp(row.slot_start),
        "slot_end": stamp(row.slot_end),
        "state": row.state,
    }


def station_view(row: StationRow) -> View:
    """A station; the doctor's name is added at the edge."""
    return {
        "id": row.id,
        "name": row.name,
        "place": row.place or {},
        "queues": list(row.queues),
        "state": row.state,
        "doctor": row.doctor_id,
        "reason": code_of(row.reason),
        "until": stamp(row.until),
        "seq": row.seq,
    }


def queue_view(row: QueueRow) -> View:
    """A queue."""
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "mode": row.mode,
        "scale": row.scale,
        "privacy": row.privacy,
        "kind": row.kind,
    }


def job_view(row: PrintJobRow, *, content: bool = False) -> View:
    """A print job; `content` adds the paper itself and the lease, for the one device that prints it."""
    view: View = {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "device": row.device_id,
        "ticket": row.ticket_id,
        "copy_number": row.copy_number,
        "evidence": code_of(row.evidence),
        "seq": row.seq,
    }
    if content:
        view["lease"] = row.lease
        view["lease_until"] = stamp(row.lease_until)
        if row.kind == "slip":
            view["slip"] = {**row.content, "copy_number": row.copy_number}
        else:
            view["document"] = row.content
    return view


def alert_view(row: AlertRow) -> View:
    """An alert, without the patient: who it is about is added at the edge, for staff and while it is open."""
    return {
        "id": row.id,
        "kind": row.kind,
        "ticket": row.ticket_id,
        "device": row.device_id,
        "text": row.text,
        "raised_at": stamp(row.raised_at),
        "last_at": stamp(row.last_at),
        "count": row.count,
        "acknowledged_at": stamp(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by,
        "going": None,
        "closed_at": stamp(row.closed_at),
        "closed_by": row.closed_by,
        "outcome": row.outcome,
        "seq": row.seq,
    }


def device_view(row: DeviceRow) -> View:
    """A device and how it is."""
    return {
        "id": row.id,
        "role": row.role,
        "name": row.name,
        "place": row.place or {},
        "zone": row.zone,
        "online": row.online,
        "health": row.health,
        "seq": row.seq,
    }


def hall_languages(hall: HallRow) -> list[str]:
    """The languages of a hall's screens and voice, in order; default Mandarin, then English."""
    return list(hall.settings.get("languages") or ["zh", "en"])
