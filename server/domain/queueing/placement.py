"""Owns where a ticket stands when an event happens: lane, static order key, reference time, credit, due call.

Pure: the caller brings the time, the rules, the counters and the hospital's zone, by whose clock slots begin; knows no
database and no patient.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from server.domain.errors import HallError
from server.domain.queueing.policy_priority import best_tag, capped, policy_credit, policy_position
from server.domain.queueing.position import (
    BOOKED,
    LAST,
    LATE,
    NEXT,
    ONE_MICROSECOND,
    PASSED_BACK,
    WALK_IN,
    QueuePosition,
    in_slot,
    passed,
    plain,
    seq_of,
    slot_of,
    stamp,
)
from server.domain.queueing.rules import PassedStep, Rules
from server.domain.queueing.slot_times import check_in_opens
from server.protocol.terms import ErrorCode, Lane, Mode


def on_check_in(
    *,
    rules: Rules,
    now: datetime,
    slot_start: datetime | None,
    slot_end: datetime | None,
    seq: int,
    tags: Sequence[str] = (),
    urgent: bool = False,
    session_end: datetime | None = None,
    mode: Mode = "woven",
    registration: int | None = None,
    calls: int = 0,
    last_late_due: int = 0,
    zone: tzinfo = UTC,
    begun: datetime | None = None,
) -> QueuePosition:
    """Place a patient who checks in, booked (`slot_start` given) or not.

    `calls` is the queue's count of ordinary calls, `last_late_due` the largest due call of a late ticket that still
    waits (late = every_nth), `begun` the latest start of a booked slot of the queue that is not after `now`: whoever
    comes without a slot stands behind those booked for it, also where it lies off the grid. Raises
    HallError(TOO_EARLY) before the check-in opens; urgent patients are never refused.
    """
    if urgent:
        return plain(Lane.URGENT, since=now, seq=seq)
    _refuse_too_early(rules, now, slot_start)
    late = _is_late(rules, now, slot_start, slot_end)
    since = now if late or slot_start is None else max(now, slot_start)
    if rules.first_come:
        return plain(Lane.ORDINARY, since=now, seq=seq)
    if any(tag in rules.policy_tags for tag in tags):
        appointment = slot_start is not None and not late
        return policy_position(
            rules, mode, tags=tags, since=since, seq=seq, calls=calls, zone=zone, appointment=appointment
        )
    if late and rules.late != "ordinary":
        return _late(rules, mode, now, seq, session_end, max(calls, last_late_due), _slot(rules, now, zone, begun))
    if mode == "graded":
        credit = capped(rules, rules.appointment_credit) if slot_start is not None and not late else 0
        return plain(Lane.ORDINARY, since=since, seq=seq, credit=credit)
    slot = _slot(rules, now, zone, begun) if slot_start is None else slot_start
    source = WALK_IN if slot_start is None and rules.appointments_first else BOOKED
    return in_slot(slot, source, _turn(rules, registration, now), since=since, seq=seq)


def on_return(
    *,
    rules: Rules,
    now: datetime,
    seq: int,
    urgent: bool = False,
    calls: int = 0,
) -> QueuePosition:
    """Place a patient who comes back from an examination or with results: lane return, by return check-in.

    With `calls` (the queue's count of ordinary calls now) the next `weave_ordinary` patients still go first, as in
    the published example: back while no. 13 is in → 14, 15, return.
    """
    if urgent:
        return plain(Lane.URGENT, since=now, seq=seq)
    return replace(plain(Lane.RETURN, since=now, seq=seq), due_call=calls + rules.weave_ordinary)


def on_passed_return(
    *,
    rules: Rules,
    now: datetime,
    seq: int,
    passes: int,
    calls: int,
    session_end: datetime | None = None,
    slot_end: datetime | None = None,
    mode: Mode = "woven",
    urgent: bool = False,
    waiting: int | None = None,
    pardoned: bool = False,
    zone: tzinfo = UTC,
    begun: datetime | None = None,
) -> QueuePosition:
    """Place a patient who was passed for the `passes`-th time (1 = first) and checks in again.

    Who is `pardoned` by the staff takes the last step before the void one.

    `waiting` is how many wait in the queue now: where no session ends, "end" means behind them. `begun` is the latest
    start of a booked slot of the queue that is not after `now`.
    An urgent patient is urgent again. Raises HallError(DESK_ONLY) when the rules make the ticket void.
    """
    if urgent:
        return plain(Lane.URGENT, since=now, seq=seq)
    step = _passed_step(rules, passes, pardoned=pardoned)
    if step == "void":
        raise HallError(ErrorCode.DESK_ONLY, f"passed {passes} times")
    if step == "end_of_slot":
        return _end_of_slot(rules, mode, now, seq, slot_end, _slot(rules, now, zone, begun))
    if step == "end":
        if session_end is not None and mode == "woven":
            return in_slot(session_end - ONE_MICROSECOND, PASSED_BACK, stamp(now), since=now, seq=seq)
        return passed(now, seq, LAST if waiting is None else calls + max(waiting, _largest_step(rules)))
    return passed(now, seq, calls + step)


def on_arrived(*, now: datetime, seq: int) -> QueuePosition:
    """Place a patient who was passed but stands at the door: next after the urgent (到场)."""
    return passed(now, seq, NEXT)


def on_triage(
    position: QueuePosition,
    *,
    rules: Rules,
    mode: Mode,
    grade_urgent: bool,
    tags: Sequence[str],
    checked_in_at: datetime,
    seq: int,
    slot_start: datetime | None = None,
    slot_end: datetime | None = None,
    calls: int = 0,
    zone: tzinfo = UTC,
    begun: datetime | None = None,
) -> QueuePosition:
    """Place a ticket whose grade was set: an urgent grade stands in lane urgent since check-in (never punished).

    A grade that is no longer urgent puts the ticket where its check-in would have put it; any other lane is kept.
    `begun` is the latest start of a booked slot of the queue that was not after that check-in.
    """
    if grade_urgent:
        return plain(Lane.URGENT, since=checked_in_at, seq=seq)
    if position.lane is Lane.URGENT:
        return on_check_in(
            rules=replace(rules, early_allowed="any"),
            now=checked_in_at,
            slot_start=slot_start,
            slot_end=slot_end,
            seq=seq,
            tags=tags,
            mode=mode,
            calls=calls,
            zone=zone,
            begun=begun,
        )
    tag = best_tag(rules, tags) if mode == "graded" else None
    return position if tag is None else on_prioritise(position, rules=rules, tag=tag, mode=mode, calls=calls, zone=zone)


def on_transfer(
    *,
    rules: Rules,
    checked_in_at: datetime,
    seq: int,
    tags: Sequence[str] = (),
    now: datetime | None = None,
    mode: Mode = "woven",
    urgent: bool = False,
    calls: int = 0,
    zone: tzinfo = UTC,
    begun: datetime | None = None,
) -> QueuePosition:
    """Place a ticket that moves to another queue with the rules of that queue; the original time is kept by default.

    `begun` is the latest start of a booked slot of that queue that was not after the time that counts.
    """
    reference = transfer_reference(rules, checked_in_at, now)
    return on_check_in(
        rules=rules,
        now=reference,
        slot_start=None,
        slot_end=None,
        seq=seq,
        tags=tags,
        urgent=urgent,
        mode=mode,
        calls=calls,
        zone=zone,
        begun=begun,
    )


def transfer_reference(rules: Rules, checked_in_at: datetime, now: datetime | None) -> datetime:
    """The time from which a transferred ticket waits: its check-in, or the transfer where the rules say so."""
    return now if rules.transfer_reference == "now" and now is not None else checked_in_at


def on_prioritise(
    position: QueuePosition,
    *,
    rules: Rules,
    tag: str,
    mode: Mode = "woven",
    calls: int = 0,
    ahead: int | None = None,
    zone: tzinfo = UTC,
) -> QueuePosition:
    """Place a ticket that got a policy priority: an ordinary one moves to lane policy, any lane takes the credit.

    A woven one before which only so few ordinary patients stand (`ahead`) as the weave would let go first stays: a
    priority makes nobody later. Credits are never summed. Raises HallError(INVALID) for a tag the rules do not know.
    """
    if tag not in rules.policy_tags:
        raise HallError(ErrorCode.INVALID, f"unknown priority tag {tag!r}; known: {' '.join(rules.policy_tags)}")
    if position.lane is Lane.URGENT or rules.first_come:
        return position
    credit = max(position.credit, policy_credit(rules, [tag])) if mode == "graded" else position.credit
    near = mode == "woven" and ahead is not None and ahead < rules.weave_ordinary
    if position.lane is not Lane.ORDINARY or near:
        return replace(position, credit=credit)
    moved = policy_position(
        rules, mode, tags=[tag], since=position.since, seq=int(seq_of(position.order)), calls=calls, zone=zone
    )
    return replace(moved, credit=credit)


def _refuse_too_early(rules: Rules, now: datetime, slot_start: datetime | None) -> None:
    opens = check_in_opens(rules, slot_start) if slot_start is not None else None
    if opens is not None and now < opens:
        raise HallError(ErrorCode.TOO_EARLY, f"check-in opens at {opens.isoformat()}", opens_at=opens.isoformat())


def _is_late(rules: Rules, now: datetime, slot_start: datetime | None, slot_end: datetime | None) -> bool:
    if slot_start is None:
        return False
    end = slot_end or slot_start + timedelta(minutes=rules.slot_minutes)
    return now > end + timedelta(minutes=rules.late_grace_minutes)


def _slot(rules: Rules, moment: datetime, zone: tzinfo, begun: datetime | None) -> datetime:
    """The slot of somebody who has none: the grid's, or a booked one that began later and not after `moment`."""
    grid = slot_of(rules.slot_minutes, moment, zone)
    return max(grid, begun) if begun is not None and begun <= moment else grid


def _late(
    rules: Rules, mode: Mode, now: datetime, seq: int, session_end: datetime | None, calls: int, slot: datetime
) -> QueuePosition:
    if rules.late == "every_nth":
        return passed(now, seq, calls + rules.late_every)
    if rules.late == "end_of_session" and session_end is not None:
        if mode == "graded":
            return plain(Lane.ORDINARY, since=session_end, seq=seq)
        return in_slot(session_end - ONE_MICROSECOND, LATE, stamp(now), since=now, seq=seq)
    if mode == "graded":
        return plain(Lane.ORDINARY, since=now, seq=seq)
    return in_slot(slot, LATE, stamp(now), since=now, seq=seq)


def _end_of_slot(
    rules: Rules, mode: Mode, now: datetime, seq: int, slot_end: datetime | None, slot: datetime
) -> QueuePosition:
    if mode == "graded":
        end = slot_end or slot + timedelta(minutes=rules.slot_minutes)
        return passed(max(now, end), seq, 0)
    return in_slot(slot, PASSED_BACK, stamp(now), since=now, seq=seq)


def _passed_step(rules: Rules, passes: int, *, pardoned: bool) -> PassedStep:
    step = rules.passed_steps[min(passes, len(rules.passed_steps)) - 1]
    if step != "void" or not pardoned:
        return step
    return next((one for one in reversed(rules.passed_steps) if one != "void"), "end")


def _largest_step(rules: Rules) -> int:
    return max((step for step in rules.passed_steps if isinstance(step, int)), default=0)


def _turn(rules: Rules, registration: int | None, checked_in_at: datetime) -> str:
    by_number = rules.order_by == "registration" and registration is not None
    return f"{registration:021d}" if by_number else stamp(checked_in_at)
