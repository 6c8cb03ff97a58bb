"""Owns the list of a hall's latest print jobs, so that a desk can print one again. Holds no names, prints nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.services.core.context import Context
from server.services.core.views import View, job_view, stamp
from server.store.models import PrintJobRow, TicketRow

LATEST = 40


def recent_paper(context: Context, hall: str) -> View:
    """{jobs: [...]}: the latest print jobs of the hall with the number they belong to, latest first."""
    with Session(context.engines.read) as db:
        rows = db.execute(
            select(PrintJobRow, TicketRow.number)
            .outerjoin(TicketRow, TicketRow.id == PrintJobRow.ticket_id)
            .where(PrintJobRow.hall_id == hall)
            .order_by(PrintJobRow.created_at.desc())
            .limit(LATEST)
        )
        return {"jobs": [{**job_view(job), "number": number, "at": stamp(job.created_at)} for job, number in rows]}
