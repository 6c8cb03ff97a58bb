"""Events reach a real receiver in order and at least once, whatever fails on the way; what is given up is not lost."""

import contextlib
import shutil
import threading
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from server.cli import main
from server.domain.errors import HallError
from server.domain.outbox import Pace
from server.integrations.couriers import Courier, Couriers
from server.integrations.webhook import Webhook
from server.services.bootstrap import journal_epochs
from server.services.outbox import dead_letters, delivery, subscriptions
from server.services.outbox.delivery import Lease, LeaseLost
from server.store.models import IntegrationCursorRow, IntegrationRow, JournalRow
from server.store.queries import outbox
from tests.support.api import an_api
from tests.support.databases import about_sqlite
from tests.support.hall import until
from tests.support.receiver import a_receiver

QUICK = Pace(first=timedelta(0), longest=timedelta(0), refusals=3)
SOON = 0.5
"""Seconds that an attempt may take here."""


@pytest.fixture
def receiver():
    with a_receiver() as listening:
        yield listening


def subscribe(api, receiver, *events, name="his"):
    """Add the receiver to those who are told."""
    now, made = api.context.clock.real(), []
    api.context.transactions.administer(
        lambda db: made.append(subscriptions.add(db, name, receiver.url, events or ("ticket.*",), now)) or []
    )
    receiver.secret = subscriptions.secret(api.context.secret, made[0])


def courier(api, *, name="his", pace=QUICK, owner="one", lasts=delivery.LEASE):
    """A courier that is driven by the test, round by round."""
    with Session(api.context.engines.read) as db:
        found = {receiver.name: receiver for receiver in delivery.receivers(db)}
    lease = Lease(api.context, name, owner, lasts)
    return Courier(api.context, found[name], pace=pace, opened=partial(Webhook, seconds=SOON), lease=lease)


@contextlib.contextmanager
def at_work(api, **options):
    working = courier(api, **options)
    try:
        yield working
    finally:
        working.leave()


def rounds(working, most=20):
    """Let a courier work until there is nothing to do."""
    for _ in range(most):
        if not working.round():
            return


def letters(api):
    with Session(api.context.engines.read) as db:
        return dead_letters.listed(db)


def standing(api):
    with Session(api.context.engines.read) as db:
        return subscriptions.listed(db)[0]


def events_of(api, hall="H1", prefix="ticket."):
    return [
        (hall, event["seq"])
        for event in api.events("console" if hall == "H1" else f"console:{hall}", hall=hall)
        if event["kind"].startswith(prefix)
    ]


def test_what_happens_after_it_was_added_is_delivered_in_order_signed_and_without_names(api, receiver):
    api.check_in("金丝雀琼", patient={"phone": "13977778888"})
    before = api.snapshot()["seq"]
    subscribe(api, receiver)
    ticket = api.check_in("张三丰", patient={"phone": "13911112222"})
    api.call("R1")
    api.call("R2")

    with at_work(api) as working:
        rounds(working)

    assert [place for place in events_of(api) if place[1] > before] == receiver.places
    assert ["ticket.checked_in", "ticket.called", "ticket.called"] == [one.content["type"] for one in receiver.requests]
    assert all(one.is_signed for one in receiver.requests)
    assert {"application/json"} == {one.headers["content-type"] for one in receiver.requests}
    assert ticket["id"] == receiver.requests[0].data["ticket"]["id"]
    assert api.snapshot()["epoch"] == receiver.requests[0].data["epoch"]
    told = str([one.content for one in receiver.requests])
    assert [] == [secret for secret in ("金丝雀", "张三", "张", "139") if secret in told.replace(ticket["id"], "")]
    assert 0 == standing(api).behind


def test_only_the_kinds_that_were_asked_for_are_sent(api, receiver):
    subscribe(api, receiver, "ticket.called", "station.*")
    api.check_in("张三")
    api.call("R1")
    api.post("/stations/R1/pause", {"reason": "break"})

    with at_work(api) as working:
        rounds(working)

    kinds = [one.content["type"] for one in receiver.requests]
    assert ["ticket.called", "station.paused"] == kinds
    assert 0 == standing(api).behind


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_up(api, receiver):
    subscribe(api, receiver)
    receiver.down()
    for name in ("一", "二", "三"):
        api.check_in(name)
    with at_work(api) as working:
        assert working.round()
        (failing,) = standing(api).failing
        assert ("H1", 1, "away: ConnectError") == (failing[0], failing[1], failing[3])
        assert [] == receiver.requests
        receiver.up()
        rounds(working)

    assert events_of(api) == receiver.places
    assert ((), []) == (standing(api).failing, letters(api))


