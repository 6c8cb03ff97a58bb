"""Who stands at the kiosk: what identifies, what a token is bound to, and that failing tells nothing."""

import datetime

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.support.api import an_api

NUMBER = "110101199003077213"
PEOPLE = [
    {"record_number": "MR1", "name": "张小三", "sex": "男", "identity_number": NUMBER, "phone": "13977771234"}
    | {"card": "CARD-1"},
    {"record_number": "MR2", "name": "李四", "birth_date": "1985-02-03", "phone": "13977775678"},
    {"record_number": "MR3", "name": "王五", "birth_date": "1970-01-01"},
    {"record_number": "MR4", "name": "王五", "birth_date": "1970-01-01"},
]


def slot(id, patient, queue, start, end, day="2026-03-02"):
    times = {"slot_start": f"{day}T{start}", "slot_end": f"{day}T{end}"}
    return {"id": id, "patient": patient, "hall": "H1", "queue": queue, **times}


SLOTS = [
    slot("AP1", "MR1", "IM", "09:00", "09:30"),
    slot("AP2", "MR2", "IM", "09:30", "10:00"),
    slot("AP3", "MR2", "ENT", "10:00", "10:30"),
    slot("AP4", "MR1", "ENT", "10:00", "10:30", "2026-03-03"),
]


@pytest.fixture
def api():
    with an_api() as made:
        made.token("kiosk-2")
        for kind, rows in (("patients", PEOPLE), ("appointments", SLOTS)):
            status, body = made.post(f"/imports/{kind}", {"rows": rows}, role="service")
            assert 200 == status, body
        yield made


def identify(api, *, role="kiosk", hall="H1", **how):
    return api.post("/identifications", {"hall": hall, **how}, role=role)


def chip(text):
    """A reading that a driver took from a card's chip."""
    return {"text": text, "how": "chip"}


def token_of(api, scan="CARD-1", role="kiosk"):
    return identify(api, scan=chip(scan), role=role)[1]["visit_token"]


def with_token(api, token, *, role="kiosk", **more):
    return api.post("/check-ins", {"hall": "H1", "visit_token": token, **more}, role=role)


@pytest.mark.parametrize("scan", ["CARD-1", "card-1", "MR1", "ｍｒ１", NUMBER, " CARD-1\n"])
def test_a_card_a_record_number_and_an_identity_number_are_read_from_a_chip(api, scan):
    """R10: in whatever case and width they come."""
    status, body = identify(api, scan=chip(scan))

    assert (200, 2, "张*三") == (status, body["level"], body["display_name"])
    now = [slot["id"] for slot in body["choices"]["appointments"] if slot["here"] and slot["when"] == "now"]
    assert ["AP1"] == now, "today's only"
    assert {"zh": "内科", "en": "Internal medicine"} == body["choices"]["appointments"][0]["queue_name"]


PROVEN = [
    {"scan": "MR1", "proof": {"phone_tail": "1234"}},
    {"scan": "CARD-1", "proof": {"identity_tail": NUMBER[-4:]}},
    {"scan": {"text": "CARD-1", "how": "keyboard"}, "proof": {"birth_date": "1990-03-07", "phone_tail": "１２３４"}},
    {"scan": NUMBER, "proof": {"phone_tail": "1234"}},
    {"typed": {"code": "MR1", "phone_tail": "1234"}},
    {"typed": {"code": "mr1", "identity_tail": NUMBER[-4:]}},
    {"typed": {"code": "AP2", "phone_tail": "5678", "name": "李四"}},
    {"typed": {"code": "MR2"}, "proof": {"birth_date": "1985-02-03"}},
]


@pytest.mark.parametrize("how", PROVEN, ids=str)
def test_a_plain_number_identifies_with_something_only_its_owner_knows(api, how):
    status, body = identify(api, **how)

    assert (200, 1) == (status, body["level"])
    assert [] == body["choices"]["reports"], "reports need more"


FAILURES = [
    {"scan": "NOBODY"},
    {"scan": "javascript:alert(1)"},
    {"scan": "' OR 1=1 --"},
    {"scan": "A" * 26},
    {"scan": "MR9", "proof": {"phone_tail": "1234"}},
    {"scan": "MR1", "proof": {"phone_tail": "9999"}},
    {"scan": {"text": "MR9", "how": "chip"}},
    {"typed": {"code": "MR1", "name": "李四", "phone_tail": "1234"}},
    {"typed": {"code": "MR1", "name": "张小三", "phone_tail": "9999"}},
    {"typed": {"code": "MR9", "name": "张小三", "birth_date": "1990-03-07"}},
    {"typed": {"code": "MR2", "identity_tail": "1234"}},
    {"typed": {"name": "张小三"}},
    {"typed": {"name": "李四", "birth_date": "1985-02-03"}},
    {"typed": {"name": "李四", "birth_date": "1985-02-04"}},
    {"typed": {}},
    {},
]


