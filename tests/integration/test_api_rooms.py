"""What a doctor may do: at the own station, and for who waits or was passed in its queues."""

import pytest

from server.protocol.terms import StaffRole
from tests.support.api import PASSWORD, an_api

REFUSED = (403, "not_your_station")


@pytest.fixture
def api():
    with an_api() as made:
        made.cookie("doctor@R1")
        yield made


def answers(api, *asked, role="doctor@R1"):
    got = [api.post(path, body, role=role) for path, body in asked]
    return [(status, body.get("code")) for status, body in got]


def waiting(api, queue):
    return f"/tickets/{api.check_in('候', queue)['id']}"


def life_of(path):
    """Every action of a ticket's life with a body that fits."""
    bodies = {"hold": {"reason": "CT"}, "transfer": {"queue": "IM", "reason": "x"}, "stage": {"station": "R1"}}
    bodies["prioritise"] = {"tag": "老", "evidence": "seen"}
    plain = ("recall", "arrived", "start", "pass", "return", "finish", "cancel", "undo")
    return [(f"{path}/{action}", bodies.get(action, {})) for action in (*plain, *bodies)]


@pytest.mark.parametrize("state", ["waiting", "called", "staged", "passed", "held"])
def test_a_doctor_does_nothing_to_the_patients_of_another_room(api, state):
    """S4: a doctor of R1 (internal medicine) cancelled, held, staged and moved who waited for the ear clinic."""
    path = waiting(api, "ENT")
    if state in {"called", "passed"}:
        api.call("R3")
    if state == "passed":
        api.post(f"{path}/pass", {"reason": "gone"})
    if state == "staged":
        api.post(f"{path}/stage", {"station": "R3"})
    if state == "held":
        api.post(f"{path}/hold", {"reason": "CT"})
    before = api.rows()

    asked = life_of(path)

    assert [REFUSED] * len(asked) == answers(api, *asked)
    assert before == api.rows()


def test_a_doctor_takes_back_no_other_rooms_deed(api):
    """S4: undo looked at where the ticket was now, which was nowhere, and not at the room that had finished it."""
    path = waiting(api, "IM")
    api.call("R2")
    api.post(f"{path}/finish")
    before = api.rows()

    assert [REFUSED] == answers(api, (f"{path}/undo", {}))
    assert before == api.rows()
    assert 200 == api.post(f"{path}/undo")[0]


def test_a_doctor_takes_the_own_deed_back(api):
    path = waiting(api, "IM")
    api.call("R1", role="doctor@R1")

    assert [(200, None)] * 4 == answers(api, *[(f"{path}/{act}", {}) for act in ("finish", "undo", "start", "undo")])


def test_a_doctor_manages_nobody_who_still_waits_for_the_own_room(api):
    path = waiting(api, "IM")

    refused = [(f"{path}/{act}", body) for act, body in (("cancel", {}), ("hold", {"reason": "CT"}), ("undo", {}))]

    assert [REFUSED] * 4 == answers(api, *refused, (f"{path}/transfer", {"queue": "ENT", "reason": "x"}))


def test_a_doctor_sends_ahead_and_calls_out_of_turn_from_the_own_queues_only(api):
    mine, others = waiting(api, "IM"), waiting(api, "ENT")
    ids = [path.rpartition("/")[2] for path in (mine, others)]

    assert [REFUSED, (200, None), REFUSED, (200, None)] == answers(
        api,
        (f"{mine}/stage", {"station": "R2"}),
        (f"{mine}/stage", {"station": "R1"}),
        ("/stations/R1/call-next", {"ticket": ids[1], "reason": "pain"}),
        ("/stations/R1/call-next", {"ticket": ids[0], "reason": "pain"}),
    )


def test_a_doctor_brings_back_who_was_passed_in_the_own_queues(api):
    path = waiting(api, "IM")
    api.call("R2")
    api.post(f"{path}/pass", {"reason": "gone"})

    assert [(200, None)] == answers(api, (f"{path}/return", {}))


def test_a_doctor_reads_the_triages_of_the_own_queues_only(api):
    """S4: the triages of the emergency department were read from R1."""
    mine, others = waiting(api, "IM"), waiting(api, "ED")

    assert (200, 403) == tuple(api.get(f"{path}/triages", role="doctor@R1")[0] for path in (mine, others))


def test_a_doctor_checks_in_to_the_own_queues_only(api):
    asked = [("/check-ins", {"hall": "H1", "queue": queue, "patient": {"name": "某某"}}) for queue in ("IM", "ENT")]

    assert [(201, None), REFUSED] == answers(api, *asked)


def test_a_red_flag_that_a_doctor_enters_for_another_clinic_is_an_alert_all_the_same(api):
    asked = {"hall": "H1", "queue": "ENT", "patient": {"name": "某某"}, "flags": ["chest_pain"]}

    assert 202 == api.post("/check-ins", asked, role="doctor@R1")[0]


