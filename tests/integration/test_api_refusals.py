"""Bad input of every endpoint: a stable code as problem+json, and not one row of the database changed."""

import pytest

from server.protocol.terms import ErrorCode
from server.web.problems import LIMITS, STATUS, title_of
from server.web.routes import declared
from tests.support.api import an_api
from tests.support.catalogues import messages


@pytest.fixture(scope="module")
def api():
    """A server with a waiting, a called, a serving, a held and a done ticket, one print job of a kiosk, one alert."""
    with an_api() as made:
        for role in ("kiosk", "console", "caller", "service", "station:H2", "kiosk-2"):
            made.token(role)
        made.cookie("admin")
        names = {"done": "甲一", "serving": "乙二", "called": "丙三", "held": "丁四", "waiting": "戊五"}
        tickets = {state: made.check_in(name)["id"] for state, name in names.items()}
        made.call("R1")
        made.act(tickets["done"], "finish")
        made.call("R1")
        made.act(tickets["serving"], "start")
        made.call("R2")
        made.act(tickets["held"], "hold", reason="telephone")
        made.tickets = tickets
        _, slip = made.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "己六"}}, role="kiosk")
        made.job = slip["print_job"]["id"]
        made.alert = made.post("/alerts", {"kind": "help"}, role="kiosk")[1]["alert"]["id"]
        made.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "庚七", "record_number": "MR7"}})
        yield made


def path_of(api, route):
    """The route's address with things that are there."""
    word = route.path.removeprefix("/api/v1").replace("<hall>", "H1")
    things = {"/tickets": api.tickets["waiting"], "/stations": "R3", "/print-jobs": api.job, "/alerts": api.alert}
    kind = next((kind for kind in things if word.startswith(kind)), None)
    return word.replace("<id>", things[kind] if kind else "nothing")


def wishes():
    return [route for route in declared() if route.method == "POST" and route.roles is not None]


WISHERS = ("console", "kiosk", "caller", "service", "station:H2", "admin")


def wisher(route):
    """Somebody whom the route lets in."""
    roles = {role.value for role in route.roles}
    return next(role for role in WISHERS if role.partition(":")[0] in roles)


def refused(api, expected, answer):
    """The answer is a problem document with this code and the status that belongs to it."""
    assert "application/problem+json" == answer.mimetype
    assert (STATUS[ErrorCode(expected)], expected) == (answer.status_code, answer.json["code"])
    assert answer.json["title"] in {title_of(ErrorCode(expected), language) for language in ("zh", "en")}
    assert answer.status_code == answer.json["status"]


MALFORMED = {
    "no json": b"{",
    "a list": b"[]",
    "a text": b'"hall"',
    "nothing but null": b"null",
    "not utf-8": b'{"hall": "\xff"}',
    "a deep nest": b"[" * 50_000,
    "a nest that can just be read": b'{"reason": ' + b"[" * 200 + b"]" * 200 + b"}",
    "no number": b'{"health": {"paper": NaN}, "vitals": {"pulse": NaN}}',
    "an endless number": b'{"health": {"paper": 1e999}, "vitals": {"pulse": 1e999}}',
    "a number of forty digits": b'{"seen_seq": ' + b"9" * 40 + b', "vitals": {"pulse": ' + b"9" * 400 + b"}}",
    "half a character": b'{"reason": "\\ud800", "rows": [{"record_number": "\\ud800"}]}',
    "a key of half a character": b'{"\\ud800": 1}',
    "a text with a NUL": b'{"reason": "a\\u0000b", "rows": [{"name": "a\\u0000b"}]}',
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_refused_by_every_wish_and_changes_nothing(api, data):
    before = api.rows()
    for route in wishes():
        refused(api, "invalid", api.send("POST", path_of(api, route), role=wisher(route), data=data))

    assert before == api.rows()


def test_an_unknown_field_is_refused_by_every_wish_and_changes_nothing(api):
    before = api.rows()
    for route in wishes():
        answer = api.send("POST", path_of(api, route), {"no_such_field": 1}, role=wisher(route))
        refused(api, "invalid", answer)
        assert "no_such_field" in str(answer.json["errors"])

    assert before == api.rows()


def test_a_wrong_type_is_refused_by_every_wish_that_has_a_body_and_changes_nothing(api):
    before = api.rows()
    for route in wishes():
        for field in route.body.model_fields:
            wrong = ["another", "kind"] if field in {"health", "vitals"} else {"of": ["another", "kind"]}
            answer = api.send("POST", path_of(api, route), {field: wrong}, role=wisher(route))
            assert (422, "invalid") == (answer.status_code, answer.json["code"]), (route.operation, field)

    assert before == api.rows()


def test_a_body_larger_than_it_may_be_is_refused_by_every_wish_and_changes_nothing(api):
    before = api.rows()
    large = b'{"reason": "' + b"x" * 300_000 + b'"}'
    for route in wishes():
        answer = api.send("POST", path_of(api, route), role=wisher(route), data=large)
        assert (answer.status_code, answer.json["code"]) in {(413, "too_large"), (422, "invalid")}, route.operation

    assert before == api.rows()


def test_a_form_instead_of_json_is_refused(api):
    answer = api.send("POST", "/check-ins", role="kiosk", data=b"hall=H1", headers={"Content-Type": "text/plain"})

    refused(api, "invalid", answer)


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "two\tparts"], ids=["none", "long", "umlaut", "tab"])
def test_a_missing_or_bad_key_is_refused_by_every_wish_that_needs_one(api, key):
    before = api.rows()
    for route in wishes():
        if not route.key:
            continue
        body = {"hall": "H1"} if route.operation in {"check_in"} else {}
        headers = {"Idempotency-Key": key} if key else {}
        answer = api.send("POST", path_of(api, route), body, role=wisher(route), key="", headers=headers)
        refused(api, "key_missing", answer)

    assert before == api.rows()


