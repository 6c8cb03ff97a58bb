"""Who is believed and what for: proofs, levels, guesses and walks, as a kiosk, a desk and a stranger would see them."""

import contextlib
import re

import pytest
from sqlalchemy import event

from tests.support.api import HALLS, an_api

NUMBER, OTHER = "110101199003077213", "110101198005010018"
PEOPLE = [
    {"record_number": "MR1", "name": "张小三", "sex": "男", "identity_number": NUMBER, "phone": "13977771234"}
    | {"card": "CARD-1"},
    {
        "record_number": "MR2",
        "name": "李四",
        "birth_date": "1985-02-03",
        "phone": "13977775678",
        "card": "6901234567892",
    },
    {"record_number": "13977779999", "name": "王五", "phone": "13977779999"},
    {"record_number": "19700102-7", "name": "赵六", "birth_date": "1970-01-02", "phone": "13977770000"},
    {"record_number": "P-7", "name": "Anna Smith", "identity_number": "E12345678", "document_type": "passport"}
    | {"phone": "13977772222", "birth_date": "1991-01-01"},
]
CODE = re.compile(r"[A-Z2-7]{26}")


@pytest.fixture
def api():
    with an_api() as made:
        made.token("kiosk-2")
        assert 200 == made.post("/imports/patients", {"rows": PEOPLE}, role="service")[0]
        yield made


def identify(api, *, role="kiosk", hall="H1", **how):
    return api.post("/identifications", {"hall": hall, **how}, role=role)


def chip(text):
    return {"text": text, "how": "chip"}


def a_slip(api, record="MR1"):
    """The code of a slip that this patient got today."""
    token = identify(api, scan=chip(record))[1]["visit_token"]
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "IM", "visit_token": token}, role="kiosk")
    assert 201 == status, body
    return body["slip"]["code"], body["ticket"]


def alerts(api):
    return [(one["kind"], one["text"]) for one in api.snapshot()["alerts"]]


# ------------------------------------------------------------------------------------------- a number proves nobody
ALONE = [
    {"scan": NUMBER},
    {"scan": "MR1"},
    {"scan": "mr1"},
    {"scan": "CARD-1"},
    {"scan": {"text": NUMBER, "how": "keyboard"}},
    {"scan": {"text": NUMBER, "how": "code"}},
    {"scan": {"text": "MR1", "how": "typed"}},
    {"typed": {"code": NUMBER}},
    {"typed": {"code": "MR1", "name": "张小三"}},
    {"scan": OTHER},
    {"scan": "MR900002"},
    {"scan": "E12345678"},
    {"scan": "6901234567892"},
    {"typed": {"code": NUMBER, "identity_tail": NUMBER[-4:]}},
    {"typed": {"code": NUMBER, "birth_date": "1990-03-07"}},
    {"scan": OTHER, "proof": {"birth_date": "1980-05-01"}},
    {"scan": "13977779999", "proof": {"phone_tail": "9999"}},
    {"scan": "19700102-7", "proof": {"birth_date": "1970-01-02"}},
    {"scan": "E12345678", "proof": {"identity_tail": "5678"}},
]


@pytest.mark.parametrize("how", ALONE, ids=str)
def test_a_number_that_others_know_identifies_nobody_whether_it_exists_or_not(api, how):
    """P1: alone, or beside what it holds itself, a number is asked for a proof: known or unknown, scanned or typed."""
    status, body = identify(api, **how)

    assert (409, "proof_needed") == (status, body["code"])
    assert "visit_token" not in body


def test_the_answer_to_a_known_and_an_unknown_number_is_the_same_to_the_byte(api):
    """S23: neither the words nor the proofs that are asked for tell whether a number exists."""
    for known, unknown in (("MR1", "MR900002"), (NUMBER, OTHER), ("6901234567892", "6901234567893")):
        for proof in ({}, {"proof": {"phone_tail": "0001"}}):
            answers = [
                api.send("POST", "/identifications", {"hall": "H1", "scan": scan, **proof}, role="kiosk")
                for scan in (known, unknown)
            ]
            assert 1 == len({(answer.status_code, answer.get_data()) for answer in answers})


