"""The one write path: a wish is done whole or not at all, once per key, in order, or dropped before it begins."""

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.domain.access.audit_chain import Entry, sealed
from server.domain.access.keys import Purpose, derived
from server.domain.errors import HallError
from server.protocol.terms import AlertKind, DeviceRole, ErrorCode
from server.services.alerts.alerts import raise_alert
from server.services.core.principal import Principal
from server.services.core.transaction import Command
from server.services.core.unit_of_work import Answer, Outcome
from server.store.models import AuditRow
from tests.support.api import an_api
from tests.support.hall import until

DEVICE = Principal("device", "d1", DeviceRole.CONSOLE, "H1", "desk")


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def wish(api, key="k", print_of="p", *, within=60.0):
    return Command(DEVICE, key, print_of, time.monotonic() + within)


def test_the_time_of_a_wish_is_that_of_its_turn_so_that_numbers_and_times_run_alike(api):
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def slow(work):
        begun.set()
        assert go_on.wait(30)
        return alarm(work)

    def quick(work):
        seen.append(work.now.isoformat())
        return alarm(work)

    first = threading.Thread(target=api.context.transactions.run, args=(["H1"], wish(api, "a"), slow))
    second = threading.Thread(target=api.context.transactions.run, args=(["H1"], wish(api, "b"), quick))
    first.start()
    assert begun.wait(30)
    second.start()
    api.context.clock.simulate("2026-03-02T09:07:00+08:00")
    go_on.set()
    first.join(30)
    second.join(30)

    assert ["2026-03-02T01:07:00+00:00"] == seen


def alarm(work):
    return Answer({"alert": raise_alert(work, AlertKind.HELP)}, Outcome.CREATED)


def test_the_facts_of_a_wish_take_the_next_numbers_of_the_journal(api):
    before = api.snapshot()["seq"]
    for key in "abc":
        api.context.transactions.run(["H1"], wish(api, key), alarm)

    assert [before + 1, before + 2, before + 3] == [event["seq"] for event in api.events(after=before)]


def test_a_use_case_that_fails_half_way_leaves_nothing(api):
    before = api.rows()

    def fails(work):
        raise_alert(work, AlertKind.HELP)
        work.db.flush()
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        api.context.transactions.run(["H1"], wish(api), fails)
    with pytest.raises(HallError):
        api.context.transactions.run(["H1"], wish(api), lambda work: (alarm(work), refuse())[0])

    assert before == api.rows()
    assert Outcome.CREATED == api.context.transactions.run(["H1"], wish(api), alarm).outcome, "the key was not spent"


def refuse():
    raise HallError(ErrorCode.ILLEGAL_MOVE)


def test_a_key_is_answered_once_and_the_same_from_then_on(api):
    first = api.context.transactions.run(["H1"], wish(api), alarm)
    seq = api.snapshot()["seq"]

    assert first == api.context.transactions.run(["H1"], wish(api), lambda work: pytest.fail("done twice"))
    assert seq == api.snapshot()["seq"]


def test_a_key_that_stood_for_another_wish_is_refused(api):
    api.context.transactions.run(["H1"], wish(api), alarm)

    with pytest.raises(HallError) as refused:
        api.context.transactions.run(["H1"], wish(api, print_of="other"), alarm)
    assert ErrorCode.KEY_REUSED == refused.value.code


def test_a_wish_that_queued_past_its_deadline_is_dropped_before_it_begins(api):
    inside, go, began = threading.Event(), threading.Event(), []

    def slow(work):
        inside.set()
        assert go.wait(30)
        return Answer({})

    def late(work):
        began.append("late")
        return Answer({})

    holder = threading.Thread(target=lambda: api.context.transactions.run(["H1"], wish(api, "slow"), slow))
    holder.start()
    assert inside.wait(30)
    with pytest.raises(HallError) as dropped:
        api.context.transactions.run(["H1"], wish(api, "late", within=0.05), late)
    go.set()
    holder.join(30)

    assert ErrorCode.TOO_LATE == dropped.value.code
    assert [] == began
    assert Outcome.DONE == api.context.transactions.run(["H1"], wish(api, "late"), late).outcome, (
        "nothing was kept under its key"
    )


