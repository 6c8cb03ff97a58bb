"""Owns what becomes of a patient's ticket when the booking behind it is cancelled or moved. Pure; knows no database.

The table is that of hospital interfaces: a booking that nobody used yet is simply changed; who waits goes with it; who
was called or seen stays, and a person is told.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from server.protocol.terms import AppointmentState, TicketState


class Effect(StrEnum):
    """How far a change of a booking reaches: the booking alone, its ticket too, or staff only, who is told."""

    BOOKING = "booking"
    TICKET = "ticket"
    STAFF_ALERTED = "told"


_UNUSED = (None, TicketState.CANCELLED, TicketState.NO_SHOW)
_IN_LINE = (TicketState.CHECKED_IN, TicketState.WAITING, TicketState.STAGED)
_AWAY = (TicketState.HELD, TicketState.PASSED)
_SEEN = (TicketState.CALLED, TicketState.SERVING, TicketState.DONE)

ON_CANCEL: Mapping[TicketState | None, Effect] = MappingProxyType(
    {
        **dict.fromkeys(_UNUSED, Effect.BOOKING),
        **dict.fromkeys((*_IN_LINE, *_AWAY), Effect.TICKET),
        **dict.fromkeys(_SEEN, Effect.STAFF_ALERTED),
    }
)
"""By the state of the booking's ticket; None where there is none."""

ON_MOVE: Mapping[TicketState | None, Effect] = MappingProxyType(
    {
        **dict.fromkeys(_UNUSED, Effect.BOOKING),
        **dict.fromkeys(_IN_LINE, Effect.TICKET),
        **dict.fromkeys((*_AWAY, *_SEEN), Effect.STAFF_ALERTED),
    }
)
"""The same for a move: who is away comes back by rules that know no slot, so the ticket stays as it is."""


def on_cancel(state: TicketState | None, *, escorted: bool = False) -> Effect:
    """What a cancelled booking does; a patient of level R or Ⅰ (`escorted`) is never taken out of sight by it."""
    return Effect.STAFF_ALERTED if escorted else ON_CANCEL[state]


def on_move(state: TicketState | None, *, urgent: bool = False, escorted: bool = False) -> Effect:
    """What a moved booking does; an urgent patient keeps the place that triage gave."""
    found = ON_MOVE[state]
    return Effect.STAFF_ALERTED if escorted or (urgent and found is Effect.TICKET) else found


_WORDS: Mapping[str, AppointmentState] = MappingProxyType(
    {
        **dict.fromkeys(("booked", "正常", "预约", "已预约", "預約", "已預約"), AppointmentState.BOOKED),
        **dict.fromkeys(
            ("cancelled", "canceled", "取消", "已取消", "退号", "已退号", "退號", "已退號"), AppointmentState.CANCELLED
        ),
    }
)


def state_of(word: str) -> AppointmentState | None:
    """The state that a hospital's word names; None for a blank, which says nothing. Raises ValueError for another."""
    if not word:
        return None
    try:
        return _WORDS[word.casefold()]
    except KeyError:
        raise ValueError("state: not one of booked, cancelled, 正常, 退号, 取消") from None
