"""An import that comes again: what it does not say stays, and it makes nobody another person."""

import pytest

from tests.support.api import PASSWORD, an_api

NUMBER, OTHER_NUMBER = "110101199003077213", "110101198005010018"
ZHANG = {
    "record_number": "MR1", "name": "张小三", "sex": "男", "identity_number": NUMBER, "phone": "13977771234",
    "card": "CARD-1", "language": "zh", "name_reading": "Zhang Xiaosan",
}  # fmt: skip
LI = {"record_number": "MR2", "name": "李四", "sex": "男", "birth_date": "1985-02-03", "phone": "13955555678"}
PASSPORT = {"identity_number": "E12345678", "document_type": "passport"}


@pytest.fixture
def api():
    with an_api() as made:
        made.token("service")
        made.token("kiosk")
        assert (200, {"added": 2, "changed": 0}) == sent(made, ZHANG, LI)
        yield made


def sent(api, *rows, kind="patients"):
    return api.post(f"/imports/{kind}", {"rows": list(rows)}, role="service")


def fault(answer):
    status, body = answer
    assert (422, "import_rejected") == (status, body["code"]), body
    return body["errors"][0]["row"], body["errors"][0]["code"], body["errors"][0]["reason"]


def kept(api, table="patient"):
    return api.rows()[table]


def chip(api, text):
    return api.post("/identifications", {"hall": "H1", "scan": {"text": text, "how": "chip"}}, role="kiosk")[0]


@pytest.mark.parametrize("column", sorted({*ZHANG, "birth_date"} - {"record_number", "name"}))
@pytest.mark.parametrize("cell", ["absent", "empty", "blank", "null"])
def test_what_a_row_does_not_say_stays_as_it_is(api, column, cell):
    """A7, P22: a file with fewer columns erased birth date, identity number and phone."""
    full = ZHANG | {"birth_date": "1990-03-07"}
    before = api.rows()
    row = {word: text for word, text in full.items() if word != column}
    row |= {"absent": {}, "empty": {column: ""}, "blank": {column: "  "}, "null": {column: None}}[cell]

    assert (200, {"added": 0, "changed": 1}) == sent(api, row)
    assert before["patient"] == kept(api)
    assert before["patient_code"] == kept(api, "patient_code")


def test_a_row_of_record_number_and_name_alone_erases_nothing(api):
    """A7: and the patient is identified by chip and by phone afterwards."""
    assert 200 == sent(api, LI | PASSPORT)[0]
    before = kept(api)
    assert 200 == sent(api, {"record_number": "MR1", "name": "张小三", "birth_date": "1990-03-07"})[0]
    assert 200 == sent(api, {"record_number": "MR2", "name": "李四"})[0]

    assert before == kept(api)
    assert (200, 200) == (chip(api, NUMBER), chip(api, "E12345678"))


def test_a_booking_keeps_its_doctor_and_number_where_the_file_has_no_such_column(api):
    """A7: the booked doctor was gone; an empty cell of the column makes the booking anybody's."""
    doctor = {"username": "doc1", "name": "王医生", "role": "doctor", "doctor": "D1", "queue": "IM"}
    assert 200 == sent(api, doctor | {"password": PASSWORD}, kind="staff")[0]
    slot = {
        "id": "B1", "patient": "MR1", "hall": "H1", "queue": "IM",
        "slot_start": "2026-03-02 09:00", "slot_end": "2026-03-02 09:30",
    }  # fmt: skip
    assert 200 == sent(api, slot | {"doctor": "D1", "registration": "7"}, kind="appointments")[0]
    before = kept(api, "appointment")
    assert 200 == sent(api, slot, kind="appointments")[0]
    assert before == kept(api, "appointment")

    assert 200 == sent(api, slot | {"doctor": "", "registration": ""}, kind="appointments")[0]
    assert "D1" not in str(kept(api, "appointment"))


