"""Bookings that are cancelled, moved, made twice, or that nobody can serve: before and after the patient checked in."""

import pytest

from server.services.halls.hall_file import read, write
from server.store.models import AppointmentRow
from tests.support.api import an_api
from tests.support.disciplined import arrive, at, book, hall_file

TWO_QUEUES = (
    hall_file(rules="no_show_limit = 1")
    + """
[[hall.queue]]
id = "PED"
name = {zh = "儿科", en = "Paediatrics"}
prefix = "P"

[[hall.station]]
id = "P1"
name = {zh = "儿科1诊室"}
queues = ["PED"]
doctor = "DP"

[[hall]]
id = "H2"
name = {zh = "二楼", en = "Upstairs"}

[[hall.queue]]
id = "SU"
name = {zh = "外科", en = "Surgery"}
prefix = "S"

[[hall.station]]
id = "S1"
name = {zh = "外科1诊室"}
queues = ["SU"]
"""
)


@pytest.fixture
def api():
    with an_api(TWO_QUEUES) as made:
        made.at = at("08:30")
        made.token("service")
        yield made


def rows(api, **more):
    """The row of an import for patient 1, booked at nine in IM."""
    row = {
        "id": "B1", "patient": "MR1", "hall": "H1", "queue": "IM", "slot_start": at("09:00"), "slot_end": at("09:30"),
    }  # fmt: skip
    return {"rows": [row | more]}


def imported(api, **more):
    return api.post("/imports/appointments", rows(api, **more), role="service")


@pytest.fixture
def known(api):
    """Patient 1, who is known."""
    patient = {"record_number": "MR1", "name": "病人1"}
    assert 200 == api.post("/imports/patients", {"rows": [patient]}, role="service")[0]
    return api


def checked_in(api, appointment="B1", number=1):
    status, body = arrive(api, number, queue=None, appointment=appointment)
    assert status in {200, 201}, body
    return body


def state(api, id="B1"):
    return next(row[-1] for row in api.rows()["appointment"] if row[0] == id)


def alerts(api):
    return [(one["text"], one["ticket"]) for one in api.snapshot()["alerts"] if one["kind"] == "booking"]


@pytest.mark.parametrize("year", [1000, 1970, 2100, 9998])
def test_a_slot_of_no_day_of_the_hospital_is_refused_at_import_by_row_and_name(known, year):
    """B11: it was taken."""
    slot = {"slot_start": f"{year}-03-02 09:00", "slot_end": f"{year}-03-02 09:30"}
    assert "slot_start: " in imported(known, **slot)[1]["errors"][0]["reason"]


# ------------------------------------------------------------------------------------------- nobody can serve it


@pytest.mark.parametrize(
    ("wrong", "code", "reason"),
    [
        ({"doctor": "DR404"}, "unknown_doctor", "DR404"),
        ({"doctor": "DP"}, "unknown_doctor", "no doctor DP sees patients of queue IM"),
        ({"queue": "NOPE"}, "unknown_queue", "no queue NOPE"),
        ({"hall": "NOPE"}, "unknown_queue", "hall NOPE"),
    ],
)
def test_a_booking_nobody_can_serve_is_refused_at_import_by_row_and_name(known, wrong, code, reason):
    """Q1: an unknown doctor, a doctor of another queue, an unknown queue."""
    before = known.rows()
    status, body = imported(known, **wrong)

    assert (422, "import_rejected", 1, code) == (
        status, body["code"], body["errors"][0]["row"], body["errors"][0]["code"],
    )  # fmt: skip
    assert reason in body["errors"][0]["reason"]
    assert before == known.rows()


@pytest.mark.parametrize("gone", ["queue", "stations"])
def test_a_booking_for_a_queue_that_closed_or_that_no_station_serves_is_refused(known, gone):
    """Q1: siblings of the unknown doctor."""
    text = TWO_QUEUES.replace('queues = ["PED"]', 'queues = ["IM"]')
    if gone == "queue":
        head, rest = text.split('[[hall.queue]]\nid = "PED"')
        text = head + rest[rest.index("[[hall.station]]") :]
    file = read(text, known.context)
    known.context.transactions.administer(lambda db: write(db, file, text))

    status, body = imported(known, queue="PED")

    assert (422, "queue_closed") == (status, body["errors"][0]["code"])


