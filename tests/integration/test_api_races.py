"""Everybody at once on a real server: no number twice, no ticket to two stations, one answer per key, no hole."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.protocol.terms import Evidence
from server.protocol.transport import HallProblem
from tests.support.hall import a_hall

TIMES = 250
TOGETHER = 8


@pytest.fixture(scope="module")
def hall():
    with a_hall(stations=TOGETHER) as running:
        yield running


@pytest.fixture(scope="module")
def checked_in(hall):
    """250 tickets, from 8 kiosks that check people in together."""
    rounds = -(-TIMES // TOGETHER)
    kiosks = [hall.client("kiosk") for _ in range(TOGETHER)]
    gate = threading.Barrier(TOGETHER)

    def kiosk(place):
        tickets = []
        for number in range(rounds):
            gate.wait(60)
            tickets.append(
                kiosks[place].check_in("H1", queue="IM", patient={"name": f"甲{place}{number}"}, print=False)
            )
        return [answer.ticket for answer in tickets]

    with ThreadPoolExecutor(TOGETHER) as pool:
        return [ticket for tickets in pool.map(kiosk, range(TOGETHER)) for ticket in tickets]


def at_once(*acts):
    """Do all at the same moment; each one's result or the HallProblem it raised."""
    gate = threading.Barrier(len(acts))

    def do(act):
        gate.wait(30)
        try:
            return act()
        except HallProblem as problem:
            return problem

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_eight_kiosks_checking_in_together_hundreds_of_times_give_no_number_twice(hall, checked_in):
    numbers = Counter(ticket.number for ticket in checked_in)

    assert [] == [number for number, times in numbers.items() if times > 1]
    assert len(checked_in) >= TIMES
    assert {f"A{place:03d}" for place in range(1, len(checked_in) + 1)} == set(numbers)


def test_eight_stations_pressing_next_together_hundreds_of_times_share_no_ticket(hall, checked_in):
    desks = [hall.client("console") for _ in range(TOGETHER)]
    gate = threading.Barrier(TOGETHER)
    waiting = len(checked_in)
    start = hall.client("console").snapshot("H1").seq

    def station(place):
        got = []
        for _ in range(waiting // TOGETHER):
            gate.wait(60)
            ticket = desks[place].call_next(f"R{place + 1}").ticket
            assert f"R{place + 1}" == ticket.station
            got.append(ticket.number)
            desks[place].finish(ticket.id)
        return got

    with ThreadPoolExecutor(TOGETHER) as pool:
        called = [number for numbers in pool.map(station, range(TOGETHER)) for number in numbers]

    assert waiting == len(called)
    assert [] == [number for number, times in Counter(called).items() if times > 1]
    events = hall.client("console").events("H1", start, limit=10_000).events
    assert [start + place for place in range(1, len(events) + 1)] == [event.seq for event in events]
    in_order = [event.ticket.number for event in events if event.kind == "ticket.called"]
    assert sorted(in_order) == in_order, "called in the order of check-in"


def test_eight_kiosks_sending_one_key_together_get_one_ticket_and_eight_equal_answers(hall):
    kiosks = [hall.client("kiosk") for _ in range(TOGETHER)]
    for round in range(5):
        before = hall.client("console").snapshot("H1").seq
        answers = at_once(
            *[
                lambda kiosk=kiosk, round=round: kiosk.check_in(
                    "H1", queue="IM", patient={"name": "乙"}, key=f"one-{round}"
                )
                for kiosk in kiosks
            ]
        )

        assert 8 == len(answers)
        assert [answers[0]] * 8 == answers
        events = hall.client("console").events("H1", before).events
        assert ["ticket.checked_in", "print_job.leased"] == [event.kind for event in events]
    for ticket in hall.client("console").snapshot("H1").tickets:
        hall.client("console").act(ticket.id, "cancel")


def of_one_ticket(answers):
    """Whether all who checked one person in were given the same ticket and the same slip."""
    return 1 == len({answer.ticket.id for answer in answers}) == len({answer.slip.code for answer in answers})


def test_one_person_at_two_kiosks_at_once_gets_one_ticket(hall):
    people = [{"record_number": f"MR{round}", "name": "同一人"} for round in range(5)]
    hall.client("service").import_rows("patients", people)
    kiosks = [hall.client("kiosk") for _ in range(TOGETHER)]
    for person in people:
        chip = {"scan": person["record_number"], "how": Evidence.CHIP}
        visits = [(kiosk, kiosk.identify("H1", **chip).visit_token) for kiosk in kiosks]
        answers = at_once(
            *[
                lambda kiosk=kiosk, visit=visit: kiosk.check_in("H1", queue="IM", visit_token=visit)
                for kiosk, visit in visits
            ]
        )

        assert of_one_ticket(answers), answers


def test_a_new_person_at_two_desks_at_once_becomes_one_patient_with_one_ticket(hall):
    desks = [hall.client("console") for _ in range(TOGETHER)]
    for round in range(5):
        person = {"name": "新来的", "record_number": f"NEW{round}"}
        answers = at_once(
            *[lambda desk=desk, person=person: desk.check_in("H1", queue="IM", patient=person) for desk in desks]
        )

        assert of_one_ticket(answers), answers


@pytest.fixture
def desks(hall):
    for ticket in hall.client("console").snapshot("H1").tickets:
        if ticket.station:
            hall.client("console").finish(ticket.id)
    return [hall.client("console") for _ in range(2)]


RACES = [("finish", "pass"), ("finish", "recall"), ("start", "pass"), ("cancel", "start"), ("finish", "finish"),
         ("hold", "pass"), ("start", "start"), ("recall", "cancel")]  # fmt: skip
BODIES = {"hold": {"reason": "x"}, "pass": {"reason": "did not come"}}
ENDS = {"finish": "done", "pass": "passed", "cancel": "cancelled", "hold": "held", "start": "serving",
        "recall": "called"}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), RACES)
