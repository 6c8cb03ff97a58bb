"""Nobody is lost: who needs help stands at the desk with name, clinic and place until somebody says how it ended."""

import json

import pytest

from server.protocol.terms import AlertOutcome
from tests.support.api import an_api

BORN = "1950-05-01"


@pytest.fixture
def own():
    with an_api() as made:
        made.token("kiosk")
        yield made


def known(own, name="张小三", **more):
    """A patient with a card, as the hospital's system has them."""
    code = f"MR{sum(map(ord, name))}"
    row = {"name": name, "record_number": code, "birth_date": BORN, "sex": "male", **more}
    status, body = own.post("/imports/patients", {"rows": [row]}, role="service")
    assert status == 200, body
    return code


def carded(own, name="张小三", **more):
    """The visit token of somebody who laid a card on the kiosk."""
    code = known(own, name, **more)
    status, body = own.post(
        "/identifications", {"hall": "H1", "typed": {"code": code, "birth_date": BORN}}, role="kiosk", key=""
    )
    assert status == 200, body
    return body["visit_token"]


def lines(own):
    return own.snapshot()["alerts"]


def red_flag(own, flags=("chest_pain",), **more):
    status, body = own.post("/check-ins", {"hall": "H1", "flags": list(flags), **more}, role="kiosk")
    assert status == 202, body
    return body["alert"]


@pytest.mark.parametrize(("flag", "kind"), [("chest_pain", "red_flag"), ("red_flag", "red_flag"), ("fever", "fever")])
def test_a_danger_with_a_card_stands_at_the_desk_with_name_age_sex_clinic_complaint_and_machine(own, flag, kind):
    """Q2"""
    red_flag(own, [flag], visit_token=carded(own), queue="ENT")

    (line,) = lines(own)
    who = ("kind", "name", "sex", "birth_date", "queue", "flags", "device_name")
    assert [kind, "张小三", "male", BORN, "ENT", [flag], "kiosk"] == [line[word] for word in who]


def test_a_danger_names_the_booked_clinic_where_none_was_chosen(own):
    """Q2"""
    token = carded(own)
    row = {"id": "AP1", "patient": known(own), "hall": "H1", "queue": "ENT"}
    row |= {"slot_start": "2026-03-02T09:30:00+08:00", "slot_end": "2026-03-02T10:00:00+08:00"}
    status, body = own.post("/imports/appointments", {"rows": [row]}, role="service")
    assert status == 200, body

    red_flag(own, visit_token=token)

    assert ["ENT"] == [line["queue"] for line in lines(own)]


@pytest.mark.parametrize(
    "who",
    [
        {"visit_token": "forged"},
        {"patient": {"name": "*"}},
        {},
        {"queue": "NOWHERE"},
        {"appointment": "NONE"},
    ],
)
def test_a_danger_is_never_refused_because_nobody_knows_who_it_is(own, who):
    """Q2"""
    red_flag(own, **who)

    (line,) = lines(own)
    assert (None, "kiosk") == (line["name"], line["device_name"])


def test_a_danger_with_a_number_that_is_none_keeps_the_name_that_was_given(own):
    """Q2"""
    red_flag(own, patient={"name": "张三", "identity_number": "123"})

    assert ["张三"] == [line["name"] for line in lines(own)]


def test_a_danger_beside_a_misspelt_answer_is_told_all_the_same(own):
    """Q2"""
    red_flag(own, ["chest_pain", "chest_pian"])

    assert ["red_flag"] == [line["kind"] for line in lines(own)]


def test_the_name_is_in_no_journal_row_and_in_no_frame_but_staffs(own):
    """Q2"""
    alert = red_flag(own, visit_token=carded(own))

    assert "张小三" not in json.dumps(alert, ensure_ascii=False)
    rows = own.rows()
    assert "张小三" not in str(rows["journal"]) + str(rows["receipt"])
    assert {"hidden"} == {event["kind"] for event in own.events("kiosk")}
    assert ["张小三"] == [event["alert"]["name"] for event in own.events() if "alert" in event]


