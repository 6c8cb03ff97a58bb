"""Two things that were given say two people or two places: refused, and nothing half done."""

import pytest

from tests.support.api import HALLS, an_api

NUMBER, OTHER = "110101199003077213", "110101198005010018"
PEOPLE = [
    {"record_number": "MR1", "name": "张小三", "sex": "男", "identity_number": NUMBER, "phone": "13977771234"}
    | {"card": "CARD-1"},
    {"record_number": "MR2", "name": "李四", "birth_date": "1985-02-03", "phone": "13977775678", "card": "CARD-2"},
]
SAME_QUEUE = HALLS.replace('id = "SU"', 'id = "IM"').replace('queues = ["SU"]', 'queues = ["IM"]')


@pytest.fixture
def api():
    with an_api() as made:
        made.token("kiosk-2")
        assert 200 == made.post("/imports/patients", {"rows": PEOPLE}, role="service")[0]
        yield made


def token_of(api, record="MR1", role="kiosk", hall="H1"):
    wish = {"hall": hall, "scan": {"text": record, "how": "chip"}}
    return api.post("/identifications", wish, role=role)[1]["visit_token"]


def check_in(api, role="console", hall="H1", queue="IM", **more):
    return api.post("/check-ins", {"hall": hall, "queue": queue, **more}, role=role)


def red_flag(api, role="kiosk", **more):
    status, body = check_in(api, role, flags=["chest_pain"], **more)
    assert 202 == status, body
    return body["alert"]["id"]


def lines(api):
    return [(line["kind"], line["name"]) for line in api.snapshot()["alerts"]]


# ------------------------------------------------------------------------------------ an alert and somebody else
OTHERS = [
    {"name": "李四", "record_number": "MR2"},
    {"name": "赵六"},
    {"name": "张小三", "identity_number": OTHER},
    {"name": "张小三", "sex": "female"},
]


def test_nobody_else_is_checked_in_from_the_alert_of_one_patient(api):
    """A5, Q2: the visit token of 李四 with the alert of 张小三 gave 张小三 the ticket and closed the alert."""
    alert = red_flag(api, visit_token=token_of(api))
    wishes = [{"visit_token": token_of(api, "MR2", "console")}, *({"patient": other} for other in OTHERS)]
    before = api.rows()
    for wish in wishes:
        status, body = check_in(api, alert=alert, override_reason="ok", **wish)
        assert (422, "contradicting_data") == (status, body["code"]), wish

    assert before == api.rows()
    assert [("red_flag", "张小三")] == lines(api)
    assert "visit_token_invalid" == check_in(api, alert=alert, visit_token="forged")[1]["code"]


@pytest.mark.parametrize("who", ["nobody", "token", "number", "name"])
def test_the_patient_of_the_alert_is_checked_in_from_it_however_they_are_named(api, who):
    """A5, Q2"""
    alert = red_flag(api, visit_token=token_of(api))
    wish = {
        "nobody": {},
        "token": {"visit_token": token_of(api, "MR1", "console")},
        "number": {"patient": {"name": "张小三", "record_number": "mr1"}},
        "name": {"patient": {"name": "张 小三"}},
    }[who]
    assert 201 == check_in(api, alert=alert, **wish)[0]
    assert [] == lines(api)


def test_a_patient_known_by_a_typed_name_is_checked_in_by_the_card_they_show_at_the_desk(api):
    """A5, Q2"""
    alert = red_flag(api, patient={"name": "李四"})
    assert 201 == check_in(api, alert=alert, visit_token=token_of(api, "MR2", "console"))[0]


def test_an_alert_that_is_over_checks_nobody_in(api):
    """C3, Q2: a closed alert could be used again."""
    alert = red_flag(api, visit_token=token_of(api))
    assert 200 == api.post(f"/alerts/{alert}/close", {"outcome": "gone"})[0]
    status, body = check_in(api, alert=alert)
    assert (404, "not_found") == (status, body["code"])
    assert 201 == check_in(api, visit_token=token_of(api, "MR1", "console"))[0], "the patient, without the alert"


# ---------------------------------------------------------------------------------------- a slip of another hall
def test_a_slip_of_another_hall_is_asked_for_a_proof_where_both_halls_name_a_queue_alike():
    """A6, P1: the slip of H2's queue IM checked in to H1's queue IM without anything else."""
    with an_api(SAME_QUEUE) as api:
        assert 200 == api.post("/imports/patients", {"rows": PEOPLE}, role="service")[0]
        token = token_of(api, role="kiosk:H2", hall="H2")
        status, body = check_in(api, "kiosk:H2", "H2", visit_token=token)
        assert 201 == status
        code, right = body["slip"]["code"], {"phone_tail": "1234"}

        status, body = api.post("/identifications", {"hall": "H1", "scan": code}, role="kiosk")
        assert (409, "proof_needed", ["phone_tail", "identity_tail"]) == (status, body["code"], body["proofs"])
        status, body = api.post("/identifications", {"hall": "H1", "scan": code, "proof": right}, role="kiosk")
        assert (200, 2) == (status, body["level"])
        assert 201 == check_in(api, "kiosk", visit_token=body["visit_token"])[0], "the patient"
        own = api.post("/identifications", {"hall": "H2", "scan": code}, role="kiosk:H2")
        assert (200, 1) == (own[0], own[1]["level"]), "in its own hall it is as before"
