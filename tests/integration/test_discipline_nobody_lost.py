"""Nobody stands where nobody calls: doctors who leave, rooms and queues that close, levels that do not queue."""

import pytest

from server.domain.errors import HallError
from tests.support.api import HALLS, an_api
from tests.support.disciplined import arrive, doctors, hall_file, later, order

TWO_ROOMS = hall_file()
ROOMY = hall_file(rules="stage_cap = 3")


@pytest.fixture
def rooms():
    with an_api(TWO_ROOMS) as made:
        doctors(made, "D1", "D2")
        yield made


def refused(api, path: str, body: dict, **options) -> tuple[int, str]:
    """Status and code of a refusal that left every row as it was."""
    before = api.rows()
    status, answer = api.post(path, body, **options)
    assert before == api.rows()
    return status, answer["code"]


def seen_and_sent_away(api, number: int, station: str = "R1"):
    ticket = arrive(api, number)[1]["ticket"]
    assert ticket["id"] == api.call(station)["id"]
    api.act(ticket, "start")
    return api.act(ticket, "hold", reason="examination: CT")


# doctors


def test_who_comes_back_from_an_examination_is_for_any_doctor_once_the_own_has_left(rooms):
    away = seen_and_sent_away(rooms, 1)
    rooms.post("/stations/R1/stop", {"reason": "off duty"})
    back = arrive(rooms, 1)[1]["ticket"]

    assert ("D1", "waiting", None) == (away["doctor"], back["state"], back["doctor"])
    assert away["id"] == rooms.call("R2")["id"]


def test_who_comes_back_while_the_own_doctor_pauses_waits_for_that_doctor(rooms):
    away = seen_and_sent_away(rooms, 1)
    rooms.post("/stations/R1/pause", {"reason": "tea", "minutes": 5})

    assert "D1" == arrive(rooms, 1)[1]["ticket"]["doctor"]
    assert None is rooms.call("R2")
    rooms.post("/stations/R1/open", {})
    assert away["id"] == rooms.call("R1")["id"]


@pytest.mark.parametrize("way", ["return", "arrived"])
def test_who_was_passed_is_for_any_doctor_once_the_own_has_left(rooms, way):
    ticket = arrive(rooms, 1, doctor="D1")[1]["ticket"]
    rooms.call("R1")
    rooms.act(ticket, "pass")
    rooms.post("/stations/R1/stop", {"reason": "off duty"})
    rooms.act(ticket, way)

    assert ticket["id"] == rooms.call("R2")["id"]


def test_who_is_back_from_a_short_absence_still_waits_for_a_doctor_who_has_not_begun(rooms):
    rooms.post("/stations/R1/stop", {"reason": "begins at ten"})
    ticket = arrive(rooms, 1, doctor="D1")[1]["ticket"]
    rooms.act(ticket, "hold", reason="toilet")

    assert "D1" == rooms.act(ticket, "return")["doctor"]


def test_triage_into_another_queue_leaves_the_doctor_behind():
    with an_api() as api:
        api.post("/stations/R1/open", {"doctor": "D1"})
        ticket = api.check_in("甲", doctor="D1")
        status, body = api.post(f"/tickets/{ticket['id']}/triage", {"grade": "N", "queue": "ENT"})

        assert (200, None) == (status, body["ticket"]["doctor"])
        assert ticket["id"] == api.call("R3")["id"]


def test_a_doctor_nobody_knows_is_refused_and_nothing_changes(rooms):
    ticket = arrive(rooms, 1)[1]["ticket"]
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "乙"}, "doctor": "D9"}

    assert (422, "unknown_doctor") == refused(rooms, "/check-ins", wish, role="kiosk")
    move = {"queue": "IM", "doctor": "D9", "reason": "asked"}
    assert (422, "unknown_doctor") == refused(rooms, f"/tickets/{ticket['id']}/transfer", move)


def test_the_urgent_wait_for_no_doctor(rooms):
    ticket = arrive(rooms, 1, doctor="D1")[1]["ticket"]
    rooms.post(f"/tickets/{ticket['id']}/triage", {"grade": "U"})

    assert ticket["id"] == rooms.call("R2")["id"]


# the short list


