"""What holds on every day: order of input, urgency, reasons for overtaking, and a bound for everybody's wait in calls.

The bounds, as docs/rules.md states them. A ticket with `ahead` tickets of its own lane before it (at its check-in, or
put before it later by an earlier slot) and `urgent` urgent calls meanwhile is called at the latest as call number
  woven ordinary   (1 + weave_others) * (ahead + 1) + urgent
  woven other      4 * (weave_ordinary + 1) * (ahead + 1) + (1 + weave_others) * due + urgent
  graded           (waiting + urgent + credit_cap / minutes per call + 1) * target / smallest target + 1, at load 1
where `due` is how many ordinary calls its lane lets go first.
"""

from dataclasses import dataclass, replace
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.queueing import placement, position
from server.domain.queueing.discipline import Caller, Head, ReasonCode, Recent, choose_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane
from tests.unit.domain.queueing.play import QUEUE, TARGETS, at, head_of

MODES = st.sampled_from(["woven", "graded"])
RULES = st.builds(
    Rules,
    weave_ordinary=st.integers(1, 3),
    weave_others=st.integers(1, 3),
    weave_adaptive=st.booleans(),
    overdue_guard=st.sampled_from([None, 1.5]),
    appointments_first=st.booleans(),
)
LANES = st.lists(st.sampled_from([lane for lane in Lane if lane is not Lane.URGENT]), max_size=8).map(tuple)


@st.composite
def heads(draw, *, lanes=tuple(Lane)):
    """Heads as a database gives them: at most one of each key, orders unique by seq."""
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(lanes),
                st.sampled_from([2, 3, 4]),
                st.sampled_from([0, 15, 20]),
                st.sampled_from([None, "D1"]),
            ),
            min_size=1,
            max_size=12,
            unique=True,
        )
    )
    seqs = draw(st.permutations(range(len(keys))))
    found = []
    for (lane, rank, credit, doctor), seq in zip(keys, seqs, strict=True):
        minute = draw(st.integers(0, 90))
        since = at(minute)
        due = draw(st.integers(0, 30)) if lane is not Lane.URGENT and lane is not Lane.ORDINARY else 0
        order = f"{since:%Y%m%dT%H%M%S%f}.{seq:09d}"
        if lane is Lane.PASSED:
            order = f"{due:09d}.{order}"
        waiting = draw(st.integers(1, 5))
        found.append(Head(f"t{seq}", QUEUE, lane, rank, "N", credit, doctor, order, since, due, TARGETS[rank], waiting))
    return found


def choose(found, rules, mode, recent, minute=90):
    return choose_next(
        found,
        station=Caller("R1", (QUEUE,), doctor="D1"),
        rules={QUEUE: rules},
        modes={QUEUE: mode},
        recent={QUEUE: recent},
        now=at(minute),
    )


@settings(deadline=None)
@given(data=st.data(), found=heads(), rules=RULES, mode=MODES, lanes=LANES, calls=st.integers(0, 30))
def test_the_order_of_the_input_changes_nothing(data, found, rules, mode, lanes, calls):
    recent = Recent(lanes, calls)
    shuffled = data.draw(st.permutations(found))
    expected = choose(found, rules, mode, recent)
    assert expected == choose(shuffled, rules, mode, recent)
    assert expected.ticket in {head.ticket for head in found}
    assert expected.reason.code in set(ReasonCode)


@settings(deadline=None)
@given(found=heads(), rules=RULES, mode=MODES, lanes=LANES)
def test_nothing_passes_the_urgent_and_of_them_the_most_urgent_and_earliest_is_next(found, rules, mode, lanes):
    urgent = [head for head in found if head.lane is Lane.URGENT]
    chosen = next(head for head in found if head.ticket == choose(found, rules, mode, Recent(lanes, 9)).ticket)
    if urgent:
        assert Lane.URGENT is chosen.lane
        assert (chosen.rank, chosen.since) == min((head.rank, head.since) for head in urgent)


