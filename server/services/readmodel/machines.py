"""The machines of the hospital as an administrator sees them: how each is, when it was heard, what paper it holds."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.views import View, device_view, stamp
from server.services.readmodel.snapshot import OPEN_JOBS
from server.store.models import DeviceRow, PrintJobRow


def listed(context: Context, who: Principal) -> View:
    """{devices, paper}: every machine of the reader's halls, revoked ones too, and the paper that is not settled."""
    with Session(context.engines.read) as db:
        rows = db.scalars(select(DeviceRow).order_by(DeviceRow.hall_id, DeviceRow.name))
        return {
            "devices": [_machine(row) for row in rows if who.reach in {None, row.hall_id}],
            "paper": _open_paper(db, who.reach),
        }


def _machine(row: DeviceRow) -> View:
    return {
        **device_view(row),
        "hall": row.hall_id,
        "revoked": row.revoked_at is not None,
        "last_seen": stamp(row.last_seen),
    }


def _open_paper(db: Session, hall: str | None) -> list[View]:
    """How many jobs of each hall wait or need a look: {hall, device, state, count}; `device` null where none has it."""
    found = db.execute(
        select(PrintJobRow.hall_id, PrintJobRow.device_id, PrintJobRow.state, func.count())
        .where(PrintJobRow.state.in_(OPEN_JOBS), *([] if hall is None else [PrintJobRow.hall_id == hall]))
        .group_by(PrintJobRow.hall_id, PrintJobRow.device_id, PrintJobRow.state)
    )
    return [{"hall": of, "device": device, "state": state, "count": count} for of, device, state, count in found]
