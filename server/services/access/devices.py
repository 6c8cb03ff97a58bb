"""Enrolled machines: tokens (stored hashed), heartbeats, health, who is online."""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import AlertKind, DeviceRole, ErrorCode, EventKind
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import HeartbeatBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View, device_view
from server.services.core.witnesses import ReadPosition
from server.store.models import DeviceRow

SILENT = timedelta(seconds=15)
HEALTH = "health"
"""The task by which a change of health is told later."""
SILENT_VOICE = "silent"
"""A caller's word for a loudspeaker of which two announcements failed one after the other (caller/agent.py)."""
LONGEST_NAME = 60
LONGEST_PLACE = 100
_LANGUAGE = re.compile(r"\s*(zh|yue|en)\s*=(.*)", re.DOTALL)


def enrol(
    work: Work,
    context: Context,
    role: DeviceRole,
    name: str,
    zone: str | None = None,
    place: dict[str, str] | None = None,
    *,
    decodes: bool = False,
    hospital_wide: bool = False,
) -> tuple[DeviceRow, str]:
    """A new device and its token (256 random bits), which is shown once and kept only as a hash.

    `place` is building, floor and area by language; `decodes` says that its reader hands codes to a service which the
    hospital trusts, so what it says of a code is believed; `hospital_wide` lets a service write for every hall.
    Raises invalid for a name that is none, and for another role that asks for every hall.
    """
    if hospital_wide and role is not DeviceRole.SERVICE:
        raise HallError(ErrorCode.INVALID, "only a service writes for every hall")
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise HallError(ErrorCode.INVALID, f"a device's name is 1 to {LONGEST_NAME} printable characters")
    token = f"hall_{secrets.token_urlsafe(32)}"
    row = DeviceRow(
        id=secrets.token_hex(8),
        role=role.value,
        hall_id=work.hall.id,
        name=name,
        place=place or None,
        zone=zone or work.hall.id,
        decodes=decodes,
        hospital_wide=hospital_wide,
        token_hash=context.token_hash(token),
        enrolled_at=work.real_now,
        seq=0,
        online=False,
        seen_seq=0,
        health={},
        revoked_at=None,
        last_seen=None,
    )
    work.db.add(row)
    _count(work, role, 1)
    work.record(EventKind.DEVICE_ENROLLED, row)
    return row, token


def place_from(text: str) -> dict[str, str]:
    """A place written as `一楼大厅` (Chinese) or `zh=一楼大厅;en=Ground floor`, by language.

    Raises invalid for a text that is empty, longer than 100 characters in a language, or names a language twice.
    """
    parts = [_LANGUAGE.fullmatch(part) for part in text.split(";") if part.strip()]
    named = [(part[1], part[2].strip()) for part in parts if part is not None] if all(parts) else [("zh", text.strip())]
    place = dict(named)
    if not place or len(place) != len(named) or not all(_is_place(one) for one in place.values()):
        raise HallError(ErrorCode.INVALID, f"a place is 1 to {LONGEST_PLACE} printable characters, or zh=…;en=…")
    return place


def _is_place(text: str) -> bool:
    return 0 < len(text) <= LONGEST_PLACE and text.isprintable()


def _count(work: Work, role: DeviceRole, step: int) -> None:
    """The hall knows how many can print and how many show and speak, so that no command has to count them."""
    if role is DeviceRole.STATION:
        work.hall.print_stations += step
    elif role is DeviceRole.CALLER:
        work.hall.callers += step