def test_an_answer_of_500_is_asked_again_under_the_same_id(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    receiver.answer = lambda number: 500 if number < 3 else 200

    with at_work(api) as working:
        rounds(working)

    assert 3 == len(receiver.requests)
    assert 1 == len({one.id for one in receiver.requests})
    assert [] == letters(api)


def test_who_does_not_answer_is_cut_off_in_time_and_asked_again(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    held = threading.Event()
    receiver.answer = lambda number: (held.wait(20), 204)[1] if number == 1 else 204

    with at_work(api) as working:
        assert working.round()
        assert "away: ReadTimeout" == standing(api).failing[0][3]
        rounds(working)
    held.set()

    assert 2 == len(receiver.requests)
    assert receiver.requests[0].id == receiver.requests[1].id


def test_after_a_failure_nothing_is_sent_before_its_time_and_other_halls_go_on(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    api.check_in("二", "SU", hall="H2")
    receiver.answer = lambda _number: 503 if receiver.requests[-1].data["hall"] == "H1" else 204

    with at_work(api, pace=Pace()) as working:
        rounds(working)

    assert [("H1", events_of(api)[0][1])] == [place for place in receiver.places if place[0] == "H1"]
    assert events_of(api, "H2") == [place for place in receiver.places if place[0] == "H2"]


def test_each_hall_has_its_own_order_and_all_of_its_events(api, receiver):
    subscribe(api, receiver)
    for number in range(130):  # more than one reading of the journal holds
        api.check_in(f"甲{number}")
    for number in range(3):
        api.check_in(f"乙{number}", "SU", hall="H2")

    with at_work(api) as working:
        rounds(working)

    for hall in ("H1", "H2"):
        assert events_of(api, hall) == [place for place in receiver.places if place[0] == hall]
    assert len(receiver.requests) == len({one.id for one in receiver.requests})


def test_what_is_refused_becomes_a_dead_letter_and_the_others_go_on(api, receiver):
    subscribe(api, receiver)
    for name in ("一", "二"):
        api.check_in(name)
    first, second = events_of(api)
    receiver.answer = lambda _number: 422 if receiver.requests[-1].place == first else 204

    with at_work(api) as working:
        rounds(working)
        (letter,) = letters(api)
        assert (*first, 3, "refused: HTTP 422") == (letter.hall, letter.first, letter.tries, letter.error)
        assert [first, first, first, second] == receiver.places

        receiver.answer = lambda _number: 500
        api.context.transactions.administer(lambda db: [str(dead_letters.resend(db, "his", [letter.id]))])
        rounds(working)
        assert [(4, "refused: HTTP 500", False)] == [(one.tries, one.error, one.resend) for one in letters(api)]

        receiver.answer = lambda _number: 204
        api.context.transactions.administer(lambda db: [str(dead_letters.resend(db, "his"))])
        rounds(working)

    assert [] == letters(api)
    assert {receiver.requests[0].id} == {one.id for one in receiver.requests if one.place == first}
    assert all(one.is_signed for one in receiver.requests)


def test_a_redirect_is_not_followed(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    with a_receiver() as elsewhere:
        receiver.answer = lambda _number: (307, {"Location": elsewhere.url})
        with at_work(api) as working:
            rounds(working)

        assert [] == elsewhere.requests
    assert ["refused: HTTP 307"] == [letter.error for letter in letters(api)]


def test_a_proxy_of_the_environment_gets_nothing(api, receiver, monkeypatch):
    subscribe(api, receiver)
    api.check_in("一")
    with a_receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with at_work(api) as working:
            rounds(working)

        assert [] == proxy.requests
    assert 1 == len(receiver.requests)


def test_killed_between_delivery_and_cursor_it_delivers_again_under_the_same_id(api, receiver, monkeypatch):
    subscribe(api, receiver)
    api.check_in("一")

    def killed(*_arguments, **_options):
        raise SystemExit

    first = courier(api, lasts=timedelta(milliseconds=1))
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "settle", killed)
        with pytest.raises(SystemExit):
            first.round()
    with at_work(api, owner="two") as second:
        rounds(second)

    assert 2 == len(receiver.requests)
    assert receiver.requests[0].id == receiver.requests[1].id
    assert receiver.requests[0].content == receiver.requests[1].content


def test_one_of_two_servers_delivers_and_the_other_takes_over(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    with at_work(api, owner="one") as one, at_work(api, owner="two") as two:
        assert one.round()
        api.check_in("二")
        assert not two.round()
        rounds(one)
        api.check_in("三")
        one.leave()
        rounds(two)

    assert events_of(api) == receiver.places


def test_who_lost_the_lease_keeps_nothing(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    with at_work(api, owner="two") as two:
        one = courier(api, owner="one", lasts=timedelta(milliseconds=1))
        receiver.answer = lambda number: (two.round() if number == 1 else None, 204)[1]
        with pytest.raises(LeaseLost):
            one.round()

    assert 2 == len(receiver.requests)
    assert 1 == len({request.id for request in receiver.requests})
    assert 0 == standing(api).behind


def test_a_lease_from_a_clock_that_was_wrong_keeps_nobody_away(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    far = api.context.clock.real() + timedelta(days=1)
    api.context.transactions.keep(
        lambda db: db.execute(update(IntegrationRow).values(lease_owner="gone", lease_until=far)) and None
    )

    with at_work(api) as working:
        rounds(working)

    assert events_of(api) == receiver.places


def test_who_asked_a_moment_before_another_took_the_lease_does_not_have_it(api, receiver):
    """Waiting for the row, a server comes second with the earlier time, and took the lease for one of a wrong clock."""
    subscribe(api, receiver)
    with Session(api.context.engines.write) as db, db.begin():
        now = api.context.clock.real()
        for owner, late, taken in (("first", 0, True), ("second", -5, False), ("first", -10, True)):
            at = now + timedelta(milliseconds=late)
            assert taken == outbox.take_lease(db, "his", owner, at, at + timedelta(seconds=30)), owner


def test_where_the_disk_is_full_nothing_is_sent_that_could_not_be_kept(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    reserve = api.context.transactions.reserve
    with at_work(api) as working:
        reserve.low = True
        with pytest.raises(HallError) as refused:
            working.round()
        reserve.low = False
        assert ("storage_full", []) == (refused.value.code, receiver.requests)
        rounds(working)

    assert events_of(api) == receiver.places


def test_what_was_pruned_unsent_is_a_dead_letter_and_told(api, receiver):
    subscribe(api, receiver)
    for name in ("一", "二", "三"):
        api.check_in(name)
    last = events_of(api)[-1][1]
    with Session(api.context.engines.read) as db:
        start = db.get_one(IntegrationCursorRow, ("his", "H1")).seq
    api.context.transactions.keep(
        lambda db: db.execute(delete(JournalRow).where(JournalRow.hall_id == "H1", JournalRow.seq < last)) and None
    )

    with at_work(api) as working:
        rounds(working)

    assert ["hall.reload", "ticket.checked_in"] == [one.content["type"] for one in receiver.requests]
    data = receiver.requests[0].data
    assert ("pruned", start + 1, last - 1) == (data["reason"], data["first_missed"], data["last_missed"])
    (letter,) = letters(api)
    assert (start + 1, last - 1, None) == (letter.first, letter.last, letter.message)
    assert 0 == api.context.transactions.keep(lambda db: dead_letters.resend(db, "his"))


def test_a_new_epoch_is_told_before_its_events(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    with at_work(api) as working:
        rounds(working)
        before = api.snapshot()["epoch"]
        api.context.transactions.system("H1", partial(journal_epochs.begin, lost=None))
        api.check_in("二")
        rounds(working)

    epoch = api.snapshot()["epoch"]
    kinds = [(one.content["type"], one.data["epoch"]) for one in receiver.requests]
    assert [("ticket.checked_in", before), ("hall.reload", epoch), ("ticket.checked_in", epoch)] == kinds


@about_sqlite("puts a copy of its file back")
def test_after_a_copy_of_the_database_was_put_back_events_go_on_in_a_new_epoch(receiver):
    with an_api(fresh=True) as api:
        subscribe(api, receiver)
        api.check_in("一")
        with at_work(api) as working:
            rounds(working)
        api.close()
        kept = shutil.copy(api.database, api.folder / "kept.db")
        again = api.restart()
        again.check_in("二")
        with at_work(again) as working:
            rounds(working)
        again.close()
        for file in again.folder.glob("hall.db*"):
            file.unlink()
        shutil.copy(kept, again.database)
        restored = again.restart()
        try:
            restored.check_in("三")
            with at_work(restored) as working:
                rounds(working)
            after = restored.snapshot()["epoch"]
        finally:
            restored.close()

    epochs = [one.data["epoch"] for one in receiver.requests]
    kinds = [
        one.content["type"] for one in receiver.requests if one.data["epoch"] == after and one.data["hall"] == "H1"
    ]
    assert ["hall.reload", "ticket.checked_in"] == kinds
    assert [False, False] == [epoch == after for epoch in epochs[:2]]
    assert len(receiver.requests) == len({one.id for one in receiver.requests})


def test_a_hall_that_is_new_is_read_from_its_beginning(api, receiver):
    subscribe(api, receiver)
    api.context.transactions.keep(
        lambda db: db.execute(delete(IntegrationCursorRow).where(IntegrationCursorRow.hall_id == "H2")) and None
    )
    api.check_in("一", "SU", hall="H2")

    with at_work(api) as working:
        rounds(working)

    assert events_of(api, "H2") == receiver.places


def test_figures_say_what_is_behind_and_dead(api, receiver):
    subscribe(api, receiver)
    api.check_in("一")
    seq = api.snapshot()["seq"]
    receiver.answer = lambda _number: 400

    def figures():
        asked = api.server.app.test_client(use_cookies=False).get("/metrics", headers=api.headers("admin"))
        text = asked.get_data(as_text=True)
        return {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in text.splitlines() if "integration" in line}

    with Session(api.context.engines.read) as db:
        start = db.get_one(IntegrationCursorRow, ("his", "H1")).seq
    behind, dead = (f'hall_integration_{word}{{hall="H1",integration="his"}}' for word in ("behind", "dead"))
    assert (float(seq - start), 0.0) == (float(figures()[behind]), float(figures()[dead]))
    with at_work(api) as working:
        rounds(working)
    assert (0.0, 1.0) == (float(figures()[behind]), float(figures()[dead]))


def test_couriers_begin_change_and_end_with_the_integrations(api, receiver):
    couriers = Couriers(api.context, pace=QUICK, opened=partial(Webhook, seconds=SOON))
    couriers.start()
    try:
        subscribe(api, receiver)
        api.check_in("一")
        until(lambda: events_of(api) == receiver.places)
        with a_receiver() as other:
            other.secret = receiver.secret
            subscribe(api, other)
            until(lambda: not any(thread.name == "courier his" for thread in threading.enumerate()))
            api.check_in("二")
            until(lambda: events_of(api)[1:] == other.places)
            assert all(request.is_signed for request in other.requests)
        api.context.transactions.administer(lambda db: subscriptions.remove(db, "his") or [])
        until(lambda: not any(thread.name.startswith("courier ") for thread in threading.enumerate()))
    finally:
        couriers.stop()

    assert 1 == len(receiver.requests)


# ------------------------------------------------------------------------------------------------ the command line
@pytest.fixture
def commands(api, monkeypatch, capsys):
    """Runs `hall-server integrations …` on the test's database: exit code, output, errors."""
    monkeypatch.setenv("HALL_DATABASE_URL", api.settings.database_url)
    monkeypatch.setenv("HALL_STATE_DIR", str(api.settings.state_dir))
    monkeypatch.setenv("HALL_SECRET_KEY", api.settings.secret_key)

    def run(*arguments):
        code = main(["integrations", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_command_line_adds_lists_and_removes(commands, receiver):
    code, out, _ = commands("add", "his", receiver.url, "--events", "ticket.*", "day.closed")
    secret = out.split()[-1]
    assert (0, True) == (code, secret.startswith("whsec_"))
    assert (0, secret + "\n", "") == commands("secret", "his")
    assert secret == commands("add", "his", receiver.url, "--events", "*")[1].split()[-1]
    code, out, _ = commands("list")
    assert (0, ["his", receiver.url, "*", "0 behind", "0 dead"]) == (code, out.strip().split("\t"))
    assert (0, "his removed\n", "") == commands("remove", "his")
    assert (0, "", "") == commands("list")
    assert secret != commands("add", "his", receiver.url)[1].split()[-1]


def test_the_command_line_shows_and_sends_again_what_is_dead(api, commands, receiver):
    subscribe(api, receiver)
    for name in ("一", "二"):
        api.check_in(name)
    receiver.answer = lambda _number: 400
    with at_work(api) as working:
        rounds(working)
        lines = commands("dead")[1].splitlines()
        ids = [line.split("\t")[0] for line in lines]
        assert (2, True) == (len(lines), all("refused: HTTP 400" in line for line in lines))
        assert "1 to be sent again\n" == commands("retry", "his", ids[0])[1]
        assert [True, False] == ["to be sent again" in line for line in commands("dead", "his")[1].splitlines()]
        receiver.answer = lambda _number: 204
        rounds(working)
        assert [ids[1]] == [line.split("\t")[0] for line in commands("dead")[1].splitlines()]
        assert "1 discarded\n" == commands("discard", "his")[1]
        assert "" == commands("dead")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "his", "http://his.example/hook"), "invalid"),
        (("add", "His", "https://his.example/hook"), "invalid"),
        (("add", "his", "https://his.example/hook", "--events", "ticket.eaten"), "invalid"),
        (("add", "his", "https://his.example/" + "x" * 500), "invalid"),
        (("remove", "nobody"), "not_found"),
        (("secret", "nobody"), "not_found"),
        (("retry", "nobody", "7"), "not_found"),
    ],
)
def test_the_command_line_says_what_cannot_be(commands, arguments, code):
    exit_code, _, error = commands(*arguments)

    assert (1, code) == (exit_code, error.partition(":")[0])


def test_http_to_another_machine_is_added_where_it_is_allowed(commands):
    assert 0 == commands("add", "his", "http://his.example/hook", "--plain")[0]


def test_the_secret_stands_nowhere_in_the_database(api, receiver):
    subscribe(api, receiver)

    assert receiver.secret.removeprefix("whsec_") not in str(api.rows())