@settings(deadline=None)
@given(found=heads(lanes=(Lane.URGENT, Lane.POLICY)), rules=RULES, mode=MODES, lanes=LANES)
def test_policy_never_passes_urgent(found, rules, mode, lanes):
    chosen = next(head for head in found if head.ticket == choose(found, rules, mode, Recent(lanes, 30)).ticket)
    assert chosen.lane is Lane.URGENT or all(head.lane is Lane.POLICY for head in found)


# --- random days -----------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["walk_in", "booked", "policy", "return", "passed", "urgent", "call", "call", "call"]),
        st.sampled_from([3, 4]),
    ),
    min_size=5,
    max_size=120,
)


@dataclass
class Waiting:
    ticket: Head
    joined: int
    waiting: int
    due: int
    before: int = 0


class Day:
    """A queue that lives through random steps, two minutes each; checks every call and counts what each one waited."""

    def __init__(self, rules: Rules, mode: str) -> None:
        self.rules, self.mode = rules, mode
        self.lanes, self.recent = LaneHeap(), Recent()
        self.waiting: dict[str, Waiting] = {}
        self.calls = self.urgent_calls = 0
        self.urgent_before: dict[str, int] = {}
        self.minute = 0.0
        self.seq = 0
        self.bounds_kept = 0

    def live(self, steps) -> None:
        for kind, rank in steps:
            self.call() if kind == "call" else self.join(kind, rank)
            self.minute += 2
        while self.waiting:
            self.call()
            self.minute += 2

    def join(self, kind: str, rank: int) -> None:
        self.seq += 1
        now, rules = at(self.minute), self.rules
        if kind == "return":
            place = placement.on_return(rules=rules, now=now, seq=self.seq, calls=self.recent.calls)
        elif kind == "passed":
            place = placement.on_passed_return(
                rules=rules,
                now=now,
                seq=self.seq,
                passes=1 + self.seq % 3,
                calls=self.recent.calls,
                mode=self.mode,
                waiting=len(self.lanes),
            )
        else:
            slot = position.slot_of(rules.slot_minutes, now) if kind == "booked" else None
            place = placement.on_check_in(
                rules=rules,
                now=now,
                slot_start=slot,
                slot_end=None,
                seq=self.seq,
                tags=[rules.policy_tags[self.seq % 5]] if kind == "policy" else [],
                urgent=kind == "urgent",
                mode=self.mode,
                calls=self.recent.calls,
            )
        ticket = head_of(f"t{self.seq}", place, rank=2 if kind == "urgent" else rank)
        own = [one.ticket for one in self.waiting.values() if one.ticket.lane is ticket.lane]
        for one in self.waiting.values():
            if one.ticket.lane is ticket.lane and ticket.order < one.ticket.order:
                one.before += 1
        entry = Waiting(ticket, self.calls, len(self.waiting), max(0, ticket.due_call - self.recent.calls))
        entry.before = sum(1 for one in own if one.order < ticket.order)
        self.urgent_before[ticket.ticket] = self.urgent_calls
        self.waiting[ticket.ticket] = entry
        self.lanes.add(ticket)

    def call(self) -> None:
        choice = choose(self.lanes.heads(), self.rules, self.mode, self.recent, self.minute)
        if choice is None:
            assert not self.waiting
            return
        entry = self.waiting.pop(choice.ticket)
        ticket = entry.ticket
        self.check_overtaken(choice, ticket)
        self.lanes.take(ticket)
        self.recent = remember(self.recent, ticket.lane)
        self.calls += 1
        self.check_bound(entry)
        self.urgent_calls += ticket.lane is Lane.URGENT

    def check_overtaken(self, choice, ticket: Head) -> None:
        """Whoever came earlier and still waits is overtaken for a reason that holds."""
        for one in self.waiting.values():
            if one.ticket.since < ticket.since:
                assert holds(choice.reason, ticket, one.ticket, self), (choice, ticket, one.ticket)

    def check_bound(self, entry: Waiting) -> None:
        ticket, rules = entry.ticket, self.rules
        urgent = self.urgent_calls - self.urgent_before[ticket.ticket]
        waited = self.calls - entry.joined
        if self.mode == "woven" and ticket.lane is Lane.ORDINARY:
            bound = (1 + rules.weave_others) * (entry.before + 1) + urgent
        elif self.mode == "woven" and ticket.lane is not Lane.URGENT:
            cycle = 4 * (rules.weave_ordinary + 1)
            bound = cycle * (entry.before + 1) + (1 + rules.weave_others) * entry.due + urgent
        else:
            return
        assert waited <= bound, (ticket, waited, bound)
        self.bounds_kept += 1