@contextlib.contextmanager
def statements(api):
    """The SQL that the server sends meanwhile, without its values."""
    said = []

    def note(connection, cursor, statement, parameters, context, executemany):
        said.append(statement)

    engines = {id(engine): engine for engine in (api.context.engines.read, api.context.engines.write)}.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield said
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_a_known_and_an_unknown_number_take_the_same_work(api):
    """S23: a wrong proof costs both the same statements, so that the clock tells nothing either."""
    identify(api, scan="MR8", proof={"phone_tail": "0001"})  # the first request of a kiosk also looks the kiosk up
    for known, unknown in (("MR1", "MR7"), (NUMBER, OTHER), ("6901234567892", "6901234567893")):
        took = []
        for scan in (known, unknown):
            with statements(api) as said:
                assert 404 == identify(api, scan=scan, proof={"phone_tail": "0001"})[0]
            took.append(said)

        assert took[0], "statements are heard"
        assert len(took[0]) == len(took[1])
        assert took[0] == took[1]


@pytest.mark.parametrize("scan", [NUMBER, "MR1", "CARD-1", "E12345678"])
def test_a_chip_that_a_driver_read_is_level_two(api, scan):
    status, body = identify(api, scan=chip(scan))
    assert (200, 2) == (status, body["level"])


def test_a_decoded_code_counts_only_from_a_kiosk_whose_reader_decodes(api):
    """P1: how=code from a machine that was not enrolled for it is text from a keyboard."""
    decoded = {"text": NUMBER, "how": "code"}
    assert 409 == identify(api, scan=decoded)[0]
    api.decoding("kiosk-9")
    status, body = identify(api, scan=decoded, role="kiosk-9")
    assert (200, 2) == (status, body["level"])


@pytest.mark.parametrize(
    ("scan", "proof"),
    [
        ("19700102-7", {"phone_tail": "0000"}),
        ("E12345678", {"phone_tail": "2222"}),
        (NUMBER, {"phone_tail": "1234"}),
        ("E12345678", {"birth_date": "1991-01-01"}),
        ("MR1", {"identity_tail": "7213", "phone_tail": "1234"}),
    ],
)
def test_a_number_with_what_only_its_owner_knows_is_level_one(api, scan, proof):
    status, body = identify(api, scan=scan, proof=proof)
    assert (200, 1, []) == (status, body["level"], body["choices"]["reports"])


def test_several_proofs_must_all_fit(api):
    assert 404 == identify(api, scan="MR1", proof={"phone_tail": "1234", "birth_date": "1950-01-01"})[0]


def test_plain_cards_count_where_the_hospital_trusts_them_and_nothing_else_does():
    """P1: plain_cards = "trusted" is for the number of a card that was read: not typed, no record, no identity."""
    trusting = HALLS.replace('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghai"\nplain_cards = "trusted"')
    with an_api(trusting) as api:
        rows = [*PEOPLE, {"record_number": "MR5", "name": "钱七", "identity_number": OTHER, "card": OTHER}]
        assert 200 == api.post("/imports/patients", {"rows": rows}, role="service")[0]

        assert (200, 2) == (identify(api, scan="card-1")[0], identify(api, scan="CARD-1")[1]["level"])
        for how in (
            {"scan": "MR1"},
            {"scan": NUMBER},
            {"scan": OTHER},
            {"scan": "MR77"},
            {"typed": {"code": "CARD-1"}},
        ):
            assert (409, "proof_needed") == (lambda a: (a[0], a[1]["code"]))(identify(api, **how)), how


# --------------------------------------------------------------------------------------------------- codes of ours
def test_our_code_is_26_places_of_one_case_and_128_bits(api):
    codes = [a_slip(api, record)[0] for record in ("MR1", "MR2")]
    assert all(CODE.fullmatch(code) for code in codes)
    assert 2 == len(set(codes))


@pytest.mark.parametrize(
    ("proof", "level"),
    [({"phone_tail": "1234"}, 2), ({"identity_tail": "7213"}, 2), ({"birth_date": "1990-03-07"}, 1), ({}, 1)],
)
def test_a_slip_with_the_last_four_is_level_two_and_alone_it_is_its_ticket(api, proof, level):
    code, ticket = a_slip(api)
    status, body = identify(api, scan=code, **({"proof": proof} if proof else {}), role="kiosk-2")

    assert (200, level) == (status, body["level"])
    assert [ticket["id"]] == [one["id"] for one in body["choices"]["tickets"]]
    assert bool(proof) == bool(body["choices"]["queues"])
    assert ([] if proof else ["phone_tail", "identity_tail"]) == body["proofs"]