def test_a_line_stands_until_somebody_says_how_it_ended_and_then_forgets_the_patient(own):
    """Q2"""
    id = red_flag(own, visit_token=carded(own))["id"]

    own.post(f"/alerts/{id}/acknowledge", {"going": "李护士"})
    (line,) = lines(own)
    assert ("李护士", "张小三", None) == (line["going"], line["name"], line["closed_at"])
    status, body = own.post(f"/alerts/{id}/close", {"outcome": "escorted"})

    assert (200, "escorted", "console:console") == (status, body["alert"]["outcome"], body["alert"]["closed_by"])
    assert body["alert"].get("name") is None
    assert [] == lines(own)
    assert ["alert.raised", "alert.acknowledged", "alert.closed"] == [k for k in own.kinds() if k.startswith("alert")]


def test_closing_twice_keeps_the_first_outcome(own):
    id = red_flag(own)["id"]
    own.post(f"/alerts/{id}/close", {"outcome": "seen"})

    assert "seen" == own.post(f"/alerts/{id}/close", {"outcome": "gone"})[1]["alert"]["outcome"]


@pytest.mark.parametrize("outcome", [None, "", "forgotten"])
def test_a_line_is_not_closed_without_an_outcome(own, outcome):
    id = red_flag(own)["id"]

    assert 422 == own.post(f"/alerts/{id}/close", {"outcome": outcome})[0]
    assert 1 == len(lines(own))


def test_who_was_not_urgent_is_checked_in_from_the_line_which_ends_with_that(own):
    """Q2"""
    id = red_flag(own, visit_token=carded(own))["id"]

    status, body = own.post("/check-ins", {"hall": "H1", "queue": "IM", "alert": id, "flags": []})

    assert (201, "张小三") == (status, body["ticket"]["name"])
    assert [] == lines(own)
    closed = own.events()[-1]["alert"]
    assert (id, AlertOutcome.NOT_URGENT) == (closed["id"], closed["outcome"])


def test_a_nameless_line_is_checked_in_with_the_name_the_nurse_asked_for(own):
    """Q2"""
    id = red_flag(own)["id"]

    assert 422 == own.post("/check-ins", {"hall": "H1", "queue": "IM", "alert": id})[0]
    assert 1 == len(lines(own))
    assert 201 == own.post("/check-ins", {"hall": "H1", "queue": "IM", "alert": id, "patient": {"name": "王五"}})[0]
    assert [] == lines(own)


def test_a_kiosk_checks_nobody_in_from_a_line(own):
    id = red_flag(own, visit_token=carded(own))["id"]

    assert 403 == own.post("/check-ins", {"hall": "H1", "queue": "IM", "alert": id}, role="kiosk")[0]


def test_three_taps_on_help_are_one_line_that_counts(own):
    """U16 S19"""
    ids = {own.post("/alerts", {"kind": "help"}, role="kiosk")[1]["alert"]["id"] for _ in range(3)}

    (line,) = lines(own)
    assert ({line["id"]}, 3) == (ids, line["count"])
    assert ["alert.raised", "alert.repeated", "alert.repeated"] == own.kinds()[-3:]


def test_a_second_person_who_calls_later_at_the_same_machine_has_a_line_of_their_own(own):
    """U16"""
    first = own.post("/alerts", {"kind": "help"}, role="kiosk")[1]["alert"]["id"]
    own.post(f"/alerts/{first}/acknowledge", {})
    own.at = "2026-03-02T09:01:00+08:00"
    again = own.post("/alerts", {"kind": "help"}, role="kiosk")[1]["alert"]
    own.at = "2026-03-02T09:30:00+08:00"
    other = own.post("/alerts", {"kind": "help"}, role="kiosk")[1]["alert"]

    assert (first, 2) == (again["id"], again["count"])
    assert other["id"] != first
    assert other["acknowledged_at"] is None


def test_two_people_who_call_at_one_machine_are_two_names(own):
    """U16"""
    for name in ("张小三", "王五"):
        own.post("/alerts", {"kind": "help", "visit_token": carded(own, name)}, role="kiosk")

    assert {"张小三", "王五"} == {line["name"] for line in lines(own)}


def test_sixty_nameless_dangers_of_one_machine_are_twenty_lines_of_which_the_newest_counts(own):
    """B7: sixty "I feel worse" on nobody's ticket were sixty events. S19"""
    before = own.snapshot()["seq"]
    for _ in range(60):
        assert 201 == own.post("/alerts", {"kind": "worse"}, role="kiosk")[0]

    assert [1] * 19 + [41] == sorted(line["count"] for line in lines(own))
    assert own.snapshot()["seq"] - before <= 20 + 8