def lost_doctor(api):
    """The booking of patient 1 with a doctor who has left since."""
    book(api, 1, "09:00", doctor="D1")
    text = TWO_QUEUES.replace('doctor = "D1"', 'doctor = "D9"')
    file = read(text, api.context)
    api.context.transactions.administer(lambda db: write(db, file, text))
    api.context.transactions.administer(
        lambda db: setattr(db.get(AppointmentRow, "AP-1-2026-03-02-09:00"), "doctor_id", "DR404") or []
    )
    return "AP-1-2026-03-02-09:00"


def test_a_patient_whose_doctor_has_left_is_called_by_any_doctor_and_staff_and_patient_are_told(api):
    """Q1: 201, waiting for ever, told to be the next, no alert."""
    body = checked_in(api, lost_doctor(api))

    assert body["ticket"]["doctor"] is None
    assert "将由本科其他医生接诊" in body["slip"]["note"]["zh"]
    assert [("doctor_gone", body["ticket"]["id"])] == alerts(api)
    assert body["ticket"]["id"] == api.call("R2")["id"]


def test_the_explanation_does_not_say_next_while_the_doctor_waited_for_is_not_calling(api):
    """Q1: "目前没有诊室叫号… 您是下一位" was told while two rooms were open."""
    api.post("/imports/staff", {"rows": [{"username": "d5", "name": "五", "role": "doctor", "doctor": "D5"}]},
             role="service")  # fmt: skip
    ticket = checked_in(api, book(api, 1, "09:00", doctor="D5"))["ticket"]

    text = api.get(f"/tickets/{ticket['id']}/explanation")[1]["text"]

    assert "您等候的医生目前没有叫号" in text["zh"]
    assert "下一位" not in text["zh"]
    assert "next" not in text["en"]


def test_staff_is_told_once_when_a_patient_waits_for_a_doctor_who_does_not_come(api):
    """Q1: a known doctor without a room is no silence either."""
    api.post("/imports/staff", {"rows": [{"username": "d5", "name": "五", "role": "doctor", "doctor": "D5"}]},
             role="service")  # fmt: skip
    ticket = checked_in(api, book(api, 1, "09:00", doctor="D5"))["ticket"]
    api.later(at("08:40"))
    assert [] == alerts(api)
    api.later(at("08:46"))
    api.later(at("08:50"))

    assert [("doctor_away", ticket["id"])] == alerts(api)


def test_who_waits_for_a_doctor_whose_station_is_removed_is_called_by_any(api):
    """Q1: a hall file that takes the room away loses nobody."""
    ticket = checked_in(api, book(api, 1, "09:00", doctor="D1"))["ticket"]
    text = TWO_QUEUES.replace('doctor = "D1"', 'doctor = "D9"').replace('id = "R1"', 'id = "R7"')
    file = read(text, api.context)
    api.context.transactions.administer(lambda db: write(db, file, text))
    assert api.call("R2") is None
    api.later(at("08:32"))

    assert [("doctor_gone", ticket["id"])] == alerts(api)
    assert ticket["id"] == api.call("R2")["id"]


def test_who_waits_for_a_doctor_moved_to_another_queue_by_an_import_is_called_by_any(api):
    """Q1: staff.csv says PED from now on."""
    doctor = {"username": "d5", "name": "五", "role": "doctor", "doctor": "D5", "queue": "IM"}
    api.post("/imports/staff", {"rows": [doctor]}, role="service")
    ticket = checked_in(api, book(api, 1, "09:00", doctor="D5"))["ticket"]
    api.post("/imports/staff", {"rows": [doctor | {"queue": "PED"}]}, role="service")
    api.later(at("08:32"))

    assert [("doctor_gone", ticket["id"])] == alerts(api)
    assert ticket["id"] == api.call("R1")["id"]


def test_who_waits_in_a_queue_that_no_station_serves_any_more_is_told_to_staff(api):
    """Q1: the hall file's last station of a queue went away."""
    ticket = api.check_in("某某", "PED")
    text = TWO_QUEUES.replace('queues = ["PED"]', 'queues = ["IM"]')
    file = read(text, api.context)
    api.context.transactions.administer(lambda db: write(db, file, text))
    api.later(at("08:32"))

    assert [("nobody_serves", ticket["id"])] == alerts(api)
    other = api.check_in("其他")
    status, body = api.post(f"/tickets/{other['id']}/transfer", {"queue": "PED", "reason": "x"})
    assert (409, "queue_closed") == (status, body["code"])


