"""What one kiosk does too often: staff is told, and it is refused only where the hall file sets a limit.

Only kiosks are counted. A danger, "I feel worse", a desk and a print station never come here.
"""

import math

from server.domain.errors import HallError
from server.domain.monitoring.overuse import Action
from server.protocol.terms import AlertKind, DeviceRole, ErrorCode
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.requests import AlertBody
from server.services.core.unit_of_work import Answer, Work

SETTING = "limits"
WORDS = {Action.NUMBERS: "numbers_per_minute", Action.REPRINTS: "reprints_per_minute"}
"""The hall file's limits. A call for help has none."""


def must_have_room(work: Work, context: Context, action: Action) -> None:
    """Raises too_many for a kiosk that has reached a limit of its hall file."""
    if work.principal.role is not DeviceRole.KIOSK:
        return
    wait = context.counts.wait(work.principal.id, action, _limit(work, action), work.now)
    if wait is not None:
        raise HallError(ErrorCode.TOO_MANY, retry_after=math.ceil(wait.total_seconds()))


def count(work: Work, context: Context, action: Action) -> None:
    """Count what a kiosk has done; what is too much for people who stand there is told to staff. Refuses nothing."""
    if work.principal.role is not DeviceRole.KIOSK:
        return
    if context.counts.add(work.principal.id, action, _limit(work, action), work.now):
        alerts.raise_alert(work, AlertKind.OVERUSE, device=work.principal.id, text=action.value)


def ask_for_help(work: Work, context: Context, body: AlertBody) -> Answer:
    """A call for help or "I feel worse", always taken; very many calls for help of one kiosk are told to staff.

    Raises unknown_ticket.
    """
    answer = alerts.ask_for_help(work, context, body)
    if body.kind == AlertKind.HELP:
        count(work, context, Action.CALLS)
    return answer


def _limit(work: Work, action: Action) -> int | None:
    """What the hall file allows one kiosk within a minute; None where it says nothing."""
    limits = work.config.settings.get(SETTING) or {}
    return limits.get(WORDS[action]) if action in WORDS else None
