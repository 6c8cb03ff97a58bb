"""Which print station takes which kind of paper, as the hall file says, and where a kiosk's paper goes that failed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from server.domain.errors import HallError
from server.protocol.terms import DeviceRole, ErrorCode
from server.services.core.unit_of_work import Work
from server.store.models import DeviceRow

SETTING = "printers"
"""Where the hall's settings keep the kinds of paper by the name of the print station."""
KINDS = ("slip", "report", "list")


def kinds_of(work: Work, printer: str | None) -> Sequence[str]:
    """The kinds of paper that the station asking takes; all where the hall file does not name it.

    Raises invalid for a `printer` that is not the station itself: no station takes what is another's.
    """
    if printer is not None and printer != work.principal.name:
        raise HallError(ErrorCode.INVALID, f"printer: this station is {work.principal.name!r}")
    return _printers(work).get(work.principal.name, KINDS)


def can_print(work: Work, kind: str) -> bool:
    """Whether a station of the hall is enrolled that takes this kind."""
    if not work.hall.print_stations:
        return False
    printers = _printers(work)
    return not printers or any(kind in printers.get(station.name, KINDS) for station in _stations(work))


def fallback(work: Work, kind: str) -> DeviceRow | None:
    """Where a kiosk's paper of this kind comes out when the kiosk did not print it: a station that the hall file names
    for it, one that is online before others. Paper never comes out where nobody was told to expect it."""
    printers = _printers(work)
    named = [station for station in _stations(work) if kind in printers.get(station.name, ())] if printers else []
    return min(named, key=lambda station: not station.online, default=None)


def _printers(work: Work) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = work.config.settings.get(SETTING, {})
    return found


def _stations(work: Work) -> list[DeviceRow]:
    rows = select(DeviceRow).where(
        DeviceRow.hall_id == work.hall.id,
        DeviceRow.role == DeviceRole.STATION.value,
        DeviceRow.revoked_at.is_(None),
    )
    return list(work.db.scalars(rows.order_by(DeviceRow.name)))