def test_an_account_keeps_its_hall_and_a_doctor_the_queue_where_a_row_does_not_say(api):
    """A7, S3: a row without a hall made an account of every hall out of one of a single hall."""
    nurse = {"username": "mei", "name": "梅护士", "role": "nurse", "password": PASSWORD}
    doctor = {"username": "doc1", "name": "王医生", "role": "doctor", "doctor": "D1", "password": PASSWORD}
    full = (nurse | {"hall": "H1"}, doctor | {"hall": "H1", "title": "主任医师", "queue": "IM"})
    assert 200 == sent(api, *full, kind="staff")[0]
    doctors = kept(api, "doctor")
    again = [{word: value for word, value in row.items() if word != "password"} for row in (nurse, doctor)]
    assert 200 == sent(api, *again, kind="staff")[0]

    assert doctors == kept(api, "doctor")
    for name in ("mei", "doc1"):
        body = {"username": name, "password": PASSWORD}
        signed_in = api.server.app.test_client().post("/api/v1/session", json=body)
        assert "H1" == signed_in.json["staff"]["hall"]


OTHERS = {
    "the card in another case": {"record_number": "MR3", "name": "王", "card": "card-1"},
    "the card in full width": {"record_number": "MR3", "name": "王", "card": "ＣＡＲＤ-1"},
    "the record number as a card": {"record_number": "MR3", "name": "王", "card": "mr1"},
    "the identity number as a card": {"record_number": "MR3", "name": "王", "card": NUMBER},
    "the card as a record number": {"record_number": "Card-1", "name": "王"},
    "the identity number as a record number": {"record_number": NUMBER, "name": "王"},
    "the record number as a passport": {
        "record_number": "MR3", "name": "王", "identity_number": "AB123", "document_type": "passport",
    },
    "the card of somebody known": LI | {"card": "card-1"},
}  # fmt: skip


@pytest.mark.parametrize("number", OTHERS)
def test_a_number_of_another_patient_is_refused_by_row_in_any_spelling(api, number):
    """B4, P3: it was added, and then nobody was identified by it any more, its owner neither."""
    assert 200 == sent(api, {"record_number": "ab123", "name": "赵"})[0]
    before = api.rows()
    row, _, reason = fault(sent(api, {"record_number": "MR9", "name": "新"}, OTHERS[number]))

    assert (2, True) == (row, "belongs to another patient" in reason)
    assert before == api.rows()
    assert (200, 200) == (chip(api, "CARD-1"), chip(api, NUMBER))


def test_an_identity_number_that_is_anothers_record_number_is_refused(api):
    """B4: by chip both were unknown then."""
    assert 200 == sent(api, {"record_number": OTHER_NUMBER, "name": "王"})[0]
    assert (1, True) == (
        (found := fault(sent(api, {"record_number": "MR5", "name": "王五", "identity_number": OTHER_NUMBER})))[0],
        "belongs to another patient" in found[2],
    )


def test_a_passport_and_a_permit_of_two_people_may_have_one_number(api):
    """B4, P2: numbers of two kinds of documents are never one."""
    rows = [
        {"record_number": f"MR{n}", "name": "林", "identity_number": "01234567", "document_type": kind}
        for n, kind in ((5, "passport"), (6, "taiwan_permit"))
    ]
    assert (200, {"added": 2, "changed": 0}) == sent(api, *rows)


def test_ones_own_card_in_another_spelling_is_no_second_card(api):
    """B4: cards are compared in one spelling."""
    before = kept(api, "patient_code")
    assert 200 == sent(api, ZHANG | {"card": "ｃａｒｄ-1"})[0]
    assert before == kept(api, "patient_code")


def test_one_card_may_hold_the_patients_own_record_number(api):
    """B4: docs/identification.md says so for cards that are trusted."""
    assert 200 == sent(api, LI | {"card": "MR2"})[0]
    assert 200 == chip(api, "MR2")


SOMEBODY_ELSE = {
    "name, sex and birth date": {"record_number": "mr1", "name": "孙七", "sex": "女", "birth_date": "1950-01-01"},
    "another identity number": {"record_number": "MR1", "name": "张小三", "identity_number": OTHER_NUMBER},
    "a birth date that the kept identity number contradicts": ZHANG
    | {"identity_number": "", "birth_date": "1950-01-01"},
    "a sex that the kept identity number contradicts": ZHANG | {"identity_number": "", "sex": "女"},
    "name and birth date": {"record_number": "MR2", "name": "孙七", "birth_date": "1950-01-01"},
    "name and sex": LI | {"name": "孙七", "sex": "女"},
    "birth date and sex": LI | {"birth_date": "1950-01-01", "sex": "女"},
    "a name alone": {"record_number": "MR2", "name": "孙七"},
}