def _device(work: Work, id: str) -> DeviceRow:
    row = work.db.get(DeviceRow, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such device")
    return row


def listed(work: Work) -> list[View]:
    """The hall's machines that have a token, by name."""
    rows = select(DeviceRow).where(DeviceRow.hall_id == work.hall.id, DeviceRow.revoked_at.is_(None))
    return [device_view(row) for row in work.db.scalars(rows.order_by(DeviceRow.name))]


def put(work: Work, id: str, place: dict[str, str]) -> Answer:
    """A device stands at another place; its token stays. Raises not_found for a device that is none or is revoked."""
    row = _device(work, id)
    if row.revoked_at is not None:
        raise HallError(ErrorCode.NOT_FOUND, "no such device")
    if row.place != place:
        row.place = place
        work.record(EventKind.DEVICE_CHANGED, row)
    return Answer({"device": device_view(row)})


def revoke(work: Work, id: str) -> Answer:
    """The token opens nothing any more; its live sockets are cut by the sockets' own check.

    Raises not_found, and forbidden when who is bound to a hall takes a token away that writes for every hall.
    """
    row = _device(work, id)
    if row.hospital_wide and work.principal.reach is not None:
        raise HallError(ErrorCode.FORBIDDEN, "this service writes for every hall; an administrator of all revokes it")
    if row.revoked_at is None:
        row.revoked_at, row.online = work.real_now, False
        _count(work, DeviceRole(row.role), -1)
        work.record(EventKind.DEVICE_REVOKED, row)
    return Answer({"device": device_view(row)})


def by_token(context: Context, token: str) -> Principal | None:
    """The device a token names; None for an unknown or revoked one."""
    with Session(context.engines.read) as db:
        row = db.scalars(select(DeviceRow).where(DeviceRow.token_hash.in_(context.token_hashes(token)))).one_or_none()
        if row is None or row.revoked_at is not None:
            return None
        return Principal(
            "device",
            row.id,
            DeviceRole(row.role),
            row.hall_id,
            row.name,
            zone=row.zone,
            decodes=row.decodes,
            is_hospital_wide=row.hospital_wide,
        )


def heartbeat(work: Work, context: Context, body: HeartbeatBody) -> Answer:
    """The device lives. An event is recorded only when it comes back or its health changes.

    Of health that changes all the time the last is told a little later. Raises forbidden for who is no device.
    """
    row = work.db.get(DeviceRow, work.principal.id)
    if row is None:
        raise HallError(ErrorCode.FORBIDDEN, "only a device has a heartbeat")
    if body.epoch is not None:
        position = ReadPosition(work.hall.id, body.epoch, body.seen_seq, row.id)
        context.witnesses.hear(position, epoch=work.hall.epoch, seq=work.hall.seq)
    came_back, changed = not row.online, row.health != body.health
    row.last_seen, row.seen_seq, row.online, row.health = work.real_now, body.seen_seq, True, dict(body.health)
    late = context.counts.delay(row.id, work.real_now) if changed else None
    if late is not None:
        work.schedule(f"{HEALTH}:{row.id}", HEALTH, row.id, work.real_now + late, clock="real")
    elif changed:
        _hear_of_sound(work, row)
    if came_back or (changed and late is None):
        work.record(EventKind.DEVICE_ONLINE if came_back else EventKind.DEVICE_HEALTH, row)
    work.schedule(f"silent:{row.id}", "silent", row.id, work.real_now + SILENT, clock="real")
    return Answer({"device": device_view(row), "epoch": work.hall.epoch, "seq": work.hall.seq})


def tell_health(work: Work, context: Context, id: str) -> datetime | None:
    """Tell how a device is whose health changed too often to be told each time; when to try again, if not now."""
    row = work.db.get(DeviceRow, id)
    if row is None or row.revoked_at is not None:
        return None
    late = context.counts.delay(id, work.real_now)
    if late is not None:
        return work.real_now + late
    _hear_of_sound(work, row)
    work.record(EventKind.DEVICE_HEALTH, row)
    return None


def _hear_of_sound(work: Work, row: DeviceRow) -> None:
    """A loudspeaker whose announcements fail one after the other is told to staff, until it is heard again.

    Only a caller has one: what another machine says of a voice is shown with its health and alarms nobody.
    """
    if row.role != DeviceRole.CALLER:
        return
    voice = row.health.get("voice")
    if voice == SILENT_VOICE:
        alerts.raise_alert(work, AlertKind.SILENT, device=row.id, text=row.name)
    elif voice == "fine":
        alerts.end_of_silence(work, row.id)


def fell_silent(work: Work, id: str) -> None:
    """No heartbeat came: the device counts as offline and staff is told."""
    row = work.db.get(DeviceRow, id)
    if row is None or not row.online or (row.last_seen and work.real_now - row.last_seen < SILENT):
        return
    row.online = False
    work.record(EventKind.DEVICE_OFFLINE, row)
    alerts.raise_alert(work, AlertKind.DEVICE, device=row.id, text=row.name)