def holds(reason, ticket: Head, earlier: Head, day: Day) -> bool:
    """Whether the reason is true and good enough to call `ticket` before a ticket that came earlier."""
    code = ReasonCode(reason.code)
    if code in (ReasonCode.URGENT, ReasonCode.GRADED_FIRST_BAND):
        return ticket.lane is Lane.URGENT and (earlier.lane is not Lane.URGENT or ticket.rank < earlier.rank)
    if earlier.lane is Lane.URGENT:
        return False
    unripe = earlier.lane is Lane.PASSED and earlier.due_call > day.recent.calls
    if code is ReasonCode.GRADED_SCORE or code is ReasonCode.GRADED_OVERDUE:
        return unripe or behind(earlier, ticket, day) or score(ticket, code, day) >= score(earlier, code, day)
    if code is ReasonCode.IN_ORDER:
        return ticket.lane is Lane.ORDINARY and (earlier.lane is not Lane.ORDINARY or ticket.order < earlier.order)
    if code is ReasonCode.ONLY_ONE_LANE:
        return earlier.lane is ticket.lane or unripe
    kind = code.value.removeprefix("weave_")
    return kind == ticket.lane.value and (earlier.lane is not ticket.lane or ticket.order < earlier.order)


def behind(earlier: Head, ticket: Head, day: Day) -> bool:
    """Whether a passed ticket stands behind another passed one: they stand by due call, most passed last."""
    passed = [ticket, *(one.ticket for one in day.waiting.values())]
    return earlier.lane is Lane.PASSED and any(
        one.lane is Lane.PASSED and one.order < earlier.order for one in passed if one.ticket != earlier.ticket
    )


def score(head: Head, code: ReasonCode, day: Day) -> float:
    target = min(head.target_minutes, 20) if head.lane is Lane.RETURN else head.target_minutes
    credit = 0 if code is ReasonCode.GRADED_OVERDUE and head.lane is Lane.POLICY else head.credit
    return ((at(day.minute) - head.since).total_seconds() / 60 + credit) / target


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, rules=RULES, mode=MODES)
def test_nobody_is_overtaken_without_a_reason_that_holds_and_nobody_starves(steps, rules, mode):
    day = Day(replace(rules, passed_steps=(3, 5, "end", "void")), mode)
    day.live(steps)
    assert 0 == len(day.lanes)


def test_nobody_is_called_past_the_first_of_the_lane_who_is_to_wait_a_little():
    day = Day(Rules(weave_ordinary=1, weave_others=1, weave_adaptive=False), "woven")
    comes = [("policy", 3), ("policy", 4), ("call", 3), ("walk_in", 3), ("policy", 3), ("call", 3)]
    day.live([*comes, ("walk_in", 3), ("policy", 4)])
    assert 6 == day.calls


def test_the_bound_is_really_looked_at():
    day = Day(Rules(), "woven")
    day.live([("walk_in", 4), ("return", 4), ("policy", 4), ("passed", 4), ("call", 4)] * 10)
    assert 40 == day.bounds_kept


def test_a_stream_of_higher_priority_tags_does_not_starve_a_lower_one():
    day = Day(Rules(), "woven")
    day.lanes.add(
        head_of("ordinary", placement.on_check_in(rules=Rules(), now=at(0), slot_start=None, slot_end=None, seq=1))
    )
    called = []
    old = placement.on_check_in(rules=Rules(), now=at(0), slot_start=None, slot_end=None, seq=2, tags=["转"])
    day.lanes.add(head_of("转", old))
    for turn in range(60):
        minute = turn * 2
        for seq, tags in ((100 + turn, ["军"]), (300 + turn, [])):
            place = placement.on_check_in(
                rules=Rules(), now=at(minute), slot_start=None, slot_end=None, seq=seq, tags=tags
            )
            day.lanes.add(head_of(f"{seq}", place))
        choice = choose(day.lanes.heads(), Rules(), "woven", day.recent, minute)
        head = next(one for one in day.lanes.heads() if one.ticket == choice.ticket)
        day.lanes.take(head)
        day.recent = remember(day.recent, head.lane)
        called.append(head.ticket)
    assert "转" in called