def test_any_doctor_may_say_that_a_patient_feels_worse_and_begin_a_rescue(api):
    worse, dying = waiting(api, "ENT"), waiting(api, "ED")
    api.post(f"{dying}/triage", {"grade": "Ⅰ"})

    asked = [(f"{worse}/worse", {}), (f"{dying}/start", {"place": "bay 1"}), (f"{dying}/finish", {})]

    assert [(200, None)] * 3 == answers(api, *asked)


def test_other_rooms_are_not_opened_paused_or_stopped(api):
    asked = [(f"/stations/R2/{word}", {}) for word in ("open", "pause", "stop", "call-next")]

    assert [REFUSED] * 4 == answers(api, *asked)
    assert [(200, None)] * 3 == answers(api, *[(f"/stations/R1/{word}", {}) for word in ("pause", "stop", "open")])


def doctor(api, name, **bound):
    """A doctor's account, signed in."""
    api.staff(name, StaffRole.DOCTOR, hall="H1", **bound)
    answer = api.server.app.test_client().post("/api/v1/session", json={"username": name, "password": PASSWORD})
    api._cookies[f"doctor@{name}"] = answer.headers["Set-Cookie"].split(";")[0]
    return f"doctor@{name}"


def test_a_doctor_without_a_room_takes_one_that_is_free_and_works_there(api):
    api.post("/imports/staff", {"rows": [{"username": f"d{n}", "name": "医", "role": "doctor", "doctor": f"D{n}"}
                                         for n in (1, 5)]}, role="service")  # fmt: skip
    api.post("/stations/R2/open", {"doctor": "D1"})
    role = doctor(api, "five", doctor="D5")
    waiting(api, "IM")

    assert [REFUSED, REFUSED, (200, None), (200, None), REFUSED] == answers(
        api,
        ("/stations/R1/call-next", {}),
        ("/stations/R2/open", {}),
        ("/stations/R1/open", {}),
        ("/stations/R1/call-next", {}),
        ("/stations/R2/call-next", {}),
        role=role,
    )


def test_a_room_is_opened_for_a_known_doctor_or_a_plain_code_and_for_no_other_text(api):
    """C1: `open` took any text as doctor, which stood in public events."""
    row = {"username": "zhang", "name": "张医生", "role": "doctor", "doctor": "张 三"}
    assert 200 == api.post("/imports/staff", {"rows": [row]}, role="service")[0]
    api.cookie("nurse")
    before = api.rows()
    for text in ("李四 13800001111 乙肝", "13800001111"):
        for act in ("open", "pause", "stop"):
            status, body = api.post(f"/stations/R2/{act}", {"doctor": text}, role="nurse")
            assert (422, "unknown_doctor") == (status, body["code"])
            assert text not in str(body)
    assert before == api.rows()

    for known in ("张 三", "D9"):
        assert known == api.post("/stations/R2/open", {"doctor": known}, role="nurse")[1]["station"]["doctor"]


def test_a_doctor_opens_a_room_in_no_other_doctors_name(api):
    """C1: D5 sat down as D1, whose patients were told the room."""
    role = doctor(api, "five", doctor="D5")

    asked = [("/stations/R1/open", {"doctor": name}) for name in ("D1", "D5")]
    assert [(403, "forbidden"), (200, None)] == answers(api, *asked, role=role)
    assert (403, "forbidden") == answers(api, ("/stations/R3/open", {"doctor": "D1"}), role=doctor(api, "none"))[0]


def test_who_sits_down_after_another_doctor_takes_back_nothing_of_theirs(api):
    """B10: undo asked who owns the room now, and not who did when it was done."""
    first, second = doctor(api, "one", doctor="D1"), doctor(api, "two", doctor="D2")
    api.post("/stations/R2/open", {}, role=second)
    finished, called = waiting(api, "IM"), waiting(api, "IM")
    call = "/stations/R2/call-next"
    done = [(call, {}), (f"{finished}/start", {}), (call, {"finish_current": True})]
    assert [(200, None)] * 3 == answers(api, *done, role=second)
    assert [REFUSED] == answers(api, (f"{finished}/undo", {}), role=first)
    api.post("/stations/R2/stop", {}, role=second)
    assert [(200, None)] == answers(api, ("/stations/R2/open", {}), role=first)
    before = api.rows()

    undone = [(f"{finished}/undo", {}), (f"{called}/undo", {})]
    assert [REFUSED] * 4 == answers(api, *undone, role=first) + answers(api, *undone, role=second)
    assert before == api.rows()
    assert [(200, None)] == answers(api, (f"{called}/finish", {}), role=first)
    assert [(200, None)] == answers(api, (f"{called}/undo", {}), role=first), "the own action"


def test_a_doctor_without_room_and_name_works_where_no_doctor_is_named(api):
    api.post("/imports/staff", {"rows": [{"username": "d1", "name": "医", "role": "doctor", "doctor": "D1"}]},
             role="service")  # fmt: skip
    api.post("/stations/R2/open", {"doctor": "D1"})

    asked = [("/stations/R1/call-next", {}), ("/stations/R2/call-next", {})]

    assert [(200, None), REFUSED] == answers(api, *asked, role=doctor(api, "nobody"))
