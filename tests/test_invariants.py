"""The checker of the ten invariants: a sound hall passes, and each of the ten finds the violation that is planted."""

import copy
from dataclasses import replace

import pytest

from server.domain.access.keys import Purpose, derived
from tests.support.api import an_api
from tests.support.invariants import INVARIANTS, Call, Paper, Screen, Seen, Ticket, View, judge, stored

SECRETS = {"甲": ["13800000001"], "乙": ["13800000002"]}


@pytest.fixture(scope="module")
def day():
    """A morning of four patients and two rooms, with all that clients saw of it."""
    with an_api(fresh=True) as api:
        seen = Seen(secrets=SECRETS)
        for key, name in (("in 1", "甲"), ("in 2", "乙"), ("in 3", "丙"), ("in 4", "丁")):
            body = {"hall": "H1", "queue": "IM", "patient": {"name": name}}
            status, answer = api.post("/check-ins", body, key=key, role="kiosk")
            assert 201 == status
            seen.tickets.append(Ticket(key, answer["ticket"]["id"], answer["ticket"]["number"]))
        slips = api.events()
        for station in ("R1", "R2"):
            status, answer = api.post(f"/stations/{station}/call-next", {}, key=f"call {station}")
            seen.calls.append(Call(f"call {station}", answer["ticket"]["id"], station))
        api.act(seen.calls[0].ticket, "finish")
        jobs = [event["print_job"]["id"] for event in slips if event.get("print_job")]
        events = api.events()
        true = {ticket["id"]: ticket["state"] for ticket in api.snapshot()["tickets"]}
        epoch = events[0]["epoch"]
        steps = [("load", epoch, 3), *(("event", epoch, event["seq"]) for event in events if event["seq"] > 3)]
        seen.screens.append(Screen("wall", steps, true, dict(true)))
        seen.views += [View("甲", "A001 13800000001"), View("乙", "A002")]
        key = derived(api.context.secret, Purpose.AUDIT)
        kept = stored(api.settings.database_url, audit_key=key)
        assert jobs or not kept.print_jobs
        yield kept, seen


def copied(day):
    kept, seen = day
    lists = ("tickets", "journal", "audit", "receipts", "print_jobs", "reports")
    rows = {name: [copy.deepcopy(dict(row)) for row in getattr(kept, name)] for name in lists}
    return replace(kept, hall=dict(kept.hall), **rows), copy.deepcopy(seen)


def test_a_sound_hall_breaks_none_of_the_ten(day):
    kept, seen = day
    assert [] == judge(kept, seen)
    assert kept.tickets
    assert kept.audit


def lose_a_ticket(kept, seen):
    kept.tickets.remove(next(row for row in kept.tickets if row["id"] == seen.tickets[3].id))


def give_one_ticket_to_two_keys(kept, seen):
    seen.tickets.append(Ticket("in 5", seen.tickets[0].id, seen.tickets[0].number))
    kept.receipts.append({"key": "in 5"})


def two_active_tickets(kept, _seen):
    waiting = [row for row in kept.tickets if row["state"] == "waiting"]
    waiting[1]["patient_id"] = waiting[0]["patient_id"]


def call_to_a_second_room(kept, _seen):
    called = next(row for row in kept.journal if row["kind"] == "ticket.called")
    called["subject"]["ticket"]["station"] = "R2"


def answer_a_call_that_did_not_happen(kept, seen):
    seen.calls.append(Call("call again", seen.calls[1].ticket, "R1"))
    kept.receipts.append({"key": "call again"})


def call_past_the_first(kept, _seen):
    first, second = [row for row in kept.journal if row["kind"] == "ticket.checked_in"][:2]
    one, other = first["subject"]["ticket"], second["subject"]["ticket"]
    one["order"], other["order"] = other["order"], one["order"]


def call_past_an_urgent_one(kept, _seen):
    last = [row for row in kept.journal if row["kind"] == "ticket.checked_in"][-1]
    last["subject"]["ticket"]["lane"] = "urgent"


def miss_an_event(_kept, seen):
    del seen.screens[0].steps[3]