def test_a_wish_that_got_the_halls_lock_past_its_deadline_is_dropped_before_it_begins(api):
    """Another process of a shared database may hold the hall longer than a wish has patience."""
    began, dropped = [], []

    def late(work):
        began.append("late")
        return Answer({})

    asked = wish(api, within=0.3)

    def try_it():
        try:
            api.context.transactions.run(["H1"], asked, late)
        except HallError as error:
            dropped.append(error.code)

    with api.context.engines.write.connect() as other:
        other.execute(text("UPDATE hall SET position = position"))
        trying = threading.Thread(target=try_it)
        trying.start()
        until(lambda: time.monotonic() > asked.deadline + 0.3)
        other.rollback()
    trying.join(30)

    assert ([], [ErrorCode.TOO_LATE]) == (began, dropped)


def test_twins_in_flight_wait_and_get_the_one_answer(api):
    answers, done = [], []

    def once(work):
        done.append(1)
        threading.Event().wait(0.05)
        return alarm(work)

    asked = wish(api)
    twins = [
        threading.Thread(target=lambda: answers.append(api.context.transactions.run(["H1"], asked, once)))
        for _ in range(8)
    ]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(30)

    assert [1] == done
    assert 8 == len(answers)
    assert all(answers[0] == answer for answer in answers)


def test_listeners_hear_of_halls_that_have_facts_and_only_after_the_commit(api):
    heard = []
    api.context.transactions.on_commit(lambda halls: heard.append((list(halls), api.snapshot()["seq"])))
    try:
        api.context.transactions.run(["H1"], wish(api, "a"), alarm)
        api.context.transactions.run(["H1"], wish(api, "b"), lambda work: Answer({}))
        seq = api.snapshot()["seq"]
    finally:
        api.context.transactions._listeners.clear()

    assert [(["H1"], seq)] == heard


def test_an_unknown_hall_is_refused(api):
    with pytest.raises(HallError) as refused:
        api.context.transactions.run(["NOPE"], wish(api), alarm)

    assert ErrorCode.UNKNOWN_HALL == refused.value.code


def test_a_writer_of_another_process_makes_a_wish_busy_and_reads_go_on(api):
    with api.context.engines.write.connect() as other:
        other.execute(text("UPDATE hall SET position = position"))
        blocked = []

        def try_it():
            try:
                api.context.transactions.run(["H1"], wish(api), alarm)
            except HallError as error:
                blocked.append(error.code)

        trying = threading.Thread(target=try_it)
        trying.start()
        assert 200 == api.get("/halls/H1/snapshot")[0], "reads go on"  # and not after the other: that one waits for us
        trying.join(60)
        other.rollback()

    assert [ErrorCode.BUSY] == blocked
    assert Outcome.CREATED == api.context.transactions.run(["H1"], wish(api), alarm).outcome


def test_the_trail_is_a_chain_that_names_the_first_row_that_was_touched(api):
    api.act(api.check_in("张小三"), "cancel", reason="left")
    with Session(api.context.engines.read) as db:
        rows = db.query(AuditRow).filter_by(hall_id="H1").order_by(AuditRow.seq).all()
    key, digest = derived(api.context.secret, Purpose.AUDIT), ""
    words = Entry._fields
    for row in rows:
        digest = sealed(key, digest, Entry(*(getattr(row, word) for word in words)))
        assert digest == row.digest, row.seq

    assert list(range(1, len(rows) + 1)) == [row.seq for row in rows]
    assert ["ticket.checked_in", "ticket.cancelled"] == [row.action for row in rows[-2:]]
    assert "张" not in str([[getattr(row, word) for word in words] for row in rows])


def test_the_due_rows_of_a_wish_that_fails_are_forgotten_too(api):
    def fails(work):
        work.schedule("x", "reassess", "nothing", work.now)
        refuse()

    with pytest.raises(HallError):
        api.context.transactions.run(["H1"], wish(api), fails)

    assert [] == [row for row in api.rows()["due"] if row[0] == "x"]
