"""What a desk learns of a patient by a number alone, and what of each look stands in the trail (S14)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import AuditRow, PatientRow
from tests.support.api import an_api

PATIENT = {"record_number": "MR7", "name": "欧阳小三", "birth_date": "1950-03-07"}
PROOF = {"birth_date": "1950-03-07"}
BOOKED = {"id": "AP7", "patient": "MR7", "hall": "H2", "queue": "SU"}
SLOT = {"slot_start": "2026-03-02T09:00", "slot_end": "2026-03-02T09:30"}


@pytest.fixture
def api():
    with an_api() as made:
        made.post("/imports/patients", {"rows": [PATIENT]}, role="service")
        yield made


def look(api, role="nurse", **more):
    status, body = api.post("/identifications", {"hall": "H1", "scan": "MR7", **more}, role=role)
    assert 200 == status, body
    return body


def booked(api, **more):
    status, _ = api.post("/imports/appointments", {"rows": [{**BOOKED, **SLOT, **more}]}, role="service")
    assert 200 == status


def looks(api):
    """Who looked at the patient, and why, as the trail has it."""
    with Session(api.context.engines.read) as db:
        patient = db.scalars(select(PatientRow.id).where(PatientRow.record_number == "MR7")).one()
        rows = db.scalars(select(AuditRow).where(AuditRow.object == patient, AuditRow.action == "patient.viewed"))
        return [(row.actor, row.reason) for row in rows]


@pytest.mark.parametrize("role", ["nurse", "console"])
def test_a_desk_learns_of_a_patient_of_another_hall_only_who_it_is_and_where_to_go(api, role):
    """S14: by record number a nurse read appointments and titles of reports of every patient of the hospital."""
    booked(api)

    body = look(api, role, proof=PROOF)

    assert (True, 1, []) == (body["limited"], body["level"], body["choices"]["reports"])
    (one,) = body["choices"]["appointments"]
    assert ("H2", None, {}, None) == tuple(one[word] for word in ("hall", "queue", "queue_name", "doctor"))
    assert [f"{role}:{role}"] == [actor for actor, _ in looks(api)]
    assert ["least"] == [reason for _, reason in looks(api)]


def test_a_stated_reason_shows_what_the_number_proves_and_stands_in_the_trail(api):
    """S14: break the glass."""
    booked(api)

    body = look(api, proof=PROOF, reason="emergency")

    assert (False, 1) == (body["limited"], body["level"])
    assert [("nurse:nurse", "emergency")] == looks(api)
    assert 422 == api.post("/identifications", {"hall": "H1", "scan": "MR7", "reason": "curious"}, role="nurse")[0]


def test_a_patient_of_the_own_hall_is_seen_whole_and_the_look_is_kept(api):
    booked(api, hall="H1", queue="IM")

    assert (False, "IM") == ((body := look(api))["limited"], body["choices"]["appointments"][0]["queue"])
    assert [("nurse:nurse", "own_hall")] == looks(api)


def test_a_walk_in_from_elsewhere_is_checked_in_as_ever_and_is_of_the_hall_from_then_on(api):
    token = look(api)["visit_token"]

    status, body = api.post("/check-ins", {"hall": "H1", "queue": "IM", "visit_token": token}, role="nurse")

    assert (201, "欧阳小三") == (status, body["ticket"]["name"])
    assert False is look(api)["limited"]


def test_everybody_who_was_shown_as_one_of_several_stands_in_the_trail(api):
    typed = {"name": PATIENT["name"], "birth_date": PATIENT["birth_date"]}

    assert 409 == api.post("/identifications", {"hall": "H1", "typed": typed}, role="nurse")[0]
    assert [("nurse:nurse", "one_of_several")] == looks(api)
