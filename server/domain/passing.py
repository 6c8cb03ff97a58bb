"""When somebody who was called may be passed: nobody is passed unheard. Pure; the caller brings the time.

The rules bind where a screen or loudspeaker is enrolled; staff may override them with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.domain.errors import HallError
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode


@dataclass(frozen=True, slots=True)
class Called:
    """How somebody was called: how often, when last, and which screens and loudspeakers of the zone are silent.

    `announced` is false in a hall that has no screen and no loudspeaker at all.
    """

    calls: int
    last: datetime
    announced: bool
    silent: Sequence[str] = ()


def why_not(called: Called, rules: Rules, now: datetime) -> HallError | None:
    """Why the patient may not be passed yet: zone_offline or pass_too_soon; None where the rules allow it."""
    if not called.announced:
        return None
    if rules.pass_needs_live_zone and called.silent:
        return HallError(ErrorCode.ZONE_OFFLINE, devices=list(called.silent))
    allowed_at = called.last + timedelta(seconds=rules.pass_min_seconds)
    if called.calls >= rules.pass_min_calls and now >= allowed_at:
        return None
    return HallError(
        ErrorCode.PASS_TOO_SOON,
        calls=called.calls,
        calls_needed=rules.pass_min_calls,
        allowed_at=allowed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )
