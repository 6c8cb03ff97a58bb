"""The life of a ticket as one table: (state, action) → state. Every transition lives here; nothing else decides one.

`waiting` as a target means "back in line": a graded queue that has not graded the ticket yet keeps it `checked_in`
instead (`settle`). Undo is not in the table: it restores the ticket as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from server.domain.access.reach import DESK, Reach, Reaches, care
from server.domain.errors import HallError
from server.protocol.terms import Action as A
from server.protocol.terms import ErrorCode, EventKind, Mode, StationState
from server.protocol.terms import TicketState as S

TRANSITIONS: Mapping[tuple[S, A], S] = MappingProxyType(
    {
        (S.CHECKED_IN, A.TRIAGE): S.WAITING,
        (S.CHECKED_IN, A.HOLD): S.HELD,
        (S.CHECKED_IN, A.TRANSFER): S.WAITING,
        (S.CHECKED_IN, A.PRIORITISE): S.CHECKED_IN,
        (S.CHECKED_IN, A.WORSE): S.CHECKED_IN,
        (S.CHECKED_IN, A.CANCEL): S.CANCELLED,
        (S.CHECKED_IN, A.CLOSE): S.NO_SHOW,
        (S.WAITING, A.TRIAGE): S.WAITING,
        (S.WAITING, A.STAGE): S.STAGED,
        (S.WAITING, A.CALL): S.CALLED,
        (S.WAITING, A.HOLD): S.HELD,
        (S.WAITING, A.TRANSFER): S.WAITING,
        (S.WAITING, A.PRIORITISE): S.WAITING,
        (S.WAITING, A.WORSE): S.WAITING,
        (S.WAITING, A.CANCEL): S.CANCELLED,
        (S.WAITING, A.CLOSE): S.NO_SHOW,
        (S.STAGED, A.TRIAGE): S.STAGED,
        (S.STAGED, A.STAGE): S.STAGED,
        (S.STAGED, A.CALL): S.CALLED,
        (S.STAGED, A.HOLD): S.HELD,
        (S.STAGED, A.RETURN): S.WAITING,
        (S.STAGED, A.TRANSFER): S.WAITING,
        (S.STAGED, A.PRIORITISE): S.STAGED,
        (S.STAGED, A.WORSE): S.STAGED,
        (S.STAGED, A.CANCEL): S.CANCELLED,
        (S.STAGED, A.CLOSE): S.NO_SHOW,
        (S.CALLED, A.RECALL): S.CALLED,
        (S.CALLED, A.ARRIVED): S.CALLED,
        (S.CALLED, A.START): S.SERVING,
        (S.CALLED, A.PASS): S.PASSED,
        (S.CALLED, A.HOLD): S.HELD,
        (S.CALLED, A.RETURN): S.WAITING,
        (S.CALLED, A.TRANSFER): S.WAITING,
        (S.CALLED, A.TRIAGE): S.CALLED,
        (S.CALLED, A.WORSE): S.CALLED,
        (S.CALLED, A.FINISH): S.DONE,
        (S.CALLED, A.CANCEL): S.CANCELLED,
        (S.CALLED, A.CLOSE): S.NO_SHOW,
        (S.SERVING, A.TRIAGE): S.SERVING,
        (S.SERVING, A.WORSE): S.SERVING,
        (S.SERVING, A.HOLD): S.HELD,
        (S.SERVING, A.TRANSFER): S.WAITING,
        (S.SERVING, A.FINISH): S.DONE,
        (S.SERVING, A.CLOSE): S.DONE,
        (S.HELD, A.TRIAGE): S.HELD,
        (S.HELD, A.RETURN): S.WAITING,
        (S.HELD, A.TRANSFER): S.WAITING,
        (S.HELD, A.PRIORITISE): S.HELD,
        (S.HELD, A.WORSE): S.HELD,
        (S.HELD, A.CANCEL): S.CANCELLED,
        (S.HELD, A.CLOSE): S.CANCELLED,
        (S.PASSED, A.ARRIVED): S.WAITING,
        (S.PASSED, A.RETURN): S.WAITING,
        (S.PASSED, A.CALL): S.CALLED,
        (S.PASSED, A.TRANSFER): S.WAITING,
        (S.PASSED, A.WORSE): S.PASSED,
        (S.PASSED, A.CANCEL): S.CANCELLED,
        (S.PASSED, A.CLOSE): S.NO_SHOW,
    }
)

ESCORTED: Mapping[tuple[S, A], S] = MappingProxyType({(S.HELD, A.START): S.SERVING})
"""What is possible besides for a level that does not queue (R, Ⅰ): treated at a rescue place, without a call or a
station (docs/architecture.md, A ticket's way). `finish` ends it like any consultation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRule:
    """What is fixed about an action beside its transitions.

    `event` is what it leaves in the journal and `meaning` what that says, for docs/reference.md. A `plain` action
    carries at most a reason. `reaches` is who may ask for it at a ticket's address; empty where there is no address.
    """

    event: EventKind | None
    meaning: str
    undoable: bool
    plain: bool = False
    reaches: Reaches = field(default_factory=dict)


ACTIONS: Mapping[A, ActionRule] = MappingProxyType(
    {
        A.TRIAGE: ActionRule(
            event=EventKind.TICKET_TRIAGED,
            meaning="a nurse set or confirmed grade and queue",
            undoable=True,
            reaches=DESK,
        ),
        A.STAGE: ActionRule(
            event=EventKind.TICKET_STAGED,
            meaning="sent ahead to a room's short list; carries an announcement",
            undoable=True,
            reaches=care(Reach.ROOM | Reach.LINE),
        ),
        A.CALL: ActionRule(
            event=EventKind.TICKET_CALLED,
            meaning="summoned to a station; carries an announcement and the reason of the choice",
            undoable=True,
        ),
        A.RECALL: ActionRule(
            event=EventKind.TICKET_RECALLED,
            meaning="the same summons again; carries an announcement",
            undoable=False,
            plain=True,
            reaches=care(Reach.ROOM),
        ),
        A.ARRIVED: ActionRule(
            event=EventKind.TICKET_ARRIVED,
            meaning="the patient is at the door",
            undoable=True,
            plain=True,
            reaches=care(Reach.ROOM | Reach.PASSED),
        ),
        A.START: ActionRule(
            event=EventKind.TICKET_STARTED,
            meaning="the consultation began",
            undoable=True,
            reaches=care(Reach.ROOM | Reach.ESCORTED),
        ),
        A.PASS: ActionRule(
            event=EventKind.TICKET_PASSED,
            meaning="called and did not come; carries an announcement",
            undoable=True,
            plain=True,
            reaches=care(Reach.ROOM),
        ),
        A.HOLD: ActionRule(
            event=EventKind.TICKET_HELD,
            meaning="away for a while: examination, called elsewhere, escort, or another stated reason",
            undoable=True,
            reaches=care(Reach.ROOM),
        ),
        A.RETURN: ActionRule(
            event=EventKind.TICKET_RETURNED,
            meaning="back in line by the rules",
            undoable=True,
            reaches=care(Reach.ROOM | Reach.PASSED, kiosk=Reach.VISIT),
        ),
        A.TRANSFER: ActionRule(
            event=EventKind.TICKET_TRANSFERRED,
            meaning="in another queue, or gone to another hall",
            undoable=True,
            reaches=care(Reach.ROOM),
        ),
        A.PRIORITISE: ActionRule(
            event=EventKind.TICKET_PRIORITISED,
            meaning="policy priority was given, with its evidence as the reason",
            undoable=True,
            reaches=care(Reach.ROOM),
        ),
        A.WORSE: ActionRule(
            event=None,
            meaning="an alert is raised instead",
            undoable=False,
            reaches=care(Reach.HALL, kiosk=Reach.VISIT | Reach.NAMELESS),
        ),
        A.FINISH: ActionRule(
            event=EventKind.TICKET_FINISHED,
            meaning="the consultation is over",
            undoable=True,
            plain=True,
            reaches=care(Reach.ROOM | Reach.ESCORTED),
        ),
        A.CANCEL: ActionRule(
            event=EventKind.TICKET_CANCELLED,
            meaning="the patient left, or the check-in was a mistake",
            undoable=True,
            plain=True,
            reaches=care(Reach.ROOM),
        ),
        A.CLOSE: ActionRule(event=None, meaning="the end of the day: one of CLOSED instead", undoable=False),
    }
)
"""Everything else about each action. Buttons and keys of the consoles, routes and rights follow from this table."""

EVENT_OF_STATE: Mapping[StationState, EventKind] = MappingProxyType(
    {
        StationState.OPEN: EventKind.STATION_OPENED,
        StationState.PAUSED: EventKind.STATION_PAUSED,
        StationState.STOPPED: EventKind.STATION_STOPPED,
    }
)
"""The event of a station that comes into a state."""
EVENT_OF_ACTION: Mapping[A, EventKind] = MappingProxyType(
    {action: rule.event for action, rule in ACTIONS.items() if rule.event is not None}
)
"""The event each action leaves in the journal; `worse` leaves an alert instead, and `close` one of CLOSED."""

STAMPS: Mapping[A, str] = MappingProxyType(
    {**{action: event.value.removeprefix("ticket.") for action, event in EVENT_OF_ACTION.items()}, A.CLOSE: "closed"}
)
"""The key in a ticket's `times` under which each action is noted."""

CLOSED: Mapping[S, EventKind] = MappingProxyType(
    {
        S.DONE: EventKind.TICKET_FINISHED,
        S.CANCELLED: EventKind.TICKET_CANCELLED,
        S.NO_SHOW: EventKind.TICKET_NO_SHOW,
    }
)
"""The event of a ticket that is closed with the day: being served is done; sent away (to an examination, by escort) and
not back is cancelled, for that patient came; everybody else is a no-show."""

UNDOABLE = frozenset(action for action, rule in ACTIONS.items() if rule.undoable)


def next_state(state: S, action: A, *, escorted: bool = False) -> S:
    """The state after `action`; `escorted` for a ticket of a level that does not queue.

    Raises HallError(illegal_move) naming both when the table has no such row.
    """
    if escorted and (state, action) in ESCORTED:
        return ESCORTED[state, action]
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise HallError(ErrorCode.ILLEGAL_MOVE, f"{action} is not possible in state {state}", state=state) from None


def settle(state: S, mode: Mode, *, triaged: bool) -> S:
    """Back in line means `checked_in` where a graded queue has still to grade the ticket."""
    return S.CHECKED_IN if state is S.WAITING and mode == "graded" and not triaged else state


def allowed(state: S) -> list[A]:
    """The actions possible in `state`, in the order of their declaration."""
    return [action for action in A if (state, action) in TRANSITIONS]


def diagram() -> str:
    """The table as a Mermaid state diagram; docs/lifecycle.md is generated from it."""
    edges: dict[tuple[S, S], list[A]] = {}
    for (state, action), target in TRANSITIONS.items():
        edges.setdefault((state, target), []).append(action)
    lines = ["stateDiagram-v2", "    [*] --> checked_in: check in (graded)", "    [*] --> waiting: check in (woven)"]
    lines += [f"    {a} --> {b}: {', '.join(actions)}" for (a, b), actions in edges.items() if a is not b]
    lines += [f"    {state} --> {target}: {action} (escorted)" for (state, action), target in ESCORTED.items()]
    lines += [f"    {state} --> [*]" for state in (S.DONE, S.CANCELLED, S.NO_SHOW)]
    return "\n".join(lines) + "\n"
