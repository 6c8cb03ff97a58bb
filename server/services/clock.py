"""The server's clock: real time, and under HALL_REPLAY the hall's simulated time. The one caller of datetime.now."""

import threading
from datetime import UTC, datetime

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode


class Clock:
    """Real time for receipts, leases and tokens; hall time for tickets, timers and the business day."""

    def __init__(self, *, replay: bool = False) -> None:
        self._replay = replay
        self._simulated: datetime | None = None
        self._lock = threading.Lock()

    def real(self) -> datetime:
        """Now, UTC."""
        return datetime.now(UTC)

    def hall(self) -> datetime:
        """The hall's now: the latest simulated time if one was ever given, else real time."""
        return self._simulated or self.real()

    def simulate(self, text: str | None) -> datetime:
        """The hall's now for a wish that carries X-Hall-Time `text`; simulated time never runs back.

        Raises `forbidden` unless the server runs under HALL_REPLAY, `invalid` for a time without a zone.
        """
        if text is None:
            return self.hall()
        if not self._replay:
            raise HallError(ErrorCode.FORBIDDEN, "simulated time needs HALL_REPLAY=1")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise HallError(ErrorCode.INVALID, "X-Hall-Time must be RFC 3339 with a zone") from None
        if at.tzinfo is None:
            raise HallError(ErrorCode.INVALID, "X-Hall-Time must be RFC 3339 with a zone")
        with self._lock:
            self._simulated = max(self._simulated or at, at).astimezone(UTC)
            return self._simulated