def test_a_slip_with_wrong_digits_identifies_nobody(api):
    code, _ = a_slip(api)
    assert 404 == identify(api, scan=code, proof={"phone_tail": "9999"})[0]


def test_a_slip_of_another_day_identifies_nobody(api):
    """S6: slips of two months ago gave name, tickets, appointments, and a check-in as that person."""
    code, _ = a_slip(api)
    api.at = "2026-03-03T09:00:00+08:00"
    assert (404, "not_identified") == (lambda a: (a[0], a[1]["code"]))(identify(api, scan=code))
    assert 404 == identify(api, scan=code, proof={"phone_tail": "1234"})[0]


def test_who_finds_a_slip_checks_its_patient_in_nowhere_else(api):
    """S6: a slip alone brings its own ticket back; another queue takes the patient, not the paper."""
    code, ticket = a_slip(api)
    token = identify(api, scan=code, role="kiosk-2")[1]["visit_token"]
    before = api.rows()
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "ENT", "visit_token": token}, role="kiosk-2")
    assert (409, "proof_needed") == (status, body["code"])
    assert before == api.rows()

    api.call("R1")
    api.act(ticket, "pass", reason="did not come")
    status, body = api.post("/check-ins", {"hall": "H1", "visit_token": token}, role="kiosk-2")
    assert (200, ticket["id"], "waiting") == (status, body["ticket"]["id"], body["ticket"]["state"])

    proven = identify(api, scan=code, proof={"phone_tail": "1234"}, role="kiosk-2")[1]["visit_token"]
    assert 201 == api.post("/check-ins", {"hall": "H1", "queue": "ENT", "visit_token": proven}, role="kiosk-2")[0]


def test_a_slip_of_a_cancelled_ticket_opens_nothing(api):
    code, ticket = a_slip(api)
    api.act(ticket, "cancel", reason="went home")
    token = identify(api, scan=code)[1]["visit_token"]
    assert 409 == api.post("/check-ins", {"hall": "H1", "visit_token": token}, role="kiosk")[0]


# ------------------------------------------------------------------------------------------------ codes of the desk
def desk_code(api, record="MR1", role="nurse"):
    token = identify(api, scan=record, role=role)[1]["visit_token"]
    wish = {"hall": "H1", "visit_token": token, "document_seen": "passport"}
    return api.post("/desk-codes", wish, role=role)


def test_a_code_of_the_desk_is_level_two_once_in_this_hall_and_in_the_trail(api):
    status, body = desk_code(api)
    assert (201, True) == (status, bool(CODE.fullmatch(body["code"])))
    assert 404 == identify(api, scan=body["code"], hall="H2", role="kiosk:H2")[0]
    assert (200, 2) == (lambda a: (a[0], a[1]["level"]))(identify(api, scan=body["code"].lower()))
    assert 404 == identify(api, scan=body["code"])[0], "one use"
    assert "passport" in [row[-2] for row in api.rows()["audit"] if "identify.desk_code" in row]
    assert body["code"] not in str(api.rows()["desk_code"])


def test_a_code_of_the_desk_ends_after_ten_minutes(api, monkeypatch):
    code = desk_code(api)[1]["code"]
    now = api.context.clock.real
    monkeypatch.setattr(api.context.clock.__class__, "real", lambda self: now() + api.minutes(10))
    assert 404 == identify(api, scan=code)[0]


def test_a_code_of_the_desk_for_a_ticket_is_its_patients_and_can_be_typed(api):
    _, ticket = a_slip(api)
    request = {"hall": "H1", "ticket": ticket["id"], "document_seen": "passport"}
    status, body = api.post("/desk-codes", request, role="nurse")
    assert 201 == status
    status, seen = identify(api, typed={"code": body["code"]})
    assert (200, 2, [ticket["id"]]) == (status, seen["level"], [one["id"] for one in seen["choices"]["tickets"]])


