"""老 at a kiosk: an old patient who proved who they are has the priority that the rules promise."""

import pytest

from tests.support.api import an_api
from tests.support.disciplined import at, hall_file


@pytest.fixture
def api():
    with an_api(hall_file()) as made:
        made.at = at("09:00")
        made.token("service")
        yield made


def visit(api, *, level=2, born="1940-05-01", **more):
    """The visit token of a patient whom the kiosk identified at that level."""
    row = {"record_number": "MR80", "name": "老人", "birth_date": born}
    assert 200 == api.post("/imports/patients", {"rows": [row]}, role="service")[0]
    patient = next(one[0] for one in api.rows()["patient"] if "老人" in one)
    device = api.get("/devices/me", role="kiosk")[1]["id"]
    return api.context.sign_visit({"patient": patient, "level": level, "hall": "H1", "device": device, **more})


def checked_in(api, token):
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "IM", "visit_token": token}, role="kiosk")
    assert 201 == status, body
    return api.ticket(body["ticket"]["id"])


@pytest.mark.parametrize("proof", [{"level": 2}, {"level": 1, "ticket": None}], ids=["card", "number and proof"])
def test_an_old_patient_who_proved_who_they_are_has_the_priority_at_the_kiosk(api, proof):
    """Q9: lane ordinary, no tags; the fact names its evidence."""
    for number in range(3):
        api.check_in(f"前{number}")
    ticket = checked_in(api, visit(api, **proof))

    assert (["老"], "policy") == (ticket["tags"], ticket["lane"])
    fact = next(event for event in api.events() if event["kind"] == "ticket.prioritised")
    assert "age" == fact["reason"]
    assert "85 by the birth date" in fact["ticket"]["remarks"]["prioritise"]


def test_who_would_be_next_anyway_is_made_no_later_by_the_priority(api):
    """Q9: with nobody before, the place is kept and the tag is there."""
    ticket = checked_in(api, visit(api))

    assert (["老"], "ordinary") == (ticket["tags"], ticket["lane"])
    assert ticket["id"] == api.call("R1")["id"]


@pytest.mark.parametrize(
    "who", [{"level": 1, "ticket": "t1"}, {"born": "1990-05-01"}, {"born": ""}], ids=["slip alone", "young", "no date"]
)
def test_a_slip_alone_or_a_young_patient_has_no_priority(api, who):
    """Q9: nothing that anybody could pick up."""
    assert [] == checked_in(api, visit(api, **who))["tags"]


def test_a_kiosk_still_cannot_give_tags_by_itself(api):
    """Q9: the page asks for nothing; the rule gives it."""
    body = {"hall": "H1", "queue": "IM", "visit_token": visit(api), "tags": ["老"], "evidence": "x"}

    status, refusal = api.post("/check-ins", body, role="kiosk")

    assert (403, "forbidden") == (status, refusal["code"])
