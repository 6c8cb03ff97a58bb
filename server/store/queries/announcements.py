"""Named queries over announcements. Knows no words and no audience."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import AnnouncementRow

CALLS = ("call", "recall")


def last_calls(db: Session, hall: str, tickets: Collection[str]) -> dict[str, AnnouncementRow]:
    """The last call or recall of each of `tickets`, by ticket; a ticket that was never called is left out.

    `content["seq"]` is the number of the event that carried it: times may be equal, numbers are not.
    """
    if not tickets:
        return {}
    rows = db.scalars(
        select(AnnouncementRow).where(AnnouncementRow.hall_id == hall, AnnouncementRow.ticket_id.in_(tickets))
    )
    calls = [row for row in rows if row.content["kind"] in CALLS]
    return {row.ticket_id: row for row in sorted(calls, key=lambda row: int(row.content["seq"]))}