def test_a_code_of_the_desk_is_for_one_patient(api):
    _, ticket = a_slip(api)
    token = identify(api, scan="MR1", role="nurse")[1]["visit_token"]
    seen = {"hall": "H1", "document_seen": "passport"}
    for whose in ({}, {"ticket": ticket["id"], "visit_token": token}):
        assert "invalid" == api.post("/desk-codes", {**seen, **whose}, role="nurse")[1]["code"]
    assert "unknown_ticket" == api.post("/desk-codes", {**seen, "ticket": "nobody"}, role="nurse")[1]["code"]


def test_a_repeated_key_tells_when_a_code_ends_and_not_the_code(api):
    """The receipt of a request must not be a place where codes can be read."""
    _, ticket = a_slip(api)
    request = {"hall": "H1", "ticket": ticket["id"], "document_seen": "passport"}
    status, first = api.post("/desk-codes", request, role="nurse", key="one")
    again = api.post("/desk-codes", request, role="nurse", key="one")

    assert (status, {"expires_at": first["expires_at"]}) == again
    assert 1 == len(api.rows()["desk_code"])
    assert first["code"] not in str(api.rows())


def test_a_kiosk_hands_out_no_code(api):
    token = identify(api, scan=chip("MR1"))[1]["visit_token"]
    wish = {"hall": "H1", "visit_token": token, "document_seen": "x"}
    assert 403 == api.post("/desk-codes", wish, role="kiosk")[0]
    assert "visit_token_invalid" == api.post("/desk-codes", wish, role="console")[1]["code"], "of another device"


# --------------------------------------------------------------------------------------------------- guesses, walks
def test_twenty_meaningless_codes_stop_nobody(api):
    """S18: they locked a kiosk's identification for everybody for ten minutes."""
    codes = [f"https://example.org/{number}" for number in range(25)] + [f"guess {number}" for number in range(25)]
    codes += [f"QR{number:05d}" for number in range(25)] + ["B" * 26] * 25
    for code in codes:
        assert identify(api, scan=code, role="kiosk-2")[1]["code"] in {"not_identified", "proof_needed"}

    assert 200 == identify(api, scan="MR1", proof={"phone_tail": "1234"}, role="kiosk-2")[0]


def test_a_walk_over_the_numbers_of_a_register_finds_nobody_and_staff_is_told_once(api):
    """P1: MR800000 … MR800399 at one kiosk gave 400 people at level 2 in 3.8 s, without an alarm."""
    rows = [{"record_number": f"MR8{number:05d}", "name": "某人"} for number in range(60)]
    assert 200 == api.post("/imports/patients", {"rows": rows}, role="service")[0]
    codes = {identify(api, scan=row["record_number"], role="kiosk-2")[1]["code"] for row in rows}

    assert {"proof_needed"} == codes
    assert [("guessing", "neighbours")] == alerts(api)
    for number in range(20):
        identify(api, scan=f"X{number}", proof={"phone_tail": "1234"}, role="kiosk-2")
    assert ["neighbours", "misses"] == [text for _, text in alerts(api)], "the lock is told too, though staff was told"
    assert 200 == identify(api, scan="MR1", proof={"phone_tail": "1234"})[0]


def test_a_walk_over_trusted_cards_locks_its_kiosk_and_tells_staff():
    """P1: successes of different people are counted per device."""
    trusting = HALLS.replace('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghai"\nplain_cards = "trusted"')
    with an_api(trusting) as api:
        rows = [{"record_number": f"R{n}", "name": "某人", "card": f"C8{n:05d}"} for n in range(30)]
        assert 200 == api.post("/imports/patients", {"rows": rows}, role="service")[0]
        seen = [identify(api, scan=row["card"], role="kiosk")[0] for row in rows]

        assert [200] * 20 + [429] * 10 == seen
        assert [("guessing", "people")] == alerts(api)
        assert 200 == identify(api, scan=rows[0]["card"], role="kiosk-2")[0]


