"""The epochs a hall's journal has had: each names one life of it. Knows no rule."""

import hashlib
import secrets

from sqlalchemy.orm import Session

from server.store.models import HallRow, MarkRow

KEPT = 100
"""Former epochs that are remembered of a hall."""


def renew(db: Session, hall: HallRow, *also_former: str) -> str:
    """Give a hall's journal a new epoch and remember the one it had, and `also_former`; the new one."""
    row = db.get(MarkRow, _name(hall.id))
    if row is None:
        row = MarkRow(name=_name(hall.id), value={"former": []})
        db.add(row)
    ended = [epoch for epoch in (hall.epoch, *also_former) if epoch]
    kept = [epoch for epoch in row.value["former"] if epoch not in ended]
    row.value = {"former": [*kept, *ended][-KEPT:]}
    hall.epoch = secrets.token_hex(8)
    return hall.epoch


def former(db: Session, hall: str) -> list[str] | None:
    """The epochs before the present one, oldest first; None for a hall of a version that did not remember them."""
    row = db.get(MarkRow, _name(hall))
    return list(row.value["former"]) if row is not None else None


def _name(hall: str) -> str:
    return f"epochs {hashlib.sha256(hall.encode()).hexdigest()[:40]}"  # a hall's id may be as long as the column