def test_only_session_heartbeat_claim_and_what_changes_nothing_carry_no_key(api):
    assert {"sign_in", "heartbeat", "claim_print_job", "identify", "suggest_grade"} == {
        route.operation for route in declared() if route.method == "POST" and not route.key
    }


@pytest.mark.parametrize("hall", ["NOPE", "", "h1", "H1 ", "' OR 1=1 --", "x" * 65])
def test_an_unknown_hall_is_refused(api, hall):
    before = api.rows()
    for path, body in (
        ("/check-ins", {"hall": hall, "queue": "IM", "patient": {"name": "张小三"}}),
        ("/identifications", {"hall": hall, "scan": "MR7"}),
    ):
        answer = api.send("POST", path, body, role="console")
        assert (answer.status_code, answer.json["code"]) in {(404, "unknown_hall"), (422, "invalid")}
    if hall == "NOPE":
        for path in ("/halls/NOPE/snapshot", "/halls/NOPE/events"):
            refused(api, "unknown_hall", api.send("GET", path))
        answer = api.send(
            "POST", f"/tickets/{api.tickets['waiting']}/transfer", {"queue": "IM", "hall": "NOPE", "reason": "x"}
        )
        refused(api, "unknown_hall", answer)

    assert before == api.rows()


THINGS = [
    ("GET", "/tickets/nothing", "console", None, "unknown_ticket"),
    ("POST", "/tickets/nothing/start", "console", {}, "unknown_ticket"),
    ("POST", "/tickets/nothing/triage", "console", {"grade": "N"}, "unknown_ticket"),
    ("POST", "/tickets/nothing/transfer", "console", {"queue": "ENT", "reason": "x"}, "unknown_ticket"),
    ("POST", "/tickets/nothing/stage", "console", {"station": "R1"}, "unknown_ticket"),
    ("POST", "/tickets/nothing/undo", "console", {}, "unknown_ticket"),
    ("POST", "/stations/NOPE/call-next", "console", {}, "unknown_station"),
    ("POST", "/stations/NOPE/open", "console", {}, "unknown_station"),
    ("POST", "/stations/S1/call-next", "console", {}, "unknown_station"),
    ("POST", "/stations/R3/call-next", "console", {"ticket": "nothing", "reason": "x"}, "unknown_ticket"),
    ("POST", "/stations/R3/call-next", "console", {"ticket": "nothing"}, "reason_needed"),
    ("POST", "/print-jobs/nothing/report", "kiosk", {"state": "printed"}, "not_found"),
    ("POST", "/print-jobs/nothing/reprint", "console", {"reason": "torn"}, "not_found"),
    ("POST", "/alerts/nothing/acknowledge", "console", {}, "not_found"),
    ("POST", "/alerts", "console", {"kind": "help", "ticket": "nothing"}, "unknown_ticket"),
    ("POST", "/announcements/nothing/outcome", "caller", {"outcome": "spoken"}, "not_found"),
    ("POST", "/devices/nothing/revoke", "admin", {}, "not_found"),
    ("GET", "/nothing", "console", None, "not_found"),
    ("GET", "/tickets/a%00b", "console", None, "not_found"),
    ("POST", "/tickets/../start", "console", {}, "unknown_ticket"),
    ("POST", "/tickets//start", "console", {}, "not_found"),
    ("GET", "/check-ins", "console", None, "not_found"),
    ("POST", "/check-ins", "console", {"hall": "H1", "queue": "NOPE", "patient": {"name": "x"}}, "unknown_queue"),
    ("POST", "/check-ins", "console", {"hall": "H1", "queue": "IM"}, "invalid"),
    ("POST", "/check-ins", "console", {"hall": "H1", "patient": {"name": "x"}}, "choose"),
    ("POST", "/check-ins", "console", {"hall": "H1", "queue": "NIGHT", "patient": {"name": "x"}}, "queue_closed"),
    ("POST", "/check-ins", "kiosk", {"hall": "H1", "queue": "IM", "visit_token": "forged"}, "visit_token_invalid"),
    ("POST", "/check-ins", "console", {"hall": "H1", "appointment": "nothing"}, "appointment_unusable"),
    ("POST", "/check-ins", "kiosk", {"hall": "H1", "appointment": "nothing"}, "not_identified"),
]