def test_every_failure_is_answered_alike(api):
    answers = [api.send("POST", "/identifications", {"hall": "H1", **how}, role="kiosk") for how in FAILURES]

    assert {(404, "not_identified")} == {(answer.status_code, answer.json["code"]) for answer in answers}
    assert 1 == len({answer.get_data() for answer in answers}), "word for word"


def test_twenty_wrong_answers_stop_a_kiosk_and_no_other(api):
    guesses = [{"scan": f"X{number}", "proof": {"phone_tail": "1234"}} for number in range(22)]
    codes = [identify(api, **guess, role="kiosk-2")[1]["code"] for guess in guesses]

    assert ["not_identified"] * 20 + ["too_many_attempts"] * 2 == codes
    right = {"hall": "H1", "scan": "MR1", "proof": {"phone_tail": "1234"}}
    stopped = api.send("POST", "/identifications", right, role="kiosk-2")
    assert (429, "600") == (stopped.status_code, stopped.headers["Retry-After"])
    assert 200 == api.send("POST", "/identifications", right, role="kiosk").status_code
    assert 200 == identify(api, scan=chip("CARD-1"), role="kiosk-2")[0], "a chip passes"


def test_one_person_who_comes_again_is_not_counted(api):
    right = {"scan": "MR1", "proof": {"phone_tail": "1234"}}
    assert {200} == {identify(api, **right, role="kiosk-2")[0] for _ in range(30)}


def test_a_visit_token_checks_the_patient_in_by_the_one_appointment_of_today(api):
    status, body = with_token(api, token_of(api))

    assert (201, "A001", "IM", "张*三") == (
        status, body["ticket"]["number"], body["ticket"]["queue"], body["ticket"]["display_name"],
    )  # fmt: skip
    assert "2026-03-02T01:00:00Z" == body["slip"]["slot"]


def test_several_appointments_are_a_choice_and_the_chosen_one_is_taken(api):
    token = token_of(api, "MR2")
    status, body = with_token(api, token)
    assert (409, "choose", ["AP2", "AP3"]) == (
        status, body["code"], [slot["id"] for slot in body["choices"]["appointments"]],
    )  # fmt: skip
    status, body = with_token(api, token, appointment="AP3")
    assert (201, "ENT") == (status, body["ticket"]["queue"])
    assert "appointment_unusable" == with_token(api, token, appointment="AP1")[1]["code"], "another patient's"


@pytest.mark.parametrize("appointment", ["AP4", "NOPE"])
def test_an_appointment_of_another_day_is_not_usable(api, appointment):
    status, body = with_token(api, token_of(api), appointment=appointment)

    assert (409, "appointment_unusable") == (status, body["code"])


def test_a_visit_token_works_at_its_own_kiosk_and_in_its_own_hall_only(api):
    token = token_of(api)
    before = api.rows()

    assert "visit_token_invalid" == with_token(api, token, role="kiosk-2", queue="IM")[1]["code"]
    elsewhere = api.post("/check-ins", {"hall": "H2", "queue": "SU", "visit_token": token}, role="kiosk:H2")
    assert "visit_token_invalid" == elsewhere[1]["code"]
    assert "visit_token_invalid" == with_token(api, token + "x", queue="IM")[1]["code"]
    assert before == api.rows()


def test_a_visit_token_ends_after_five_minutes(api, monkeypatch):
    token = token_of(api)
    later = api.context.clock.real() + datetime.timedelta(seconds=301)
    monkeypatch.setattr(type(api.context.clock), "real", lambda _: later)

    assert "visit_token_invalid" == with_token(api, token, queue="IM")[1]["code"]


def test_a_visit_token_of_another_secret_opens_nothing(api):
    forged = URLSafeTimedSerializer("another", salt="visit").dumps({"patient": "x", "level": 2, "hall": "H1"})

    assert "visit_token_invalid" == with_token(api, forged, queue="IM")[1]["code"]


def test_checking_in_again_gives_the_ticket_one_holds(api):
    first, again = with_token(api, token_of(api)), with_token(api, token_of(api))

    assert (201, 200) == (first[0], again[0])
    assert first[1]["ticket"]["id"] == again[1]["ticket"]["id"]
    assert first[1]["slip"]["code"] == again[1]["slip"]["code"]