# ------------------------------------------------------------------------------------------- cancelled


@pytest.mark.parametrize("word", ["cancelled", "退号", "取消"])
def test_a_booking_the_hospital_cancelled_is_gone_and_no_no_show(known, word):
    """Q6: a `state` column was refused, and the next day the kiosk sent the patient to the desk."""
    assert 200 == imported(known, state="正常")[0]
    assert (200, {"added": 0, "changed": 0, "cancelled": 1}) == imported(known, state=word)

    status, body = arrive(known, 1, queue=None, appointment="B1")
    assert (409, "appointment_unusable") == (status, body["code"])
    known.later("2026-03-03T08:30:00+08:00")
    assert 201 == arrive(known, 1)[0]


def test_a_booking_nobody_cancelled_still_counts_as_a_no_show(known):
    """Q6: only cancelled bookings are forgiven."""
    imported(known)
    known.later("2026-03-03T08:30:00+08:00")

    assert "desk_only" == arrive(known, 1)[1]["code"]


def test_a_blank_state_keeps_what_was_cancelled_and_booked_opens_it_again(known):
    """Q6: a file without the column says nothing of it."""
    imported(known, state="booked")
    imported(known, state="cancelled")
    imported(known)
    assert "cancelled" == state(known)
    imported(known, state="booked")

    assert "booked" == state(known)


def arranged(api, where):
    """Patient 1, checked in for B1 and brought to a state; the ticket."""
    ticket = checked_in(api)["ticket"]
    if where == "staged":
        api.act(ticket, "stage", station="R1")
    if where in {"called", "serving", "done", "passed"}:
        assert ticket["id"] == api.call("R1")["id"]
    if where == "held":
        api.act(ticket, "hold", reason="examination: CT")
    for word in {"serving": ["start"], "done": ["start", "finish"], "passed": ["pass"]}.get(where, []):
        api.act(ticket, word, **({"reason": "x"} if word == "pass" else {}))
    return ticket


@pytest.mark.parametrize("how", ["import", "service", "nurse"])
@pytest.mark.parametrize("where", ["waiting", "staged", "held", "passed"])
def test_who_waits_with_a_booking_that_is_cancelled_leaves_the_line_and_the_wall(known, where, how):
    """Q6: an import that cancels a checked-in one refused the whole file."""
    imported(known)
    ticket = arranged(known, where)
    before = known.snapshot()["seq"]
    if how == "import":
        assert 200 == imported(known, state="退号")[0]
        known.due()
    else:
        status, body = known.post("/appointments/B1/cancel", {"reason": "退号"}, role=how)
        assert (200, "ticket", "cancelled") == (status, body["effect"], body["appointment"]["state"])

    after = known.ticket(ticket["id"])
    assert ("cancelled", "his_cancelled") == (after["state"], after["end_reason"])
    assert "cancelled" == state(known)
    assert "removed" in [event["kind"] for event in known.events("kiosk", after=before)]
    assert [] == alerts(known)
    assert known.call("R1") is None


@pytest.mark.parametrize(("where", "text", "booking"), [
    ("called", "his_cancelled_called", "cancelled"),
    ("serving", "his_cancelled_seen", "checked_in"),
    ("done", "his_cancelled_seen", "checked_in"),
])  # fmt: skip
def test_who_was_called_or_seen_stays_when_the_booking_is_cancelled_and_staff_is_told_once(known, where, text, booking):
    """Q6: called → stays, desk and doctor alerted; serving and done → no effect, alert."""
    imported(known)
    ticket = arranged(known, where)
    for _ in range(2):
        assert 200 == imported(known, state="cancelled")[0]
        known.due()

    assert where == known.ticket(ticket["id"])["state"]
    assert [(text, ticket["id"])] == alerts(known)
    assert booking == state(known)


def test_a_called_patient_whose_booking_was_cancelled_and_who_does_not_come_is_no_no_show(known):
    """Q6: who gave the registration back need not come."""
    imported(known)
    arranged(known, "called")
    known.post("/appointments/B1/cancel", {}, role="service")
    known.later("2026-03-03T08:30:00+08:00")

    assert 201 == arrive(known, 1)[0]


