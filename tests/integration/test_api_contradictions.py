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


# --------------------------------------------------------------------------------- a danger is told with its name
def test_a_danger_at_the_desk_is_of_the_one_whom_the_desk_said_it_is(api):
    """B1, Q2: same_as did not count."""
    patient = {"name": "李四", "birth_date": "1985-02-03"}
    one = check_in(api, patient=patient)[1]["choices"]["people"][0]["id"]
    red_flag(api, "console", patient=patient, same_as=one)
    known = {row[0]: row for row in api.rows()["patient"]}
    assert len(PEOPLE) == len(known), "nobody new"
    assert [("red_flag", "李四")] == lines(api)


@pytest.mark.parametrize(
    ("patient", "same_as"),
    [
        ({"name": "李四", "birth_date": "1985-02-03"}, None),
        ({"name": "李四", "birth_date": "1985-02-03"}, "new"),
        ({"name": "李四", "birth_date": "1985-02-03"}, "nonsense"),
        ({"name": "王某", "record_number": "MR1"}, None),
        ({"name": "赵某", "identity_number": "12345"}, None),
        ({"name": "张小三", "record_number": "MR1", "identity_number": OTHER}, None),
        ({"name": "张小三", "record_number": "MR2", "identity_number": NUMBER}, None),
    ],
)
def test_a_danger_at_the_desk_keeps_the_name_that_was_typed_whatever_is_in_doubt(api, patient, same_as):
    """B1, Q2: the alert was nameless wherever a question or a contradiction arose."""
    red_flag(api, "console", patient=patient, **({"same_as": same_as} if same_as else {}))
    assert [("red_flag", patient["name"])] == lines(api)


def test_a_danger_confirmed_from_an_alert_is_told_of_its_patient(api):
    """B1, Q2"""
    alert = red_flag(api, visit_token=token_of(api))
    red_flag(api, "console", alert=alert)
    assert [("red_flag", "张小三")] == lines(api)


def test_a_visit_that_is_over_does_not_hide_the_name_that_was_given(api):
    """B1, Q2"""
    red_flag(api, visit_token="forged", patient={"name": "赵六"})
    assert [("red_flag", "赵六")] == lines(api)


def test_a_danger_told_again_at_another_machine_is_shown_where_the_patient_stands_now(api):
    """B2, Q2: the line counted 2, and still showed the first kiosk and its clinic."""
    red_flag(api, visit_token=token_of(api))
    red_flag(api, "kiosk-2", queue="ENT", visit_token=token_of(api, role="kiosk-2"))
    (line,) = api.snapshot()["alerts"]
    assert (2, api.device("kiosk-2"), "kiosk-2", "ENT") == (
        line["count"], line["device"], line["device_name"], line["queue"],
    )  # fmt: skip


# ----------------------------------------------------------------------------------------- who is escorted, calls
def test_who_is_escorted_gets_no_second_number_at_a_kiosk_and_is_seen_by_no_machine(api):
    """C4, C5, Q2: a kiosk gave a patient of level Ⅰ a number for IM; GET showed the ticket to the caller."""
    ticket = check_in(api, "kiosk", queue="ED", visit_token=token_of(api))[1]["ticket"]["id"]
    status, body = api.post(f"/tickets/{ticket}/triage", {"grade": "Ⅰ", "reason": "x"})
    assert (200, "held") == (status, body["ticket"]["state"])

    status, body = check_in(api, "kiosk", visit_token=token_of(api))
    assert (409, "desk_only") == (status, body["code"])
    for role in ("caller", "kiosk", "kiosk-2"):
        status, body = api.get(f"/tickets/{ticket}", role=role)
        assert (404, "unknown_ticket") == (status, body["code"])
    assert 200 == api.get(f"/tickets/{ticket}", role="console")[0]
    assert 201 == check_in(api, visit_token=token_of(api, role="console"))[0], "staff may"


def test_what_a_kiosk_says_a_call_is_about_is_a_code_or_is_not_kept(api):
    """C7, Q2: a name sent as `about` stood in the journal and the receipts."""
    for about, kept in (("desk_only", "desk_only"), ("我叫张小三", None), ("Zhang Xiaosan", None)):
        status, body = api.post("/alerts", {"kind": "help", "about": about}, role="kiosk")
        assert 201 == status
        (alert,) = [one for one in api.snapshot()["alerts"] if one["id"] == body["alert"]["id"]]
        assert alert["text"] in {kept, "desk_only"}
    rows = api.rows()
    assert not [word for word in ("张小三", "Xiaosan") if word in str(rows["journal"]) + str(rows["receipt"])]


# ------------------------------------------------------------------------------------------------ locks of numbers
@pytest.mark.parametrize(
    "desk",
    [{"scan": {"text": "CARD-2", "how": "chip"}}, {"scan": "CARD-2"}, {"patient": True}],
    ids=["chip", "number", "chosen"],
)
def test_the_lock_of_a_number_ends_when_its_owner_is_identified_at_the_desk_however(api, desk):
    """C1, P1: it ended by the very same number only, though the document promises it for the person."""

    def answer(tail):
        wish = {"hall": "H1", "scan": "MR2", "proof": {"phone_tail": tail}}
        return api.post("/identifications", wish, role="kiosk-2")[0]

    assert [404] * 5 + [429] == [answer(tail) for tail in ("0000", "0001", "0002", "0003", "0004", "5678")]
    if "patient" in desk:
        typed = {"name": "李四", "birth_date": "1985-02-03"}
        body = api.post("/identifications", {"hall": "H1", "typed": typed}, role="console")[1]
        desk = {"patient": body["choices"]["people"][0]["id"]}
    assert 200 == api.post("/identifications", {"hall": "H1", **desk}, role="console")[0]
    assert 200 == answer("5678")
