"""Announcements: made with the event they tell, without names; and what became of them at the loudspeaker."""

import secrets

from sqlalchemy import insert

from server.domain.errors import HallError
from server.protocol.terms import AnnouncementOutcome, ErrorCode, EventKind
from server.services.core.hall_config import HallConfig, Queue
from server.services.core.public_rooms import is_private, public_room
from server.services.core.requests import OutcomeBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View
from server.services.tickets import transitions
from server.store.models import AnnouncementRow, Base, StationRow, TicketRow

BETTER = (AnnouncementOutcome.FAILED, AnnouncementOutcome.SHOWN_ONLY, AnnouncementOutcome.SPOKEN)
"""Outcomes, each better than those before it."""
_ANNOUNCE = insert(Base.metadata.tables[AnnouncementRow.__tablename__])


def outcome(work: Work, id: str, body: OutcomeBody) -> Answer:
    """Record the outcome; a better one (spoken on another loudspeaker) replaces a worse. Raises not_found."""
    row = work.db.get(AnnouncementRow, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such announcement")
    if row.outcome is None or BETTER.index(body.outcome) > BETTER.index(AnnouncementOutcome(row.outcome)):
        row.outcome = body.outcome.value
        content = {name: row.content[name] for name in ("id", "zone", "kind", "number", "ticket", "station")}
        work.record(
            EventKind.ANNOUNCEMENT_OUTCOME,
            reason=body.outcome.value,
            announcement={**row.content, **content, "outcome": row.outcome},
        )
    return Answer({"announcement": {"id": row.id, "outcome": row.outcome}})


def announce(work: Work, ticket: TicketRow, kind: str, station: StationRow | None) -> View:
    """Make the announcement of a call, recall, staging or passing: content without names, texts come at the edge.

    The very next event of the ticket's hall carries it.
    """
    content: View = {
        "id": secrets.token_hex(8),
        "seq": work.halls[ticket.hall_id].seq + 1,
        **content_of(work.config, transitions.queue_of(work, ticket.queue_id, ticket.hall_id), ticket, kind, station),
    }
    work.connection.execute(
        _ANNOUNCE,
        {
            "id": content["id"],
            "hall_id": work.hall.id,
            "ticket_id": ticket.id,
            "zone": content["zone"],
            "content": content,
            "at": work.now,
        },
    )
    return content


def content_of(config: HallConfig, queue: Queue, ticket: TicketRow, kind: str, station: StationRow | None) -> View:
    """What there is to say: numbers and places, no name; audience.py makes the sentences of it for each audience.

    Whoever is called by number only is not called to a clinic by name either: neither queue nor room says it.
    """
    return {
        "kind": kind,
        "ticket": ticket.id,
        "number": ticket.number,
        "queue": queue.id,
        "purpose": queue.kind.value,
        "zone": station.zone if station else config.id,
        "station": station.id if station else None,
        "station_name": public_room(config, station.id, station.name, station.queues) if station else None,
        "queue_name": {} if is_private(config, [queue.id]) else queue.name,
        "languages": list(config.languages),
        "voice": config.voice,
    }