def test_the_same_rows_again_change_nothing_for_who_has_checked_in(known):
    """Q6: a hospital sends its whole day again and again; one patient at the kiosk refused the file."""
    imported(known)
    ticket = checked_in(known)["ticket"]
    before = known.rows()
    assert (200, {"added": 0, "changed": 1}) == imported(known)
    known.due()

    assert before["ticket"] == known.rows()["ticket"]
    assert before["appointment"] == known.rows()["appointment"]
    assert "waiting" == known.ticket(ticket["id"])["state"]


def test_a_checked_in_booking_is_never_given_to_another_patient(known):
    """Q6: sibling: the number of the registration came with another name."""
    patient = {"record_number": "MR2", "name": "别人"}
    known.post("/imports/patients", {"rows": [patient]}, role="service")
    imported(known)
    checked_in(known)

    status, body = imported(known, patient="MR2")

    assert (422, "another patient") == (status, body["errors"][0]["reason"][-15:])


# ------------------------------------------------------------------------------------------- moved


def test_a_booking_is_moved_before_check_in(known):
    """Q6: nothing could move a booking."""
    imported(known)
    body = {"slot_start": "2026-03-02T10:00", "slot_end": "2026-03-02T10:15", "doctor": "D2"}
    status, answer = known.post("/appointments/B1/move", body, role="nurse")

    assert (200, "booking", "2026-03-02T02:00:00Z", "D2") == (
        status, answer["effect"], answer["appointment"]["slot_start"], answer["appointment"]["doctor"],
    )  # fmt: skip


@pytest.mark.parametrize("how", ["import", "service"])
def test_who_waits_goes_with_a_moved_booking(known, how):
    """Q6: a later slot: the patient stands behind those of the earlier one, number kept."""
    imported(known)
    first = checked_in(known)["ticket"]
    second = checked_in(known, book(known, 2, "09:00"), 2)["ticket"]
    if how == "import":
        imported(known, slot_start=at("10:00"), slot_end=at("10:30"))
        known.due()
    else:
        known.post("/appointments/B1/move", {"slot_start": at("10:00"), "slot_end": at("10:30")}, role="service")

    moved = known.ticket(first["id"])
    assert ("2026-03-02T02:00:00Z", first["number"], "waiting") == (moved["slot"], moved["number"], moved["state"])
    assert [second["id"], first["id"]] == [known.call(room)["id"] for room in ("R1", "R2")]


def test_who_waits_goes_to_the_other_queue_with_a_moved_booking(known):
    """Q6: the number stays inside the hall."""
    imported(known)
    ticket = checked_in(known)["ticket"]
    body = {"slot_start": at("09:00"), "slot_end": at("09:30"), "queue": "PED"}
    assert "ticket" == known.post("/appointments/B1/move", body, role="service")[1]["effect"]

    assert ticket["id"] == known.call("P1")["id"]


@pytest.mark.parametrize(
    "to", [{"slot_start": "2026-03-03T09:00:00+08:00", "slot_end": "2026-03-03T09:30:00+08:00"},
           {"slot_start": at("09:00"), "slot_end": at("09:30"), "hall": "H2", "queue": "SU"}], ids=["day", "hall"],
)  # fmt: skip
def test_a_booking_moved_to_another_day_or_hall_ends_the_ticket_and_is_open_there(known, to):
    """Q6: staff tells the patient."""
    imported(known)
    ticket = checked_in(known)["ticket"]
    status, answer = known.post("/appointments/B1/move", to, role="service")

    assert (200, "ticket", "booked") == (status, answer["effect"], answer["appointment"]["state"])
    after = known.ticket(ticket["id"])
    assert ("cancelled", "his_moved") == (after["state"], after["end_reason"])
    assert [("his_moved_away", ticket["id"])] == alerts(known)


@pytest.mark.parametrize("where", ["called", "serving", "passed", "held"])
def test_who_was_called_seen_or_is_away_stays_when_the_booking_is_moved(known, where):
    """Q6: staff is told, nobody is lost."""
    imported(known)
    ticket = arranged(known, where)
    to = {"slot_start": at("10:00"), "slot_end": at("10:30")}
    assert "told" == known.post("/appointments/B1/move", to, role="service")[1]["effect"]

    assert where == known.ticket(ticket["id"])["state"]
    assert [("his_moved", ticket["id"])] == alerts(known)