def test_a_slip_scanned_again_is_its_holder_at_level_one(api):
    code = with_token(api, token_of(api))[1]["slip"]["code"]
    status, body = identify(api, scan=code.lower(), role="kiosk-2")

    assert (200, 1, "张*三", ["A001"]) == (
        status, body["level"], body["display_name"], [ticket["number"] for ticket in body["choices"]["tickets"]],
    )  # fmt: skip
    assert [[], [], []] == [body["choices"][more] for more in ("appointments", "queues", "reports")], "no more than it"


def test_a_patient_by_name_alone_is_a_new_person_each_time(api):
    tickets = [api.check_in("张小三")["id"] for _ in range(3)]

    assert 3 == len(set(tickets))
    assert 4 + 3 == len(api.rows()["patient"])


def test_who_is_passed_comes_back_by_scanning_again(api):
    ticket = with_token(api, token_of(api))[1]["ticket"]
    api.call("R1")
    api.act(ticket, "pass", reason="did not come")
    status, body = with_token(api, token_of(api))

    assert (200, "waiting", "passed", ticket["id"]) == (
        status, body["ticket"]["state"], body["ticket"]["lane"], body["ticket"]["id"],
    )  # fmt: skip


def test_who_was_sent_to_an_examination_comes_back_as_a_return(api):
    ticket = with_token(api, token_of(api))[1]["ticket"]
    api.act(api.call("R1"), "start")
    api.act(ticket, "hold", reason="examination: CT")
    status, body = with_token(api, token_of(api))

    assert (200, "waiting", "return") == (status, body["ticket"]["state"], body["ticket"]["lane"])


def test_who_is_held_for_another_reason_is_told_the_ticket_and_stays_held(api):
    ticket = with_token(api, token_of(api))[1]["ticket"]
    api.act(ticket, "hold", reason="telephone")
    status, body = with_token(api, token_of(api))

    assert (200, "held") == (status, body["ticket"]["state"])


def test_after_done_the_same_day_there_is_a_new_ticket_in_the_lane_of_returns_to_the_same_doctor(api):
    api.post("/stations/R1/open", {"doctor": "D1"})
    ticket = with_token(api, token_of(api))[1]["ticket"]
    api.act(api.call("R1"), "start")
    api.act(ticket, "finish")
    status, body = with_token(api, token_of(api), queue="IM")

    assert (201, "return", "D1", "A002") == (
        status, body["ticket"]["lane"], body["ticket"]["doctor"], body["ticket"]["number"],
    )  # fmt: skip
    assert None is api.call("R2"), "another doctor does not get this patient"
    assert body["ticket"]["id"] == api.call("R1")["id"]


def test_after_a_passed_ticket_is_voided_only_the_desk_helps(api):
    ticket = with_token(api, token_of(api))[1]["ticket"]
    for place in range(4):
        assert ticket["id"] == api.call("R1")["id"]
        api.act(ticket, "pass", reason="did not come")
        status, body = with_token(api, token_of(api))
        assert (status, body.get("code")) == ((200, None) if place < 3 else (409, "desk_only"))
    assert "waiting" == api.act(ticket, "return", reason="was in the lavatory")["state"]


@pytest.mark.parametrize("flags", [[], None])
def test_no_red_flag_and_not_being_asked_is_no_refusal(api, flags):
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "某某"}} | ({} if flags is None else {"flags": flags})

    assert 201 == api.post("/check-ins", wish, role="kiosk")[0]


def test_a_nurse_identifies_at_the_desk(api):
    assert 200 == identify(api, scan="CARD-1", role="nurse")[0]
    assert 403 == identify(api, scan="CARD-1", role="caller")[0]


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_number_left_blank_is_no_number_anybody_could_be_found_by(api, blank):
    patient = {"name": "赵六", "record_number": blank, "identity_number": blank, "phone": blank}
    seen = [api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": patient}, role="kiosk") for _ in range(2)]
    by_scan = api.post("/identifications", {"hall": "H1", "scan": "  "}, role="kiosk")
    typed = {"code": blank, "name": "赵六"}
    by_hand = api.post("/identifications", {"hall": "H1", "typed": typed}, role="kiosk")

    assert [201, 201] == [status for status, _ in seen]
    assert seen[0][1]["ticket"]["id"] != seen[1][1]["ticket"]["id"]
    assert [(404, "not_identified")] * 2 == [(status, body["code"]) for status, body in (by_scan, by_hand)]