def test_who_turns_urgent_on_a_short_list_is_next_in_any_room(rooms):
    ticket = arrive(rooms, 1)[1]["ticket"]
    arrive(rooms, 2)
    rooms.act(ticket, "stage", station="R1")
    status, body = rooms.post(f"/tickets/{ticket['id']}/triage", {"grade": "U"})

    assert (200, "waiting", None) == (status, body["ticket"]["state"], body["ticket"]["station"])
    assert ticket["id"] == rooms.call("R2")["id"]


def test_a_triage_on_the_short_list_is_taken_back_as_a_whole(rooms):
    ticket = arrive(rooms, 1)[1]["ticket"]
    rooms.act(ticket, "stage", station="R1")
    rooms.post(f"/tickets/{ticket['id']}/triage", {"grade": "U"})
    after = rooms.act(ticket, "undo")

    assert ("staged", "R1", "ordinary") == (after["state"], after["station"], after["lane"])


def test_a_short_list_is_called_as_it_was_sent_whatever_the_rule_says_meanwhile():
    with an_api(ROOMY) as api:
        api.post("/stations/R2/stop", {"reason": "one room"})
        tickets = [arrive(api, number)[1]["ticket"] for number in range(1, 5)]
        for place in (2, 0, 1):
            api.act(tickets[place], "stage", station="R1")
            later(api, seconds=1)

        answer = api.server.app.test_client().get("/console/stations/R1/coming", headers=api.headers("console"))
        coming = answer.json["coming"]
        assert [tickets[place]["id"] for place in (2, 0, 1)] == [one["ticket"] for one in coming]
        assert [1, 2, 0, 3] == [api.get(f"/tickets/{one['id']}")[1]["position"] for one in tickets]
        assert ["A003", "A001", "A002", "A004"] == order(api, "R1")


def test_who_stands_at_the_door_goes_before_the_short_list(rooms):
    first, second = (arrive(rooms, number)[1]["ticket"] for number in (1, 2))
    rooms.call("R1")
    rooms.act(second, "stage", station="R1")
    rooms.act(first, "pass")
    rooms.act(first, "arrived")

    assert first["id"] == rooms.call("R1")["id"]


def test_who_was_sent_to_another_doctors_room_is_called_there(rooms):
    named, other = arrive(rooms, 1, doctor="D2")[1]["ticket"], arrive(rooms, 2)[1]["ticket"]
    rooms.act(named, "stage", station="R1")

    assert ["A001", "A002"] == order(rooms, "R1"), f"nobody blocks {other['number']}"


# queues and rooms that close


def without_ent() -> str:
    file = HALLS.replace('queues = ["IM", "ENT"]', 'queues = ["IM"]').replace('queues = ["ENT"]', 'queues = ["IM"]')
    start, end = file.index('[[hall.queue]]\nid = "ENT"'), file.index('[[hall.queue]]\nid = "ED"')
    return file[:start] + file[end:]


@pytest.mark.parametrize(
    ("word", "body", "state"),
    [
        ("transfer", {"queue": "IM", "reason": "closed"}, "waiting"),
        ("cancel", {}, "cancelled"),
        ("hold", {"reason": "examination"}, "held"),
        ("undo", {}, "waiting"),
    ],
)
def test_who_stood_in_a_queue_that_was_closed_can_still_be_helped(word, body, state):
    with an_api(fresh=True) as api:
        ticket = api.check_in("甲", "ENT")
        api.act(ticket, "hold", reason="toilet")
        if word != "undo":
            api.act(ticket, "return")
        assert "queue ENT closed; 1 still in it: transfer or cancel" in api.apply(without_ent())

        assert state == api.act(ticket, word, **body)["state"]


def test_a_closed_queue_does_not_keep_the_day_from_closing():
    with an_api(fresh=True) as api:
        tickets = [api.check_in("甲", "ENT"), api.check_in("乙", "IM")]
        api.apply(without_ent())
        api.later("2026-03-03T05:00:00+08:00")

        assert ["no_show", "no_show"] == [api.ticket(ticket["id"])["state"] for ticket in tickets]


def test_who_waits_in_a_closed_queue_is_told_that_nobody_calls():
    with an_api(fresh=True) as api:
        ticket = api.check_in("甲", "ENT")
        api.apply(without_ent())

        assert api.get(f"/tickets/{ticket['id']}/explanation")[1]["text"]["en"].startswith("No room calls")