@pytest.mark.parametrize(("method", "path", "role", "body", "code"), THINGS, ids=lambda value: str(value)[:40])
def test_what_is_not_there_or_not_open_is_refused_by_its_code(api, method, path, role, body, code):
    before = api.rows()
    answer = api.send(method, path, body, role=role)

    if path == "/check-ins" and method == "GET":
        assert (405, "not_found") == (answer.status_code, answer.json["code"])
    else:
        refused(api, code, answer)
    assert before == api.rows()


IDENTITY_NUMBERS = ["110101199003070000", "11010119900307", "not a number", "110101199013076239", "11010119900307ABCD"]


@pytest.mark.parametrize("number", IDENTITY_NUMBERS)
def test_an_identity_number_that_does_not_check_is_refused(api, number):
    before = api.rows()
    body = {"hall": "H1", "queue": "IM", "patient": {"name": "张小三", "identity_number": number}}

    refused(api, "identity_number_invalid", api.send("POST", "/check-ins", body))
    assert before == api.rows()


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "张\n三", "张\x00三", "\u200b\u202e", None, 7])
def test_a_name_that_is_no_name_is_refused(api, name):
    before = api.rows()
    answer = api.send("POST", "/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": name}}, role="kiosk")

    refused(api, "invalid", answer)
    assert before == api.rows()


@pytest.mark.parametrize("name", ["张", "欧阳娜娜", "𠮷㐂䶮", "O'Brien-Ünal", "买买提·艾力", "x" * 100, "李 四", "😀"])
def test_any_printable_name_is_accepted_from_a_kiosk(api, name):
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": name}}, role="kiosk")

    assert 201 == status
    assert body["ticket"]["number"].startswith("B")


MOVES = {
    "done": {"recall", "arrived", "start", "pass", "hold", "return", "stage", "transfer", "prioritise", "worse",
             "finish", "cancel", "triage"},
    "waiting": {"recall", "arrived", "start", "pass", "return", "finish"},
    "called": {"stage", "prioritise"},
    "serving": {"recall", "arrived", "start", "pass", "return", "stage", "prioritise", "cancel"},
    "held": {"recall", "arrived", "start", "pass", "hold", "stage", "finish"},
}  # fmt: skip
BODIES = {
    "hold": {"reason": "x-ray"},
    "stage": {"station": "R1"},
    "transfer": {"queue": "ENT", "reason": "wrong clinic"},
    "prioritise": {"tag": "老", "evidence": "birth date"},
    "triage": {"grade": "U", "reason": "pain"},
}


@pytest.mark.parametrize("state", MOVES)
def test_a_wish_that_the_state_does_not_allow_is_illegal_and_changes_nothing(api, state):
    before = api.rows()
    for word in sorted(MOVES[state]):
        answer = api.send("POST", f"/tickets/{api.tickets[state]}/{word}", BODIES.get(word, {}))
        assert (409, "illegal_move") == (answer.status_code, answer.json["code"]), (state, word)
        assert state == answer.json["state"]

    assert before == api.rows()


def test_a_busy_station_is_refused_with_the_ticket_it_holds(api):
    before = api.rows()
    serving, called = api.send("POST", "/stations/R1/call-next", {}), api.send("POST", "/stations/R2/call-next", {})
    insisting = api.send("POST", "/stations/R2/call-next", {"finish_current": True})

    for answer, ticket in ((serving, "serving"), (called, "called"), (insisting, "called")):
        refused(api, "station_busy", answer)
        assert api.tickets[ticket] == answer.json["ticket"]["id"]
    assert before == api.rows()


