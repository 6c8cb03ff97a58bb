"""What became of an announcement at the loudspeaker, as the caller reports it."""

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode, EventKind
from server.services.wishes import OutcomeBody
from server.services.work import Answer, Work
from server.store.tables import AnnouncementRow


def outcome(work: Work, id: str, body: OutcomeBody) -> Answer:
    """Record the outcome; a better one (spoken on another loudspeaker) replaces a worse. Raises not_found."""
    row = work.db.get(AnnouncementRow, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such announcement")
    if row.outcome != body.outcome and row.outcome != "spoken":
        row.outcome = body.outcome.value
        content = {word: row.content[word] for word in ("id", "zone", "kind", "number", "ticket", "station")}
        work.record(
            EventKind.ANNOUNCEMENT_OUTCOME,
            reason=body.outcome.value,
            announcement={**row.content, **content, "outcome": row.outcome},
        )
    return Answer(200, {"announcement": {"id": row.id, "outcome": row.outcome}})