# levels that do not queue


@pytest.mark.parametrize(("word", "body"), [("return", {"reason": "x"}), ("transfer", {"queue": "ENT", "reason": "x"})])
def test_a_level_that_does_not_queue_is_not_put_in_line_before_another_triage(word, body):
    with an_api() as api:
        ticket = api.check_in("甲")
        api.post(f"/tickets/{ticket['id']}/triage", {"grade": "R"})

        assert (409, "not_callable") == refused(api, f"/tickets/{ticket['id']}/{word}", body)
        api.post(f"/tickets/{ticket['id']}/triage", {"grade": "U", "reason": "stable"})
        assert "waiting" == api.act(ticket, word, **body)["state"]


def test_a_level_that_does_not_queue_may_be_sent_to_be_triaged_elsewhere():
    with an_api() as api:
        ticket = api.check_in("甲")
        api.post(f"/tickets/{ticket['id']}/triage", {"grade": "R"})

        assert "checked_in" == api.act(ticket, "transfer", queue="ED", reason="shock room")["state"]
        assert None is api.call("E1")


def test_an_urgent_level_is_not_taken_away_by_a_transfer_to_a_queue_without_triage():
    with an_api() as api:
        ticket = api.check_in("甲", "ED")
        api.post(f"/tickets/{ticket['id']}/triage", {"grade": "Ⅱ"})
        body = {"queue": "IM", "reason": "asked"}

        assert (409, "not_callable") == refused(api, f"/tickets/{ticket['id']}/transfer", body)
        api.call("E1")
        moved = api.act(ticket, "transfer", **body)
        assert ("waiting", "N") == (moved["state"], moved["grade"]), "a doctor has the patient"


def test_a_stopped_queue_takes_nobody_by_triage_either():
    with an_api() as api:
        ticket = api.check_in("甲")
        for room in ("R2", "R3"):
            api.post(f"/stations/{room}/stop", {"reason": "off duty"})

        assert (409, "queue_closed") == refused(api, f"/tickets/{ticket['id']}/triage", {"grade": "N", "queue": "ENT"})


def test_a_level_no_scale_of_the_rooms_queues_has_is_refused_with_its_line():
    file = HALLS.replace('queues = ["ED"]', 'queues = ["ED"]\nlevels = ["Ⅲ", "IV", "III"]')
    with an_api() as api:
        before = api.rows()
        with pytest.raises(HallError) as refusal:
            api.apply(file)

        faults = refusal.value.extra["errors"]
        line = next(number for number, text in enumerate(file.splitlines(), 1) if text.startswith("levels"))
        assert ("hall_file_rejected", [line, line]) == (refusal.value.code, [fault["line"] for fault in faults])
        assert "unknown level 'IV'; known: Ⅰ Ⅱ Ⅲ Ⅳa Ⅳb" == faults[0]["reason"]
        assert "unknown level 'III'; did you mean 'Ⅲ'?" == faults[1]["reason"]
        assert before == api.rows()


# another hall


def moved(api, ticket, **body):
    status, answer = api.post(
        f"/tickets/{ticket['id']}/transfer", {"hall": "H2", "queue": "SU", "reason": "surgery", **body}
    )
    assert 200 == status, answer
    return answer["new_ticket"]


def test_the_urgent_are_urgent_in_another_hall_of_the_same_scale():
    with an_api() as api:
        api.token("console:H2")
        api.check_in("先", "SU", hall="H2")
        ticket = api.check_in("甲")
        api.post(f"/tickets/{ticket['id']}/triage", {"grade": "U"})
        new = moved(api, ticket)

        assert ("urgent", "U", 2) == (new["lane"], new["grade"], new["rank"])
        assert new["id"] == api.call("S1", role="console:H2")["id"]


def test_a_hall_that_counts_from_the_transfer_does_so_for_who_comes_from_another_hall():
    halls = HALLS.replace('privacy = "number_only"', 'privacy = "number_only"\nrules = {transfer_reference = "now"}')
    with an_api(halls) as api:
        api.token("console:H2")
        ticket = api.check_in("甲")
        later(api, minutes=40)
        first = api.check_in("先", "SU", hall="H2")
        later(api, minutes=1)
        new = moved(api, ticket)

        assert first["order"] < new["order"]
