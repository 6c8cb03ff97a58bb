"""Who may call whom: doctors, levels, several queues; and what is remembered."""

from datetime import timedelta

import pytest

from server.domain.queueing import placement, position
from server.domain.queueing.discipline import Caller, Head, ReasonCode, Recent, choose_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane
from tests.unit.domain.queueing.play import at, head_of


def ordinary(ticket: str, seq: int, *, minute: float = 0, **more) -> Head:
    place = placement.on_check_in(rules=Rules(), now=at(minute), slot_start=None, slot_end=None, seq=seq)
    return head_of(ticket, place, **more)


def urgent(ticket: str, seq: int, *, minute: float = 0, **more) -> Head:
    place = placement.on_check_in(rules=Rules(), now=at(minute), slot_start=None, slot_end=None, seq=seq, urgent=True)
    return head_of(ticket, place, **more)


def choose(heads, *, station=None, rules=None, recent=None, modes=None, minute: float = 30):
    queues = tuple(sorted({head.queue for head in heads}))
    return choose_next(
        heads,
        station=station or Caller("R1", queues),
        rules=rules or dict.fromkeys(queues, Rules()),
        modes=modes or dict.fromkeys(queues, "woven"),
        recent=recent or {},
        now=at(minute),
    )


def chosen(heads, **more) -> str | None:
    choice = choose(heads, **more)
    return None if choice is None else choice.ticket


def test_nobody_waits_and_nobody_is_called():
    assert choose([]) is None


def test_a_ticket_of_a_named_doctor_is_not_for_another():
    mine, other, pool = (
        ordinary("mine", 3, doctor="D1"),
        ordinary("other", 1, doctor="D2"),
        ordinary("pool", 2),
    )
    room = Caller("R1", ("IM",), doctor="D1")
    assert "pool" == chosen([mine, other, pool], station=room)
    assert "mine" == chosen([mine, other], station=room)
    assert None is chosen([other], station=room)
    assert None is chosen([other], station=Caller("R2", ("IM",)))


def test_the_urgent_wait_for_no_doctor_and_only_the_rooms_that_take_their_level():
    other = urgent("U", 1, doctor="D2", grade="U")
    assert "U" == chosen([other, ordinary("pool", 2)], station=Caller("R1", ("IM",), doctor="D1"))
    assert None is chosen([other], station=Caller("R1", ("IM",), levels=frozenset({"N"})))


def test_who_was_sent_ahead_is_called_as_sent_after_the_urgent_and_who_stands_at_the_door():
    door = head_of("door", placement.on_arrived(now=at(9), seq=8))
    sent = [ordinary("second", 2, doctor="D9"), ordinary("first", 1)]
    heads = [urgent("U", 3), door, ordinary("pool", 0)]

    def call(heads, sent) -> tuple[str, str]:
        choice = choose_next(
            heads, station=Caller("R1", ("IM",)), rules={}, modes={}, recent={}, now=at(30), sent_ahead=sent
        )
        assert choice is not None
        return choice.ticket, choice.reason.code

    assert ("U", "urgent") == call(heads, sent)
    assert ("door", "arrived") == call(heads[1:], sent)
    assert ("second", "staged") == call(heads[2:], sent)
    assert ("first", "staged") == call([], sent[1:])


def test_a_named_doctor_may_be_a_wish_only():
    other, pool = ordinary("other", 1, doctor="D2"), ordinary("pool", 2)
    lenient = {"IM": Rules(named_doctor_strict=False)}
    room = Caller("R1", ("IM",), doctor="D1")
    assert "pool" == chosen([other, pool], station=room, rules=lenient)
    assert "other" == chosen([other], station=room, rules=lenient)


def test_a_room_may_be_limited_to_levels():
    serious, mild = urgent("II", 1, rank=2, grade="II"), ordinary("IV", 2, rank=4, grade="IV")
    room = Caller("R1", ("IM",), levels=frozenset({"III", "IV"}))
    assert "IV" == chosen([serious, mild], station=room)
    assert "II" == chosen([serious, mild])


def test_a_station_sees_only_its_queues():
    assert None is chosen([ordinary("x", 1, queue="ENT")], station=Caller("R1", ("IM",)))


def test_several_queues_take_turns():
    heads = [ordinary("a", 1, queue="A"), ordinary("b", 2, queue="B", minute=5)]
    assert "a" == chosen(heads, station=Caller("R1", ("A", "B")))
    choice = choose(heads, station=Caller("R1", ("A", "B"), last_queue="A"))
    assert "b" == choice.ticket
    assert ReasonCode.ALTERNATE_QUEUE.value == choice.reason.code
    assert ReasonCode.IN_ORDER.value == choice.reason.facts["within"]
    assert "a" == chosen(heads, station=Caller("R1", ("A", "B"), last_queue="B"))


