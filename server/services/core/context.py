"""What every use case may lean on: engines, clock, write path, scales, signatures. Built once by server.app."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access.keys import Purpose, derived
from server.domain.errors import HallError
from server.domain.triage import Catalogue, Scale
from server.protocol.terms import ErrorCode
from server.services.core.clock import Clock
from server.services.core.clock_record import ClockRecord
from server.services.core.counts import Counts
from server.services.core.receipts import fingerprint
from server.services.core.transaction import Transactions
from server.services.core.wait_cache import WaitCache
from server.services.core.witnesses import Witnesses
from server.store.engine import Engines
from server.store.models import HallRow

VISIT_SECONDS = 300
"""How long a visit token lives: a kiosk session's absolute three minutes and a margin."""
CLOCKS_DIFFER = 60
"""Seconds by which a token may seem to come from the future: clocks of two nodes are never quite the same."""


class Visit(TypedDict):
    """The content of a visit token: who was identified, at which level, in which hall, by which device, and when.

    `ticket` is the one ticket that a slip alone proved; a token of an older server does not say it.
    """

    patient: str
    level: int
    hall: str
    device: str
    ticket: NotRequired[str | None]
    signed_at: NotRequired[int]


@dataclass(frozen=True)
class Context:
    """The composition of one server process."""

    engines: Engines
    clock: Clock
    transactions: Transactions
    scales: Mapping[str, Scale]
    findings: Catalogue
    secret: str
    clock_record: ClockRecord
    waits: WaitCache = field(default_factory=WaitCache)
    counts: Counts = field(default_factory=Counts)
    witnesses: Witnesses = field(default_factory=Witnesses)

    def scale(self, name: str) -> Scale:
        """A triage scale. Raises hall_file_rejected for a name no file has (apply refuses those earlier)."""
        try:
            return self.scales[name]
        except KeyError:
            raise HallError(ErrorCode.HALL_FILE_REJECTED, f"no scale {name}") from None

    def close(self) -> None:
        """Close the database and let the state folder go."""
        self.engines.dispose()
        self.transactions.marks.close()

    @cached_property
    def _visits(self) -> URLSafeSerializer:
        key = derived(self.secret, Purpose.VISIT)
        signed = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(key, salt="visit", signer_kwargs=signed)

    def sign_visit(self, content: Visit) -> str:
        """A visit token: who was identified, at which level, where; opaque to the kiosk, five minutes long."""
        return str(self._visits.dumps({**content, "signed_at": int(self.clock.real().timestamp())}))

    def read_visit(self, token: str) -> Visit:
        """The content of a visit token. Raises visit_token_invalid when forged or too old.

        One that another node signed a moment ahead of this one's clock is new, not forged.
        """
        try:
            content: Visit = self._visits.loads(token)
            age = self.clock.real().timestamp() - content["signed_at"]
        except (BadSignature, KeyError, TypeError):
            raise HallError(ErrorCode.VISIT_TOKEN_INVALID) from None
        if not -CLOCKS_DIFFER <= age <= VISIT_SECONDS:
            raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
        return content

    def hall_ids(self) -> list[str]:
        """The halls in use, in the order of the hall file."""
        with Session(self.engines.read) as db:
            return list(db.scalars(select(HallRow.id).where(HallRow.active).order_by(HallRow.position)))

    def token_hash(self, token: str) -> str:
        """How a device's or session's token is stored: keyed SHA-256 (tokens are random, so no slow hash is needed)."""
        return hmac.new(derived(self.secret, Purpose.TOKEN), token.encode(), hashlib.sha256).hexdigest()

    def token_hashes(self, token: str) -> tuple[str, str]:
        """The hash of a token, and the one it has if it was stored before each purpose had a key of its own."""
        return self.token_hash(token), hmac.new(self.secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    def fingerprint(self, method: str, path: str, body: object) -> str:
        """What an Idempotency-Key stands for."""
        return fingerprint(derived(self.secret, Purpose.RECEIPT), method, path, body)


def zone(name: str) -> ZoneInfo:
    """The hospital's time zone."""
    return ZoneInfo(name)