def take_an_event_twice(_kept, seen):
    seen.screens[0].steps.insert(3, seen.screens[0].steps[2])


def show_what_is_no_more(_kept, seen):
    seen.screens[0].shown["somebody"] = "called"


def lose_a_page_of_the_journal(kept, _seen):
    del kept.journal[2]


def job(**more):
    return {"id": "j1", "state": "printed", "evidence": "status", "reprint_of": None, "copy_number": 0} | more


def print_without_evidence(kept, _seen):
    kept.print_jobs.append(job(evidence=None))


def print_without_paper(kept, seen):
    kept.print_jobs.extend([job(), job(id="j2")])
    seen.papers.append(Paper("j2"))


def print_twice(kept, seen):
    kept.print_jobs.append(job())
    seen.papers.extend([Paper("j1"), Paper("j1")])


def reprint_without_a_mark(kept, seen):
    kept.print_jobs.extend([job(reprint_of="j0", copy_number=1)])
    seen.papers.append(Paper("j1", "A001"))


def leave_a_job_on_the_way(kept, seen):
    kept.print_jobs.append(job(state="leased"))
    seen.paper_is_over = True


def show_the_patient_before(_kept, seen):
    seen.views.append(View("乙", "A002 13800000001"))


def print_another_patients_row(kept, seen):
    kept.print_jobs.append(job())
    seen.papers.append(Paper("j1", "甲 13800000002", owner="甲"))


def change_the_trail(kept, _seen):
    kept.audit[2]["actor"] = "somebody else"


def cut_the_trail(kept, _seen):
    kept.audit.pop()


def act_without_a_trail(kept, _seen):
    kept.journal[2]["kind"] = "ticket.transferred"


def acknowledge_without_a_receipt(kept, seen):
    kept.receipts.remove(next(row for row in kept.receipts if row["key"] == seen.tickets[1].key))


def answer_one_key_in_two_ways(_kept, seen):
    seen.calls.append(replace(seen.calls[0], ticket=seen.calls[1].ticket, station="R2"))


def apply_a_report_twice(kept, _seen):
    kept.reports.extend([{"series": "s", "version": 1}] * 2)


def give_a_number_twice(kept, _seen):
    kept.tickets[1]["number"] = kept.tickets[0]["number"]


def begin_the_numbers_anew_within_a_day(kept, _seen):
    last = max(kept.tickets, key=lambda row: row["number_seq"])
    last["number_seq"] = 0


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("I1", lose_a_ticket),
        ("I1", give_one_ticket_to_two_keys),
        ("I2", two_active_tickets),
        ("I3", call_to_a_second_room),
        ("I3", answer_a_call_that_did_not_happen),
        ("I4", call_past_the_first),
        ("I4", call_past_an_urgent_one),
        ("I5", miss_an_event),
        ("I5", take_an_event_twice),
        ("I5", show_what_is_no_more),
        ("I5", lose_a_page_of_the_journal),
        ("I6", print_without_evidence),
        ("I6", print_without_paper),
        ("I6", print_twice),
        ("I6", reprint_without_a_mark),
        ("I6", leave_a_job_on_the_way),
        ("I7", show_the_patient_before),
        ("I7", print_another_patients_row),
        ("I8", change_the_trail),
        ("I8", cut_the_trail),
        ("I8", act_without_a_trail),
        ("I9", acknowledge_without_a_receipt),
        ("I9", answer_one_key_in_two_ways),
        ("I9", apply_a_report_twice),
        ("I10", give_a_number_twice),
        ("I10", begin_the_numbers_anew_within_a_day),
    ],
)  # fmt: skip
def test_each_invariant_finds_what_is_planted(day, name, plant):
    kept, seen = copied(day)
    plant(kept, seen)
    assert name in {wrong.partition(":")[0] for wrong in judge(kept, seen)}


def test_every_invariant_has_a_planted_violation():
    (planted,) = [mark.args[1] for mark in test_each_invariant_finds_what_is_planted.pytestmark]
    assert set(INVARIANTS) == {name for name, _ in planted}
