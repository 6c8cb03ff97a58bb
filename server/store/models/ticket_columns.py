"""The columns of a ticket that a move of it may change, by name and type; those not given stay."""

from datetime import datetime
from typing import TypedDict

from server.store.models.json_columns import StatedWaitColumn, UndoColumn


class TicketColumns(TypedDict, total=False):
    """Some columns of a TicketRow and their new values."""

    queue_id: str
    state: str
    lane: str
    grade: str | None
    rank: int | None
    credit: int
    doctor: str
    sort: str
    since: datetime
    due_call: int
    target_minutes: int | None
    tags: list[str]
    station_id: str | None
    slot_start: datetime | None
    slot_end: datetime | None
    hold_reason: str | None
    rescue_place: str | None
    bypass: bool
    triaged: bool
    calls: int
    passes: int
    times: dict[str, str]
    undo: UndoColumn
    promise: StatedWaitColumn | None
    end_reason: str | None
    remarks: dict[str, str]