@pytest.mark.parametrize("guard", [None, 1.5])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_graded_starves_nobody_while_the_rooms_keep_up(guard, data):
    """At most one newcomer per call, three minutes each: the bound for graded queues at load 1."""
    rules = Rules(overdue_guard=guard)
    newcomers = data.draw(
        st.lists(
            st.one_of(
                st.none(),
                st.tuples(st.sampled_from(["ordinary", "policy", "return", "urgent"]), st.sampled_from([3, 4])),
            ),
            min_size=1,
            max_size=150,
        )
    )
    burst = data.draw(st.integers(0, 15))
    minutes_per_call = 3
    lanes, recent = LaneHeap(), Recent()
    joined: dict[str, tuple[int, int, int]] = {}
    urgent_calls = 0
    arrivals = [("ordinary", 4)] * burst + newcomers
    seq = turn = 0

    def join(kind: str, rank: int, minute: float) -> None:
        nonlocal seq
        seq += 1
        if kind == "return":
            place = placement.on_return(rules=rules, now=at(minute), seq=seq, calls=recent.calls)
        else:
            place = placement.on_check_in(
                rules=rules,
                now=at(minute),
                slot_start=None,
                slot_end=None,
                seq=seq,
                tags=["军"] if kind == "policy" else [],
                urgent=kind == "urgent",
                mode="graded",
            )
        joined[f"t{seq}"] = (turn, len(lanes), urgent_calls)
        lanes.add(head_of(f"t{seq}", place, rank=2 if kind == "urgent" else rank))

    for kind, rank in arrivals[:burst]:
        join(kind, rank, 0)
    for newcomer in [*newcomers, *[None] * (burst + len(newcomers))]:
        if newcomer is not None:
            join(*newcomer, turn * minutes_per_call)
        turn += 1
        choice = choose(lanes.heads(), rules, "graded", recent, turn * minutes_per_call)
        if choice is None:
            continue
        head = lanes.take(next(one for one in lanes.heads() if one.ticket == choice.ticket))
        recent = remember(recent, head.lane)
        at_turn, waiting, urgent = joined[head.ticket]
        own_target = min(20, head.target_minutes) if head.lane is Lane.RETURN else head.target_minutes
        share = min(20, own_target) / own_target
        head_start = waiting + (urgent_calls - urgent) + ceil(rules.credit_cap / minutes_per_call) + 1
        if head.lane is not Lane.URGENT:
            assert turn - at_turn <= head_start / share + 1
        urgent_calls += head.lane is Lane.URGENT
    assert 0 == len(lanes)


@settings(deadline=None)
@given(data=st.data(), first=heads(), second=heads(), last=st.sampled_from(["IM", "ENT"]), alternate=st.booleans())
def test_the_order_of_the_input_changes_nothing_for_a_room_of_several_queues(data, first, second, last, alternate):
    other = [replace(head, ticket=f"ent-{head.ticket}", queue="ENT") for head in second]
    rules = dict.fromkeys(("IM", "ENT"), Rules(alternate_queues=alternate))

    def chosen(found):
        return choose_next(
            found,
            station=Caller("R1", ("IM", "ENT"), doctor="D1", last_queue=last),
            rules=rules,
            modes={"IM": "woven", "ENT": "graded"},
            recent={"IM": Recent((Lane.ORDINARY,) * 2, 20)},
            now=at(90),
        )

    expected = chosen([*first, *other])
    assert expected == chosen(data.draw(st.permutations([*first, *other])))
    urgent = any(head.lane is Lane.URGENT for head in [*first, *other])
    if urgent:
        assert expected.reason.code in (ReasonCode.URGENT.value, ReasonCode.GRADED_FIRST_BAND.value)
    elif alternate and not any(head.due_call < 0 for head in [*first, *other]):
        assert expected.reason.facts["queue"] != last