@pytest.mark.parametrize("what", SOMEBODY_ELSE)
def test_a_row_that_describes_somebody_else_is_refused_and_the_ticket_keeps_its_name(api, what):
    """B5, P25: a ticket in line became another person's."""
    token = api.post("/identifications", {"hall": "H1", "scan": {"text": "MR1", "how": "chip"}}, role="kiosk")[1]
    body = {"hall": "H1", "queue": "IM", "visit_token": token["visit_token"]}
    assert 201 == api.post("/check-ins", body, role="kiosk")[0]
    before = api.rows()
    row, code, _ = fault(sent(api, {"record_number": "MR9", "name": "新"}, SOMEBODY_ELSE[what]))

    assert (2, "contradicting_data") == (row, code)
    assert before == api.rows()


CORRECTED = {
    "a name, with the birth date": LI | {"name": "李思"},
    "a name, with the identity number": {"record_number": "MR1", "name": "张小山", "identity_number": NUMBER},
    "a birth date": LI | {"birth_date": "1985-03-02"},
    "an identity number that was not known": LI
    | {"birth_date": "1980-05-01", "identity_number": OTHER_NUMBER, "sex": ""},
}


@pytest.mark.parametrize("what", CORRECTED)
def test_one_thing_that_is_corrected_is_taken(api, what):
    """B5: a marriage, a slip of the pen."""
    assert (200, {"added": 0, "changed": 1}) == sent(api, CORRECTED[what])
    assert CORRECTED[what]["name"] in str(kept(api))


def test_a_renewed_passport_is_taken_where_name_and_birth_date_agree(api):
    """B5: its number is another one; an identity number stays for life."""
    assert 200 == sent(api, LI | PASSPORT)[0]
    assert 200 == sent(api, LI | PASSPORT | {"identity_number": "E99999999"})[0]
    assert (200, True) == (chip(api, "E99999999"), chip(api, "E12345678") != 200)


def test_a_new_name_with_nothing_to_compare_is_taken_with_a_warning(api):
    """B5: nobody could ever correct such a name otherwise."""
    assert 200 == sent(api, {"record_number": "MR7", "name": "王某之子"})[0]
    _, body = sent(api, {"record_number": "MR7", "name": "王小明", "birth_date": "2026-03-01"})
    assert [(1, "renamed")] == [(one["row"], one["code"]) for one in body["warnings"]]


def desk(api, **more):
    return api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "李四", **more}}, role="console")


def test_a_passport_shown_at_the_desk_is_kept_and_another_one_contradicts(api):
    """B6, P3: a second passport gave the same ticket, and the first was unknown at the kiosk."""
    passport = {"record_number": "MR2", "document_type": "passport"}
    assert 201 == desk(api, **passport, identity_number="E12345678")[0]
    assert 200 == chip(api, "E12345678")
    status, body = desk(api, **passport, identity_number="E99999999")
    assert (422, "contradicting_data") == (status, body["code"])


def test_a_passport_shown_with_the_answer_who_this_is_is_kept(api):
    """B6: the desk's choice who it is keeps the numbers too."""
    status, body = desk(api, birth_date="1985-02-03", identity_number="E12345678", document_type="passport")
    assert (409, "choose") == (status, body["code"])
    given = {
        "hall": "H1", "queue": "IM", "same_as": body["choices"]["people"][0]["id"],
        "patient": {"name": "李四", "birth_date": "1985-02-03", **PASSPORT},
    }  # fmt: skip
    assert 201 == api.post("/check-ins", given, role="console")[0]
    assert 200 == chip(api, "E12345678")


def test_the_desk_makes_nobody_of_a_number_that_names_another(api):
    """B4, B6: a record number that is another's card or identity number locked both out."""
    for number in ("card-1", NUMBER):
        status, body = desk(api, record_number=number)
        assert (422, "contradicting_data") == (status, body["code"])
    assert 200 == chip(api, "CARD-1")
