"""Tells the staff of every hall that the server's clock stepped, or is not the database's."""

from functools import partial

from sqlalchemy.orm import Session

from server.protocol.terms import AlertKind
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.transaction import tell_time
from server.services.core.unit_of_work import Answer, Work


def tell(context: Context) -> None:
    """Ask the database what time it is, where it has a clock, and tell what is new of the clock, once."""
    with Session(context.engines.read) as db:
        tell_time(context.clock, db.connection())
    news = context.clock.news()
    try:
        while news:
            for hall in context.hall_ids():
                context.transactions.system(hall, partial(_tell, text=news[0]))
            del news[0]
    finally:
        for text in news:  # told again in the next round; who knows it already has one line
            context.clock.announce_again(text)


def _tell(work: Work, *, text: str) -> Answer:
    return Answer({"alert": alerts.raise_alert(work, AlertKind.CLOCK, text=text)})