def test_who_feels_worse_stands_at_the_desk_at_once_whatever_one_machine_told_before(own):
    """B7: a flood from one machine hides nobody known, no other danger, and nobody once somebody goes."""
    for _ in range(25):
        own.post("/alerts", {"kind": "worse"}, role="kiosk")
    own.post("/alerts", {"kind": "worse", "visit_token": carded(own)}, role="kiosk")
    assert [("worse", "张小三")] == [(line["kind"], line["name"]) for line in lines(own) if line["name"]]

    red_flag(own)
    own.post("/alerts", {"kind": "worse"}, role="kiosk-2")
    assert 20 + 3 == len(lines(own))
    for line in [line for line in lines(own) if line["kind"] == "worse"]:
        own.post(f"/alerts/{line['id']}/acknowledge", {})
    own.post("/alerts", {"kind": "worse"}, role="kiosk")
    assert 1 == len([line for line in lines(own) if line["kind"] == "worse" and not line["acknowledged_at"]])


def test_two_complaints_at_a_machine_that_told_too_much_are_both_on_its_line(own):
    """B7"""
    for _ in range(27):
        red_flag(own)
    before = own.snapshot()["seq"]
    red_flag(own, flags=("breathing",))

    (line,) = [line for line in lines(own) if line["count"] > 1]
    assert {"chest_pain", "breathing"} <= set(line["flags"])
    assert before + 1 == own.snapshot()["seq"], "told at once, for it says something new"


def test_each_patient_who_feels_worse_has_one_line(own):
    """S19"""
    people = [own.check_in(name) for name in ("一", "二")]
    for ticket in (*people, people[0]):
        assert 200 == own.post(f"/tickets/{ticket['id']}/worse", {}, role="nurse")[0]

    assert [("一", 2), ("二", 1)] == sorted((line["name"], line["count"]) for line in lines(own))


def test_who_feels_worse_again_after_somebody_went_is_a_new_line(own):
    ticket = own.check_in("一")
    own.act(ticket, "worse")
    own.post(f"/alerts/{lines(own)[0]['id']}/acknowledge", {})
    own.act(ticket, "worse")

    assert 2 == len(lines(own))


def test_a_patient_sent_to_the_desk_may_call_and_the_line_says_who_and_why(own):
    """Q2"""
    token = carded(own)

    own.post("/alerts", {"kind": "help", "visit_token": token, "about": "desk_only"}, role="kiosk")

    (line,) = lines(own)
    assert ("张小三", "desk_only") == (line["name"], line["text"])


def test_a_call_for_help_with_an_old_visit_is_nameless_and_not_refused(own):
    status, _ = own.post("/alerts", {"kind": "help", "visit_token": "old"}, role="kiosk")

    assert (201, [None]) == (status, [line["name"] for line in lines(own)])


def test_the_kiosk_learns_that_somebody_comes_and_nothing_of_the_patient(own):
    """U23"""
    id = red_flag(own, visit_token=carded(own))["id"]

    assert None is own.get(f"/alerts/{id}", role="kiosk")[1]["coming"]
    own.post(f"/alerts/{id}/acknowledge", {}, role="nurse")
    body = own.get(f"/alerts/{id}", role="kiosk")[1]

    assert {"zh": "护士正在过来", "yue": "護士正在過來", "en": "A nurse is coming"} == body["coming"]
    assert {"id", "kind", "raised_at", "count", "acknowledged_at", "closed_at", "seq"} == body["alert"].keys()
    own.post(f"/alerts/{id}/acknowledge", {"going": "李护士"}, role="nurse")
    assert "李护士正在过来" == own.get(f"/alerts/{id}", role="kiosk")[1]["coming"]["zh"]


def test_a_kiosk_follows_no_call_of_another_machine(own):
    id = own.post("/alerts", {"kind": "help"}, role="console")[1]["alert"]["id"]

    assert 404 == own.get(f"/alerts/{id}", role="kiosk")[0]
    assert 404 == own.get(f"/alerts/{id}", role="kiosk:H2")[0]
    assert 404 == own.get("/alerts/none", role="kiosk")[0]
    assert 200 == own.get(f"/alerts/{id}", role="nurse")[0]