def test_guessing_at_one_number_stops_there_first_and_then_everywhere_but_a_chip_passes(api):
    """P1: counted per identifier across devices; the true patient at the next kiosk is served."""

    def guess(turn, role):
        return identify(api, scan="MR1", proof={"phone_tail": f"{turn:04d}"}, role=role)[1]["code"]

    assert ["not_identified"] * 5 + ["too_many_attempts"] * 3 == [guess(turn, "kiosk-2") for turn in range(8)]
    assert 200 == identify(api, scan="MR1", proof={"phone_tail": "1234"}, role="kiosk-3")[0], "at the next kiosk"
    assert 200 == identify(api, scan="MR2", proof={"phone_tail": "5678"}, role="kiosk-2")[0], "and anybody else here"
    assert ["not_identified"] * 5 == [guess(turn, "kiosk-4") for turn in range(5)]

    assert "too_many_attempts" == identify(api, scan="MR1", proof={"phone_tail": "1234"}, role="kiosk-3")[1]["code"]
    assert ("guessing", "one_number") in alerts(api)
    assert 200 == identify(api, scan=chip("MR1"), role="kiosk-2")[0]
    assert 200 == identify(api, scan="MR1", role="nurse")[0], "the desk looks at the card"
    assert 200 == identify(api, scan="MR1", proof={"phone_tail": "1234"}, role="kiosk-3")[0], "and that lifts it"


def test_an_unknown_number_is_locked_like_a_known_one(api):
    codes = [identify(api, scan="MR77", proof={"phone_tail": f"{n:04d}"})[1]["code"] for n in range(7)]
    assert ["not_identified"] * 5 + ["too_many_attempts"] * 2 == codes


def test_a_lock_survives_a_restart_and_staff_lifts_it():
    """S18: counters lived in memory, and nobody could lift a lock."""
    with an_api(fresh=True, replay=True) as api:
        assert 200 == api.post("/imports/patients", {"rows": PEOPLE}, role="service")[0]
        for number in range(20):
            identify(api, scan=f"X{number}", proof={"phone_tail": "1234"})
        again = api.restart()
        right = {"scan": "MR1", "proof": {"phone_tail": "1234"}}
        assert 429 == identify(again, **right)[0]
        assert [("guessing", "misses")] == alerts(again)

        kiosk = again.device("kiosk")
        assert 403 == again.post(f"/devices/{kiosk}/unlock", role="kiosk")[0]
        assert 200 == again.post(f"/devices/{kiosk}/unlock", role="nurse")[0]
        assert 200 == identify(again, **right)[0]
        again.close()


def test_a_lock_ends_by_itself(api, monkeypatch):
    for number in range(20):
        identify(api, scan=f"X{number}", proof={"phone_tail": "1234"})
    now = api.context.clock.real
    monkeypatch.setattr(api.context.clock.__class__, "real", lambda self: now() + api.minutes(11))
    assert 200 == identify(api, scan="MR1", proof={"phone_tail": "1234"})[0]


def test_every_identification_leaves_a_row_in_the_trail_without_a_name_or_number(api):
    before = len(api.rows()["audit"])
    wishes = [
        {"scan": "MR1"},
        {"scan": "MR1", "proof": {"phone_tail": "1234"}},
        {"scan": "MR1", "proof": {"phone_tail": "0" * 4}},
        {"scan": chip(NUMBER)},
        {"scan": "javascript:alert(1)"},
        {"typed": {}},
    ]
    for wish in wishes:
        identify(api, **wish)
    rows = api.rows()
    trail = rows["audit"][before:]

    assert ["identify"] * len(wishes) == [row[5] for row in trail]
    assert trail[0][6] == trail[1][6] == trail[2][6], "the same keyed hash"
    kept = str(trail) + str(rows["identification_attempt"])
    assert not [word for word in ("MR1", NUMBER, "1234", "张") if word in kept]


# -------------------------------------------------------------------------------------------- checking in is one too
def check_in(api, role="kiosk", queue="IM", **patient):
    return api.post("/check-ins", {"hall": "H1", "queue": queue, "patient": patient}, role=role)


def test_checking_in_tells_nothing_about_numbers(api):
    """S2: an unlimited oracle, which gave the finder the patient's ticket."""
    for queue in ("IM", "ZZ"):
        answers = [check_in(api, queue=queue, name="某", identity_number=number) for number in (NUMBER, OTHER)]
        answers += [check_in(api, queue=queue, name="某", record_number=number) for number in ("MR1", "MR77")]
        expected = "proof_needed" if queue == "IM" else "unknown_queue"
        assert {expected} == {body["code"] for _, body in answers}
    for known, unknown in (("MR1", "MR77"), ("MR2", "MR78")):
        answers = [check_in(api, name="某", record_number=number, phone="13900000001") for number in (known, unknown)]
        assert 1 == len({(status, str(body)) for status, body in answers})
    assert 0 == len(api.rows()["ticket"])