def test_two_acting_on_one_called_ticket_have_one_effect_each_that_is_legal(hall, desks, one, other):
    first, second = desks
    hall.check_in(f"赛{one}{other}"[:10])
    ticket = first.call_next("R1").ticket
    before = first.snapshot("H1").seq
    answers = at_once(
        lambda: first.act(ticket.id, one, **BODIES.get(one, {})),
        lambda: second.act(ticket.id, other, **BODIES.get(other, {})),
    )
    done = [answer for answer in answers if not isinstance(answer, HallProblem)]
    refused = [answer for answer in answers if isinstance(answer, HallProblem)]

    assert {"illegal_move"} >= {problem.code for problem in refused}
    events = first.events("H1", before).events
    assert len(done) == len(events)
    assert 1 <= len(done), answers
    assert first.ticket(ticket.id).ticket.state == events[-1].ticket.state
    assert events[-1].ticket.state in {ENDS[one], ENDS[other]}
    if ENDS[one] == ENDS[other] or not {"recall", "start"} & {one, other}:
        assert 1 == len(done)


def test_a_chosen_ticket_called_by_two_stations_goes_to_one(hall, desks):
    first, second = desks
    chosen = hall.check_in("只此一人")[0]
    answers = at_once(
        lambda: first.call_next("R1", ticket=chosen, reason="asked for"),
        lambda: second.call_next("R2", ticket=chosen, reason="asked for"),
    )

    problems = [answer.code for answer in answers if isinstance(answer, HallProblem)]
    called = [answer.ticket for answer in answers if not isinstance(answer, HallProblem)]
    assert (["illegal_move"], [chosen]) == (problems, [ticket.id for ticket in called])


def test_a_regrade_that_meets_a_call_loses_neither(hall, desks):
    first, second = desks
    ticket = hall.check_in("急二")[0]
    at_once(
        lambda: first.call_next("R1", ticket=ticket, reason="asked for"),
        lambda: second.triage(ticket, grade="U", reason="pain"),
    )

    after = first.ticket(ticket).ticket
    assert ("called", "U") == (after.state, after.grade)