@pytest.mark.parametrize(
    ("path", "body", "role", "expected"),
    [
        ("B1/cancel", {}, "kiosk", (403, "forbidden")),
        ("B1/cancel", {}, "doctor@R1", (403, "forbidden")),
        ("NOPE/cancel", {}, "nurse", (404, "not_found")),
        ("B1/move", {"slot_start": at("09:00"), "slot_end": at("09:31")}, "nurse", (422, "invalid")),
        ("B1/move", {"slot_start": at("09:00")}, "nurse", (422, "invalid")),
        (
            "B1/move",
            {"slot_start": at("09:00"), "slot_end": at("09:30"), "doctor": "DR404"},
            "nurse",
            (422, "unknown_doctor"),
        ),
        *[
            ("B1/move", {"slot_start": f"{day}T09:00:00", "slot_end": f"{day}T09:30:00"}, "nurse", (422, "invalid"))
            for day in ("0001-01-01", "1000-01-01", "1970-01-01", "2026-03-01", "2029-03-02", "9999-12-31")
        ],
        (
            "B1/move",
            {"slot_start": at("10:00"), "slot_end": at("10:30"), "hall": "H2", "queue": "SU"},
            "nurse",
            (403, "forbidden"),
        ),
        ("B1/move", {"slot_start": at("10:00"), "slot_end": at("10:30"), "hall": "H2"}, "console", (403, "forbidden")),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(known, path, body, role, expected):
    """Q6: refusals by code. B11: days that no calendar has, or that are over. B12: another hall than one's own."""
    imported(known)
    known.headers(role)
    before = known.rows()

    status, answer = known.post(f"/appointments/{path}", body, role=role)

    assert expected == (status, answer["code"])
    assert before == known.rows()


def test_a_check_in_of_a_cancelled_ticket_cannot_be_taken_back_into_the_line(known):
    """Q6: undo brings nobody back whom the hospital took out."""
    imported(known)
    ticket = checked_in(known)["ticket"]
    known.post("/appointments/B1/cancel", {}, role="service")

    status, body = known.post(f"/tickets/{ticket['id']}/undo", {})
    assert (409, "nothing_to_undo") == (status, body["code"])


# ------------------------------------------------------------------------------------------- booked twice


def test_the_import_says_that_a_patient_is_booked_twice(known):
    """Q7: for the same queue and day."""
    assert (200, {"added": 1, "changed": 0}) == imported(known)
    status, body = imported(known, id="B2")

    assert (200, 1, "double_booking") == (status, body["added"], body["warnings"][0]["code"])
    assert "B1" in body["warnings"][0]["reason"]
    assert "warnings" not in imported(known, id="B3", queue="PED")[1]


def test_booked_twice_and_come_once_is_no_no_show(known):
    """Q7: two days later the kiosk answered desk_only."""
    imported(known)
    imported(known, id="B2", slot_start=at("10:00"), slot_end=at("10:30"))
    arranged(known, "done")
    assert "used" == state(known, "B2")
    known.later("2026-03-04T08:30:00+08:00")

    assert 201 == arrive(known, 1)[0]


def test_booked_twice_and_never_come_is_one_no_show(known):
    """Q7: one visit that did not take place counts once."""
    text = TWO_QUEUES.replace("no_show_limit = 1", "no_show_limit = 2")
    with an_api(text) as api:
        api.at = at("08:30")
        api.token("service")
        api.post("/imports/patients", {"rows": [{"record_number": "MR1", "name": "病人1"}]}, role="service")
        imported(api)
        imported(api, id="B2")
        api.later("2026-03-03T08:30:00+08:00")

        assert 201 == arrive(api, 1)[0]


def test_choosing_the_second_booking_after_the_first_gives_the_ticket_that_is_held(known):
    """Q7: 200 with the same ticket."""
    imported(known)
    imported(known, id="B2")
    ticket = checked_in(known)["ticket"]

    status, body = arrive(known, 1, queue=None, appointment="B2")

    assert (200, ticket["id"]) == (status, body["ticket"]["id"])


def test_a_check_in_that_is_taken_back_gives_both_bookings_back(known):
    """Q7: what was freed is open again, and an undo closes it again."""
    imported(known)
    imported(known, id="B2")
    ticket = checked_in(known)["ticket"]
    known.act(ticket, "cancel")
    assert ("given_back", "given_back") == (state(known), state(known, "B2"))
    known.act(ticket, "undo")

    assert ("checked_in", "used") == (state(known), state(known, "B2"))
