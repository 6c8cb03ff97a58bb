"""Signing in while passwords are guessed: who waits, who does not, and that nothing tells the one from the other."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.access import login_delays
from server.services.access import login_attempts
from server.services.core.unit_of_work import Answer
from server.services.schedule import retention
from server.store.models import LoginAttemptRow
from tests.support.api import PASSWORD, an_api


@pytest.fixture
def api():
    with an_api() as made:
        for name in ("mei", "wang"):
            made.staff(name, "nurse", hall="H1")
        yield made


def sign_in(api, username="mei", password=PASSWORD, **options):
    return api.server.app.test_client().post(
        "/api/v1/session", json={"username": username, "password": password}, **options
    )


def told(answer):
    """What a sign-in is answered, but for the time."""
    headers = [line for line in answer.headers if line[0] not in {"Date", "X-Hall-Now"}]
    return answer.status_code, answer.get_data(), headers


def from_(address):
    return {"environ_base": {"REMOTE_ADDR": address}}


def later(api, monkeypatch, **by):
    then = api.context.clock.real() + datetime.timedelta(**by)
    monkeypatch.setattr(type(api.context.clock), "real", lambda _: then)


def test_strangers_do_not_lock_the_owner_out(api):
    """S17: five wrong passwords from anywhere locked the owner out for fifteen minutes."""
    assert 200 == sign_in(api, **from_("10.0.0.7")).status_code
    for number in range(8):
        assert 401 == sign_in(api, password=f"wrong {number}", **from_("203.0.113.9")).status_code

    assert 200 == sign_in(api, **from_("10.0.0.7")).status_code
    assert 200 == sign_in(api, **from_("10.0.0.8")).status_code, "from a new place too, while few guess"
    assert 401 == sign_in(api, **from_("203.0.113.9")).status_code, "the stranger's right guess is not judged"


def test_the_owner_signs_in_where_he_did_before_while_hundreds_of_places_guess(api):
    """S17: nor do many strangers, who have a hundred guesses an hour in all."""
    assert 200 == sign_in(api, **from_("10.0.0.7")).status_code
    for number in range(login_delays.OF_ACCOUNT):
        wrong(api, "mei", f"203.0.113.{number}")

    assert 401 == sign_in(api, **from_("198.51.100.1")).status_code
    assert 200 == sign_in(api, **from_("10.0.0.7")).status_code
    assert login_delays.OF_ACCOUNT == count(api, LoginAttemptRow.correct.is_(False))


def test_one_address_tries_few_passwords_for_many_names_and_delays_nobody_who_works_there(api):
    """S17: no limit per address; IPv6 gives one machine as many addresses as it likes."""
    assert 200 == sign_in(api, **from_("2001:db8::1")).status_code
    for number in range(login_delays.OF_PLACE - 1):
        wrong(api, f"nobody{number}", f"2001:db8::{number:x}")
    for address in ("2001:db8::aaa0", "2001:db8::aaa1"):
        sign_in(api, "somebody", "wrong", **from_(address))

    assert login_delays.OF_PLACE == count(api, LoginAttemptRow.correct.is_(False))
    assert 401 == sign_in(api, "wang", **from_("2001:db8::2")).status_code
    assert 200 == sign_in(api, "mei", **from_("2001:db8::2")).status_code
    assert 200 == sign_in(api, "wang", **from_("2001:db8:0:1::2")).status_code


def test_a_delayed_account_is_answered_like_a_wrong_password_and_an_unknown_name(api):
    """S17: at the sixth try a known name answered 423, an unknown one 401 for ever."""
    known = [told(sign_in(api, password=f"wrong {number}")) for number in range(7)]
    unknown = [told(sign_in(api, "nobody", "wrong"))]
    for _ in range(5):
        wrong(api, "nobody", "127.0.0.1")
    unknown.append(told(sign_in(api, "nobody", "wrong")))
    right = told(sign_in(api))

    assert 1 == len({str(answer) for answer in [*known, *unknown, right]})
    assert 401 == right[0]
    assert b"wrong_credentials" in right[1]


def test_a_delay_ends_and_is_forgotten_and_a_restart_forgets_it_not(api, monkeypatch):
    """S17: fifteen minutes; in memory it would end with the program."""
    for number in range(5):
        sign_in(api, password=f"wrong {number}")
    again = api.restart()
    assert 401 == sign_in(again).status_code
    later(again, monkeypatch, seconds=31)
    assert 200 == sign_in(again).status_code
    later(again, monkeypatch, days=31)
    again.context.transactions.administer(lambda db: retention.prune(db, again.context.clock.real()) or [])
    assert 0 == count(again)


def test_the_administrator_sees_for_whom_passwords_are_tried(api):
    for number in range(5):
        sign_in(api, password=f"wrong {number}")

    told = {one["username"]: one["guessed"] for one in api.get("/staff", role="admin")[1]["staff"]}
    assert (True, False) == (told["mei"], told["wang"])


def test_neither_names_nor_addresses_are_kept_of_wrong_passwords(api):
    sign_in(api, "zhang.san", "wrong", **from_("203.0.113.9"))

    kept = str(api.rows(but=frozenset()))
    assert "zhang.san" not in kept
    assert "203.0.113.9" not in kept


def wrong(api, username, address):
    """A wrong password, judged without the hashing that takes long."""

    def keep(work):
        login_attempts.keep(work, api.context, username, login_attempts.place_of(address), correct=False)
        return Answer({})

    api.context.transactions.system("H1", keep)


def count(api, *those):
    with Session(api.context.engines.read) as db:
        return db.scalar(select(func.count()).select_from(LoginAttemptRow).where(*those))