def test_several_queues_may_be_called_by_the_longest_wait_instead():
    heads = [ordinary("a", 1, queue="A"), ordinary("b", 2, queue="B", minute=5)]
    rules = dict.fromkeys("AB", Rules(alternate_queues=False))
    assert "a" == chosen(heads, station=Caller("R1", ("A", "B"), last_queue="A"), rules=rules)


def test_urgent_of_any_queue_goes_before_whose_turn_it_is():
    heads = [ordinary("a", 1, queue="A"), urgent("u", 9, queue="B", minute=20, rank=2)]
    assert "u" == chosen(heads, station=Caller("R1", ("A", "B"), last_queue="B"))


def test_of_the_urgent_the_more_urgent_then_the_earlier_is_next():
    heads = [
        urgent("late II", 3, minute=9, rank=2),
        urgent("early III", 1, minute=1, rank=3),
        urgent("early II", 2, minute=5, rank=2),
    ]
    assert "early II" == chosen(heads)


def test_an_urgent_ticket_without_a_level_comes_after_those_with_one_and_gives_no_rank():
    heads = [urgent("ungraded", 1, rank=None, grade=None), urgent("II", 2, minute=5, rank=2)]
    assert "II" == chosen(heads)
    alone = choose(heads[:1])
    assert {"queue", "lane", "waited"} == set(alone.reason.facts)


def test_named_doctors_and_credits_split_a_lane_but_not_its_order():
    heads = [ordinary("second", 2, doctor="D1"), ordinary("first", 1), ordinary("third", 3, rank=3)]
    assert "first" == chosen(heads, station=Caller("R1", ("IM",), doctor="D1"))


def test_a_queue_remembers_eight_calls_and_counts_the_ordinary():
    recent = Recent()
    for lane in [Lane.ORDINARY] * 9 + [Lane.RETURN, Lane.URGENT]:
        recent = remember(recent, lane)
    assert Recent((Lane.ORDINARY,) * 7 + (Lane.RETURN,), 9) == recent


def test_the_cost_does_not_depend_on_how_many_stand_behind_a_head():
    head = ordinary("first", 1)
    assert chosen([head]) == chosen([head_of("first", _place(head), waiting=1_000_000)])


def _place(head: Head) -> position.QueuePosition:
    return position.QueuePosition(head.lane, head.order, head.since, head.credit, head.due_call)


def test_lanes_hand_out_heads_keyed_as_the_database_does():
    tickets = [ordinary("2", 2), ordinary("1", 1), ordinary("other doctor", 3, doctor="D1"), urgent("u", 4, rank=2)]
    lanes = LaneHeap(tickets)
    assert {("1", 2), ("other doctor", 1), ("u", 1)} == {(head.ticket, head.waiting) for head in lanes.heads()}
    twin = lanes.copy()
    lanes.take(next(head for head in lanes.heads() if head.ticket == "1"))
    assert (3, 4) == (len(lanes), len(twin))
    assert "2" in {head.ticket for head in lanes.heads()}
    with pytest.raises(KeyError):
        lanes.take(tickets[1])


def test_a_reason_holds_the_numbers_behind_it():
    place = placement.on_return(rules=Rules(), now=at(10), seq=5)
    choice = choose([head_of("R", place), ordinary("1", 1)], recent={"IM": Recent((Lane.ORDINARY,) * 2, 2)}, minute=30)
    expected = {"queue": "IM", "lane": "return", "rank": 4, "waited": 20, "grade": "N", "cycle": 2, "target": 20}
    assert expected == choice.reason.facts


def test_times_of_another_zone_choose_the_same():
    from zoneinfo import ZoneInfo

    def shifted(head: Head) -> Head:
        from dataclasses import replace

        return replace(head, since=head.since.astimezone(ZoneInfo("Asia/Shanghai")))

    heads = [ordinary("1", 1), ordinary("2", 2, minute=1)]
    assert chosen(heads) == chosen([shifted(head) for head in heads])
    assert timedelta(0) == shifted(heads[0]).since - heads[0].since


def test_a_level_without_a_target_has_the_ordinary_one():
    from dataclasses import replace

    place = placement.on_check_in(rules=Rules(), now=at(0), slot_start=None, slot_end=None, seq=1, mode="graded")
    untargeted = replace(head_of("N", place), target_minutes=None)
    choice = choose([untargeted], modes={"IM": "graded"}, minute=30)
    assert (60, 0.5) == (choice.reason.facts["target"], choice.reason.facts["score"])