def test_a_reprint_without_a_printer_is_refused_and_a_check_in_without_one_is_not(api):
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "辛八"}}, role="console")
    before = api.rows()

    assert (201, None) == (status, body.get("print_job"))
    refused(api, "no_printer", api.send("POST", f"/print-jobs/{api.job}/reprint", {"reason": "torn"}))
    assert before == api.rows()


def test_a_kiosk_reports_and_reprints_its_own_paper_only(api):
    before = api.rows()

    refused(api, "lease_lost", api.send("POST", f"/print-jobs/{api.job}/report", {"state": "printed"}, role="kiosk-2"))
    refused(api, "forbidden", api.send("POST", f"/print-jobs/{api.job}/reprint", {"reason": "x"}, role="kiosk-2"))
    assert before == api.rows()


def test_a_position_that_cannot_be_continued_is_reload(api):
    seq, epoch = (api.snapshot()[word] for word in ("seq", "epoch"))

    refused(api, "reload", api.send("GET", f"/halls/H1/events?after={seq + 1}"))
    refused(api, "reload", api.send("GET", "/halls/H1/events?after=0&epoch=another"))
    assert 200 == api.get(f"/halls/H1/events?after={seq}&epoch={epoch}")[0]


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1.5", "limit=0", "limit=10001", "limit=x", "after=٣", "after=" + "9" * 16]
)
def test_a_bad_page_of_events_is_invalid(api, query):
    refused(api, "invalid", api.send("GET", f"/halls/H1/events?{query}"))


def test_a_level_that_the_scale_does_not_have_is_refused(api):
    before = api.rows()
    answer = api.send("POST", f"/tickets/{api.tickets['waiting']}/triage", {"grade": "Ⅸ", "reason": "x"})

    refused(api, "unknown_level", answer)
    assert before == api.rows()


def test_a_priority_is_refused_without_evidence_or_with_an_unknown_tag(api):
    before = api.rows()
    wished = {"hall": "H1", "queue": "IM", "patient": {"name": "壬九"}, "tags": ["老"]}

    refused(api, "evidence_needed", api.send("POST", "/check-ins", wished))
    refused(api, "forbidden", api.send("POST", "/check-ins", {**wished, "evidence": "card"}, role="kiosk"))
    refused(api, "invalid", api.send("POST", "/check-ins", {**wished, "tags": ["王"], "evidence": "card"}))
    for tag in ("王", ""):
        wrong = api.send("POST", f"/tickets/{api.tickets['waiting']}/prioritise", {"tag": tag, "evidence": "card"})
        refused(api, "invalid", wrong)
    assert before == api.rows()


def test_simulated_time_is_refused_by_a_real_hall():
    with an_api(replay=False) as api:
        api.token("console")
        before = api.rows()
        answer = api.send("POST", "/alerts", {"kind": "help"}, headers={"X-Hall-Time": "2026-03-02T09:00:00Z"})

        refused(api, "forbidden", answer)
        assert before == api.rows()


@pytest.mark.parametrize("at", ["yesterday", "2026-03-02T09:00:00", "", "1e9"])
def test_simulated_time_without_a_zone_is_invalid(api, at):
    before = api.rows()
    answer = api.send("POST", "/alerts", {"kind": "help"}, headers={"X-Hall-Time": at})

    refused(api, "invalid", answer)
    assert before == api.rows()


def test_the_reader_is_refused_in_the_language_it_prefers(api):
    titles = {
        tag: api.send("GET", "/tickets/nothing", headers={"Accept-Language": tag}).json["title"]
        for tag in ("zh-CN", "en-GB", "de")
    }

    chinese, english = (title_of(ErrorCode.UNKNOWN_TICKET, language) for language in ("zh", "en"))
    assert {"zh-CN": chinese, "en-GB": english, "de": english} == titles


def test_every_code_has_a_status_and_sentences_in_two_languages():
    assert set(ErrorCode) == set(STATUS)
    assert set(ErrorCode) == set(messages("errors", "zh")) == set(messages("errors", "en"))


def test_limits_in_titles_are_those_of_the_rules():
    gaps = {ErrorCode(key): gaps for key, (gaps, _) in messages("errors", "en").items() if gaps}

    assert gaps == {code: set(limits) for code, limits in LIMITS.items()}
    assert "This can be undone for 45 seconds only." == title_of(ErrorCode.UNDO_TOO_LATE, "en", undo_seconds=45)
    assert "用户名或密码错误。多次出错后，请等五分钟再试。" == title_of(ErrorCode.WRONG_CREDENTIALS, "zh")