def test_name_with_birth_date_or_phone_is_nobody_at_a_kiosk_and_trying_is_counted(api):
    """S2: 1,187 birth dates, 29 phones, then the booked ticket. One answer now, and it is counted."""
    tries = [{"birth_date": f"1985-02-{day:02d}"} for day in range(1, 13)] + [
        {"phone": f"1397777{n}"} for n in range(5670, 5680)
    ]
    codes = [check_in(api, role="kiosk-2", name="李四", **one)[1]["code"] for one in tries]

    assert ["not_identified"] * 20 + ["too_many_attempts"] * 2 == codes
    assert 0 == len(api.rows()["ticket"])


def test_a_patient_with_a_proof_checks_in_at_a_kiosk(api):
    status, body = check_in(api, name="李四", record_number="mr2", phone="13977775678")
    assert (201, "李*") == (status, body["ticket"]["display_name"])
    assert 200 == check_in(api, name="李四", record_number="MR2", birth_date="1985-02-03")[0]
    assert 404 == check_in(api, name="李五", record_number="MR2", birth_date="1985-02-03")[0]
    assert 404 == check_in(api, name="李四", record_number="MR2", phone="13977775678", identity_number=OTHER)[0]


def test_who_is_in_danger_is_never_refused_for_a_number(api):
    wish = {"hall": "H1", "queue": "IM", "flags": ["chest_pain"], "patient": {"name": "某", "identity_number": NUMBER}}
    assert 202 == api.post("/check-ins", wish, role="kiosk")[0]


@pytest.mark.parametrize("role", ["kiosk", "console"])
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"identity_number": NUMBER, "birth_date": "1950-03-07"}, "contradicting_data"),
        ({"identity_number": NUMBER, "sex": "female"}, "contradicting_data"),
        ({"identity_number": "110101900307721"}, "identity_number_invalid"),
        ({"identity_number": "E12345678"}, "identity_number_invalid"),
    ],
)
def test_a_number_that_contradicts_or_is_none_is_refused_by_name(api, role, more, code):
    """P25, P2: at the desk and at the kiosk, before anything is looked up."""
    before = api.rows()
    status, body = check_in(api, role=role, name="张小三", **more)
    assert (422, code) == (status, body["code"])
    assert before == api.rows()


# ----------------------------------------------------------------------------------------- two people, two tickets
def test_a_namesake_with_another_number_gets_a_ticket_of_their_own(api):
    """P3: 张三 of record P2 got, and gave, the ticket of 张三 of record P1."""
    same = {"name": "张三", "birth_date": "1980-01-01"}
    assert 200 == api.post("/imports/patients", {"rows": [{"record_number": "P1", **same}]}, role="service")[0]
    second = check_in(api, role="console", record_number="P2", **same)
    first = check_in(api, role="console", record_number="P1", **same)

    assert [201, 201] == [first[0], second[0]]
    assert first[1]["ticket"]["id"] != second[1]["ticket"]["id"]
    assert {"P1", "P2"} <= {row[5] for row in api.rows()["patient"]}
    assert 404 == check_in(api, record_number="P7", **same)[0], "nobody at a kiosk"
    assert 200 == check_in(api, role="console", record_number="P2", **same)[0], "each their own again"


def test_twins_who_have_no_name_yet_have_two_tickets(api):
    """P3: 王某之子, one birth date, one phone, record numbers T1 and T2."""
    twins = [
        check_in(
            api, role="console", name="王某之子", birth_date="2026-03-01", phone="13800000000", record_number=number
        )
        for number in ("T1", "T2")
    ]
    assert [201, 201] == [status for status, _ in twins]
    assert 2 == len({body["ticket"]["number"] for _, body in twins})


def test_another_identity_number_with_the_same_phone_and_name_is_another_person(api):
    """P3: a father checks in for his son of the same name."""
    assert 201 == check_in(api, role="console", name="张小三", identity_number=NUMBER)[0]
    status, body = check_in(api, role="console", name="张小三", identity_number=OTHER, phone="13977771234")
    assert (201, "A002") == (status, body["ticket"]["number"])


