"""Who is told of events: integrations are added, listed and removed from the command line."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.domain.access.keys import Purpose, derived
from server.domain.errors import HallError
from server.domain.outbox import unknown_events
from server.protocol.terms import ErrorCode
from server.services.outbox.addresses import address_fault
from server.store.models import IntegrationCursorRow, IntegrationRow
from server.store.queries import journal, outbox

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Standing:
    """An integration and how it is: events it has not read, dead letters, and the failures of what comes next."""

    name: str
    url: str
    events: tuple[str, ...]
    behind: int
    dead: int
    failing: tuple[tuple[str, int, datetime, str], ...]
    """Hall, failed attempts, since when, why the last one failed."""


def add(db: Session, name: str, url: str, events: Sequence[str], now: datetime, *, plain: bool = False) -> str:
    """Add an integration, which is told of what happens from now on, or change one; the salt of its secret.

    Raises invalid for a name, an address or a kind of event that cannot be.
    """
    if not NAME.fullmatch(name):
        raise HallError(ErrorCode.INVALID, "a name has letters a-z, digits and hyphens")
    if (fault := address_fault(url, plain=plain)) is not None:
        raise HallError(ErrorCode.INVALID, fault)
    if unknown := unknown_events(events):
        raise HallError(ErrorCode.INVALID, f"no event is called {', '.join(unknown)}")
    row = db.get(IntegrationRow, name)
    if row is None:
        row = IntegrationRow(name=name, url=url, events=list(events), salt=secrets.token_hex(16), added_at=now)
        db.add(row)
        db.flush()
        for hall, epoch, seq in journal.positions(db):
            db.add(IntegrationCursorRow(integration=name, hall_id=hall, epoch=epoch, seq=seq))
    row.url, row.events = url, list(events)
    return row.salt


def remove(db: Session, name: str) -> None:
    """Remove an integration and everything that was kept of it. Raises not_found."""
    if not outbox.forget(db, name):
        raise HallError(ErrorCode.NOT_FOUND, f"no integration {name}")


def salt_of(db: Session, name: str) -> str:
    """What the secret of an integration is made with. Raises not_found."""
    row = db.get(IntegrationRow, name)
    if row is None:
        raise HallError(ErrorCode.NOT_FOUND, f"no integration {name}")
    return row.salt


def secret(key: str, salt: str) -> str:
    """The secret that signs an integration's messages, of the installation's `key`; as Standard Webhooks write it."""
    drawn = hmac.digest(derived(key, Purpose.INTEGRATION), salt.encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(drawn).decode()


def listed(db: Session) -> list[Standing]:
    """Every integration and how it is."""
    behind, dead = outbox.behind(db), outbox.dead(db)
    return [
        Standing(
            row.name,
            row.url,
            tuple(row.events),
            sum(count for (name, _), count in behind.items() if name == row.name),
            sum(count for (name, _), count in dead.items() if name == row.name),
            tuple(
                (cursor.hall_id, cursor.tries, cursor.failing_since, cursor.error or "")
                for cursor in outbox.cursors(db, row.name).values()
                if cursor.failing_since is not None
            ),
        )
        for row in outbox.integrations(db)
    ]
