"""Owns how calls for staff are kept: which stand until they are closed, which share a line, how they may end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from server.protocol.terms import AlertKind, AlertOutcome

LINES = frozenset({AlertKind.RED_FLAG, AlertKind.FEVER, AlertKind.WORSE, AlertKind.HELP, AlertKind.ESCORT})
"""Alerts about a person: they stand at the desk until somebody closes them with an outcome. Any other kind is closed
by acknowledging it."""
PER_MACHINE = frozenset({AlertKind.HELP, AlertKind.DEVICE, AlertKind.SILENT, AlertKind.OVERUSE})
"""Alerts of which one machine has one line with a counter."""
PER_HALL = frozenset({AlertKind.CLOCK})
"""Alerts of the server itself, of which a hall has one line with a counter."""
PER_PATIENT = frozenset({AlertKind.RED_FLAG, AlertKind.FEVER, AlertKind.WORSE, AlertKind.ESCORT})
"""Dangers: one line for each patient. Two people never share one, and a person nobody knows has a line of their own
(until there are too many of one machine)."""
SAME_CALL = timedelta(minutes=2)
"""How long after the last call for help another one at the same machine still belongs to a line that somebody has
acknowledged; a later one is somebody else's."""
MOST_NAMELESS = 20
"""Open lines about people nobody knows, of one danger and one machine, to which nobody goes yet. More do not stand
before one machine: the newest line counts what comes beyond, until somebody goes."""
EACH = 5
"""Calls of one line that are all told at once."""
PAUSE = timedelta(seconds=10)
"""A call that comes so long after the one before is told in any case."""
OUTCOMES: Mapping[AlertKind, tuple[AlertOutcome, ...]] = MappingProxyType(
    {
        AlertKind.RED_FLAG: (AlertOutcome.ESCORTED, AlertOutcome.SEEN, AlertOutcome.NOT_URGENT, AlertOutcome.GONE),
        AlertKind.FEVER: (AlertOutcome.ESCORTED, AlertOutcome.SEEN, AlertOutcome.NOT_URGENT, AlertOutcome.GONE),
        AlertKind.WORSE: (AlertOutcome.ESCORTED, AlertOutcome.SEEN, AlertOutcome.NOT_URGENT, AlertOutcome.GONE),
        AlertKind.ESCORT: (AlertOutcome.ESCORTED, AlertOutcome.SEEN, AlertOutcome.GONE),
        AlertKind.HELP: (AlertOutcome.HELPED, AlertOutcome.ESCORTED, AlertOutcome.NOT_URGENT, AlertOutcome.GONE),
        AlertKind.DEVICE: (AlertOutcome.DEVICE_OK, AlertOutcome.NOTED),
        AlertKind.SILENT: (AlertOutcome.DEVICE_OK, AlertOutcome.NOTED),
        AlertKind.PRINT: (AlertOutcome.DEVICE_OK, AlertOutcome.NOTED),
    }
)
"""The outcomes that are offered for a kind; any other kind is noted."""


def is_line(kind: AlertKind) -> bool:
    """Whether an alert of this kind stands until somebody closes it with an outcome."""
    return kind in LINES


def may_share(kind: AlertKind, *, device: str | None, patient: str | None) -> bool:
    """Whether a new alert may join an open one of the same kind, machine and patient instead of making a line.

    Calls for help and alarms of machines join per machine, those of the server per hall; dangers only for one and the
    same known patient.
    """
    if kind in PER_HALL:
        return True
    if kind in PER_MACHINE:
        return device is not None
    return kind in PER_PATIENT and patient is not None


def belongs_to(kind: AlertKind, *, acknowledged: bool, last_at: datetime, now: datetime) -> bool:
    """Whether a new alert belongs to this open one: until somebody acknowledged it, and for help a little longer.

    A danger that is told again after somebody acknowledged it is a new line: it has become worse meanwhile.
    """
    return not acknowledged or (kind is AlertKind.HELP and now - last_at <= SAME_CALL)


def shares_nameless(kind: AlertKind, open_lines: int) -> bool:
    """Whether a danger about nobody known joins the newest of so many open lines of its kind and machine."""
    return kind in PER_PATIENT and open_lines >= MOST_NAMELESS


def is_repeated(count: int, since: timedelta) -> bool:
    """Whether the desks are told at once that an open line counts one more, `since` the call before.

    The line stands there already. Calls on the heels of others are counted in it, and told at each doubling.
    """
    doubled, rest = divmod(count, EACH)
    return count <= EACH or since >= PAUSE or (rest == 0 and doubled.bit_count() == 1)


def outcomes(kind: AlertKind) -> tuple[AlertOutcome, ...]:
    """How an alert of this kind may end, the likeliest first."""
    return OUTCOMES.get(kind, (AlertOutcome.NOTED,))