@pytest.mark.parametrize("more", [{"birth_date": "1985-02-03"}, {"phone": "13977775678"}])
def test_a_namesake_without_a_number_is_a_question_to_the_desk(api, more):
    """P3: the desk page answered "已报到 A001" for a second 张三 without a question."""
    status, body = check_in(api, role="console", name="李四", **more)
    assert (409, "choose", 1) == (status, body["code"], len(body["choices"]["people"]))
    one = body["choices"]["people"][0]
    assert ("李*", "MR2", "5678") == (one["display_name"], one["record_number"], one["phone_tail"])

    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "李四", **more}}
    same = api.post("/check-ins", {**wish, "same_as": one["id"]}, role="console")
    new = api.post("/check-ins", {**wish, "same_as": "new"}, role="console")
    assert [201, 201] == [same[0], new[0]]
    assert same[1]["ticket"]["id"] != new[1]["ticket"]["id"]
    assert 422 == api.post("/check-ins", {**wish, "same_as": "nobody"}, role="console")[0]


def test_a_number_whose_owner_has_another_name_is_a_question_too(api):
    status, body = check_in(api, role="console", name="张三", record_number="MR1")
    assert (409, "choose", "张*三") == (status, body["code"], body["choices"]["people"][0]["display_name"])


def test_two_numbers_of_two_people_are_refused(api):
    status, body = check_in(api, role="console", name="李四", record_number="MR2", identity_number=NUMBER)
    assert (422, "contradicting_data") == (status, body["code"])


def test_the_desk_looks_up_whatever_stands_on_a_card(api):
    """A number without a digit is still the number of a card; the desk sees the card."""
    api.check_in("江卡", patient={"record_number": "MR-CARD"})
    assert 200 == identify(api, scan="mr-card", role="nurse")[0]
    assert 404 == identify(api, scan="mr-card", role="kiosk")[0]


def test_a_text_that_names_two_patients_is_a_question_at_the_desk_and_nobody_at_a_kiosk(api):
    """B4: only documents of two kinds may have one number; an import refuses every other way."""
    twins = [
        {"record_number": "MR8", "name": "周八", "phone": "13977773333", "document_type": "passport"},
        {"record_number": "MR9", "name": "吴九", "phone": "13977771234", "document_type": "taiwan_permit"},
    ]
    rows = [twin | {"identity_number": "98765432"} for twin in twins]
    assert 200 == api.post("/imports/patients", {"rows": rows}, role="service")[0]

    status, body = identify(api, scan="98765432", role="nurse")
    assert (409, "choose") == (status, body["code"])
    people = {one["record_number"]: one["id"] for one in body["choices"]["people"]}
    assert {"MR8", "MR9"} == people.keys()
    status, body = identify(api, patient=people["MR8"], role="nurse")
    assert (200, "周*") == (status, body["display_name"])

    for proof in ("1234", "3333"):
        status, body = identify(api, scan="98765432", proof={"phone_tail": proof})
        assert (404, "not_identified") == (status, body["code"])
        assert "choices" not in body


def test_the_desk_looks_a_name_up_and_chooses(api):
    status, body = identify(api, typed={"name": "李四", "birth_date": "1985-02-03"}, role="nurse")
    assert (409, "choose") == (status, body["code"])
    status, body = identify(api, patient=body["choices"]["people"][0]["id"], role="nurse")
    assert (200, 1, "李*") == (status, body["level"], body["display_name"])
    assert 404 == identify(api, patient="nobody", role="nurse")[0]
    assert 404 == identify(api, patient="whoever", role="kiosk")[0]


def test_passports_and_permits_are_kinds_of_their_own(api):
    """P2: numbers of different kinds never mix."""
    base = {"name": "Anna Smith", "birth_date": "1991-01-01"}
    same = check_in(api, role="console", identity_number="e12345678", document_type="passport", **base)
    other = check_in(api, role="console", identity_number="01234567", document_type="taiwan_permit", name="林一")
    third = check_in(api, role="console", identity_number="01234567", document_type="passport", name="Lin Yi")
    assert [201, 201, 201] == [same[0], other[0], third[0]]
    assert len(PEOPLE) + 2 == len(api.rows()["patient"])
