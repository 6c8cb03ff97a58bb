"""People who sign in and machines that are enrolled: passwords, cookies, origins, ends of sessions, tokens."""

import contextlib
import datetime
import time

import httpx
import pytest
import socketio

from server.domain.access.rights import reach_of
from server.domain.privacy.audiences import PUBLIC_FIELDS
from server.protocol.client import HallClient
from server.protocol.terms import DeviceRole
from server.store.models import StaffRow
from tests.support.api import PASSWORD, an_api
from tests.support.hall import a_hall, until


@pytest.fixture
def api():
    with an_api() as made:
        for name, role in (("mei", "nurse"), ("wang", "doctor"), ("root", "admin")):
            made.staff(name, role, hall=None if role == "admin" else "H1", station="R1" if role == "doctor" else None)
        yield made


def sign_in(api, username="mei", password=PASSWORD, **options):
    return api.server.app.test_client().post(
        "/api/v1/session", json={"username": username, "password": password}, **options
    )


def read(api, cookie):
    """What a cookie opens, with nothing remembered of it."""
    api.server.app.extensions["hall"].tokens._known.clear()
    client = api.server.app.test_client(use_cookies=False)
    return client.get("/api/v1/session", headers={"Cookie": cookie}).status_code


def cookie_of(answer):
    return answer.headers["Set-Cookie"].split(";")[0]


def test_a_nurse_signs_in_and_is_known(api):
    answer = sign_in(api)

    assert (200, {"id", "username", "name", "role", "hall", "station", "doctor"}) == (
        answer.status_code, set(answer.json["staff"]),
    )  # fmt: skip
    assert ("mei", "nurse", "H1") == tuple(answer.json["staff"][word] for word in ("username", "role", "hall"))
    assert 200 == read(api, cookie_of(answer))


def test_passwords_are_kept_as_argon2_and_nowhere_else(api):
    row = {"username": "lin", "name": "林某", "role": "nurse", "password": PASSWORD, "hall": "H1"}
    assert 200 == api.post("/imports/staff", {"rows": [row]}, role="service")[0]
    assert 200 == sign_in(api, "lin").status_code
    stored = str(api.rows(but=frozenset()))

    assert "$argon2id$v=19$m=65536,t=3,p=1$" in stored
    assert PASSWORD not in stored


def test_a_session_token_is_kept_only_as_a_hash(api):
    token = cookie_of(sign_in(api)).partition("=")[2]

    assert 32 <= len(token)
    assert token not in str(api.rows(but=frozenset()))


def test_the_cookie_is_kept_from_scripts_and_other_sites():
    with an_api(origins="https://hall.example") as api:
        api.staff("mei", "nurse", hall="H1")
        plain, secure = sign_in(api), sign_in(api, base_url="https://hall.example")
    flags = {part.strip() for part in secure.headers["Set-Cookie"].split(";")[1:]}

    assert {"HttpOnly", "Path=/", "SameSite=Strict"} == {
        part.strip() for part in plain.headers["Set-Cookie"].split(";")[1:]
    }
    assert {"HttpOnly", "Path=/", "SameSite=Strict", "Secure"} == flags
    assert secure.headers["Set-Cookie"].startswith("__Host-hall_session=")
    assert "max-age=31536000" == secure.headers["Strict-Transport-Security"]


def test_each_sign_in_makes_a_new_token(api):
    assert cookie_of(sign_in(api)) != cookie_of(sign_in(api))


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(api):
    wrong, unknown = sign_in(api, password="wrong password"), sign_in(api, "nobody")

    assert (401, 401) == (wrong.status_code, unknown.status_code)
    assert wrong.get_data() == unknown.get_data()
    assert "wrong_credentials" == wrong.json["code"]


def test_a_right_password_forgives_the_wrong_ones_before(api):
    for _ in range(2):
        for number in range(4):
            sign_in(api, password=f"wrong {number}")
        assert 200 == sign_in(api).status_code


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://localhost.evil.example", "https://localhost", "http://localhost:81", "null"],
)
def test_another_site_can_neither_sign_in_nor_wish_with_the_cookie(api, origin):
    ticket = api.check_in("某某")
    cookie = cookie_of(sign_in(api))
    before = api.rows()
    wish = {"headers": {"Cookie": cookie, "Origin": origin}, "role": None}

    assert (403, "forbidden") == (
        sign_in(api, headers={"Origin": origin}).status_code,
        api.send("POST", f"/tickets/{ticket['id']}/cancel", {}, **wish).json["code"],
    )
    client = api.server.app.test_client(use_cookies=False)
    assert 403 == client.delete("/api/v1/session", headers=wish["headers"]).status_code
    assert before == api.rows()
    assert 200 == read(api, cookie)


def test_the_own_site_can(api):
    ticket = api.check_in("某某")
    headers = {"Cookie": cookie_of(sign_in(api)), "Origin": "http://localhost"}

    assert 200 == api.send("POST", f"/tickets/{ticket['id']}/cancel", {}, role=None, headers=headers).status_code


def test_a_proxy_before_the_server_is_the_own_site_when_the_settings_name_it():
    with an_api(origins="https://hall.example") as api:
        api.staff("mei", "nurse", hall="H1")
        ticket = api.check_in("某某")
        proxied, other = ({"Origin": f"https://{name}.example"} for name in ("hall", "other"))
        answer = sign_in(api, headers=proxied)
        cookie = cookie_of(answer)
        path = f"/tickets/{ticket['id']}/cancel"
        refused = api.send("POST", path, {}, role=None, headers={"Cookie": cookie, **other})
        accepted = api.send("POST", path, {}, role=None, headers={"Cookie": cookie, **proxied})

        assert cookie.startswith("__Host-hall_session="), "the browser speaks TLS, so the cookie is for TLS only"
        assert "Secure" in answer.headers["Set-Cookie"]
        assert (403, 200) == (refused.status_code, accepted.status_code)


def test_a_state_is_never_changed_by_a_get(api):
    ticket = api.check_in("某某")
    before = api.rows()
    tried = [api.send("GET", path) for path in (f"/tickets/{ticket['id']}/cancel", "/stations/R1/call-next", "/alerts")]

    assert [405, 405, 405] == [answer.status_code for answer in tried]
    assert before == api.rows()


def test_signing_out_ends_the_session_on_the_server_too(api):
    cookie = cookie_of(sign_in(api))
    assert 200 == read(api, cookie)
    client = api.server.app.test_client(use_cookies=False)
    answer = client.delete("/api/v1/session", headers={"Cookie": cookie})

    assert (200, '"cache", "storage"') == (answer.status_code, answer.headers["Clear-Site-Data"])
    assert 401 == client.get("/api/v1/session", headers={"Cookie": cookie}).status_code
    assert 401 == read(api, cookie)


@pytest.mark.parametrize(("idle", "used", "status"), [(119, False, 200), (121, False, 401), (13 * 60, True, 401)])
def test_a_session_ends_idle_after_two_hours_and_anyway_after_twelve(api, monkeypatch, idle, used, status):
    cookie = cookie_of(sign_in(api))
    began = datetime.datetime.now(datetime.UTC)
    tokens = api.server.app.extensions["hall"].tokens
    for minutes in range(60, idle, 60) if used else ():
        at = began + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr(type(api.context.clock), "real", lambda _, at=at: at)
        tokens._touched.clear()
        assert (200 if minutes < 12 * 60 else 401) == read(api, cookie), minutes
    monkeypatch.setattr(type(api.context.clock), "real", lambda _: began + datetime.timedelta(minutes=idle))

    assert status == read(api, cookie)


def test_a_disabled_account_is_out_at_once(api):
    cookie = cookie_of(sign_in(api))

    def disable(db):
        row = db.query(StaffRow).filter_by(username="mei").one()
        row.disabled_at = api.context.clock.real()
        return []

    api.context.transactions.administer(disable)

    assert 401 == read(api, cookie)
    assert 401 == sign_in(api).status_code


def test_a_changed_password_keeps_the_old_one_out(api):
    cookie = cookie_of(sign_in(api))
    api.staff("mei", "nurse", "another long password", hall="H1")

    assert 401 == sign_in(api).status_code
    assert 200 == sign_in(api, password="another long password").status_code
    assert 401 == read(api, cookie), "sessions under the old password end"


def test_a_revoked_device_is_refused(api):
    api.token("kiosk-9")
    device = api.device("kiosk-9")
    seq = api.snapshot()["seq"]
    assert 200 == api.post(f"/devices/{device}/revoke", {}, role="admin")[0]
    api.server.app.extensions["hall"].tokens._known.clear()

    assert (401, "unauthenticated") == (lambda answer: (answer[0], answer[1]["code"]))(
        api.get("/devices/me", role="kiosk-9")
    )
    assert ["device.revoked"] == api.kinds(after=seq)
    assert device not in {device["id"] for device in api.snapshot()["devices"]}


def test_device_tokens_are_kept_only_as_hashes_and_long(api):
    token = api.token("kiosk-9")

    assert 43 <= len(token.removeprefix("hall_"))
    assert token not in str(api.rows())


def test_every_answer_carries_the_headers_of_a_careful_server(api):
    for path, role in (("/halls/H1/snapshot", "console"), ("/nothing", None), ("/docs", None)):
        headers = api.send("GET", path, role=role).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert ("nosniff", "no-referrer") == (headers["X-Content-Type-Options"], headers["Referrer-Policy"])
    assert "no-store" == api.send("GET", "/halls/H1/snapshot").headers["Cache-Control"]


def test_a_refusal_with_a_patients_choices_is_kept_by_no_cache(api):
    """S29: 409 `choose` and every other refusal carried no Cache-Control."""
    client = api.server.app.test_client()
    answers = [api.send("POST", "/check-ins", {"hall": "H1", "patient": {"name": "某某"}}, role="kiosk"),
               api.send("GET", "/tickets/nothing"), client.get("/nothing"), client.get("/metrics")]  # fmt: skip

    assert "choose" == answers[0].json["code"]
    assert {"no-store"} == {answer.headers["Cache-Control"] for answer in answers}


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_a_browser_that_says_another_site_without_an_origin_is_refused(api, headers):
    """S26: only the Origin was looked at, and not its scheme."""
    cookie = {"Cookie": cookie_of(sign_in(api))}
    ticket = api.check_in("某某")
    path = f"/tickets/{ticket['id']}/cancel"

    assert 403 == sign_in(api, headers=headers).status_code
    assert 403 == api.send("POST", path, {}, role=None, headers=cookie | headers).status_code
    assert 200 == api.send("POST", path, {}, role=None, headers=cookie | {"Sec-Fetch-Site": "same-origin"}).status_code


def test_a_name_somebody_pointed_at_the_server_opens_nothing(api):
    """S25: any Host was accepted and stood in the content policy."""
    client = api.server.app.test_client()
    for path in ("/", "/login", "/api/v1/halls/H1/snapshot", "/healthz", "/socket.io/?EIO=4&transport=polling"):
        answer = client.get(path, headers={"Host": "evil.example", "Origin": "http://evil.example"})
        assert (421, "unknown_host", "no-store") == (
            answer.status_code, answer.json["code"], answer.headers["Cache-Control"]
        ), path  # fmt: skip
        assert "evil" not in answer.headers["Content-Security-Policy"]
    assert 200 == client.get("/login", headers={"Host": "192.0.2.7:8080"}).status_code, "reached by its address"


def test_the_documents_stand_at_two_addresses_and_load_nothing_from_elsewhere(api):
    """S24: /apidoc served pages with scripts of foreign hosts, described nowhere."""
    client = api.server.app.test_client()
    for path in ("/apidoc/openapi.json", "/apidoc/swagger", "/apidoc/redoc", "/apidoc/scalar"):
        assert 404 == client.get(path).status_code, path
    page = client.get("/api/v1/docs").get_data(as_text=True)
    assert 200 == client.get("/api/v1/openapi.json").status_code
    assert "<script" not in page
    assert "//" not in page


@pytest.fixture(scope="module")
def hall():
    with a_hall() as running:
        running.command(
            "staff", "add", "mei", "--role", "nurse", "--hall", "H1", "--password-stdin", text=PASSWORD + "\n"
        )
        yield running


class Socket:
    """A socket of /hall, with what it was told."""

    def __init__(self, hall, auth, **options):
        self.client = socketio.Client(reconnection=False)
        self.positions, self.events = [], []
        self.client.on("position", self.positions.append, namespace="/hall")
        self.client.on("event", self.events.append, namespace="/hall")
        self.gone = []
        self.client.on("disconnect", lambda *_: self.gone.append(time.monotonic()), namespace="/hall")
        with contextlib.suppress(socketio.exceptions.ConnectionError):
            self.client.connect(hall.address, auth=auth, namespaces=["/hall"], wait=False, **options)

    def close(self):
        self.client.disconnect()


@pytest.fixture
def connect(hall):
    sockets = []

    def make(auth, **options):
        sockets.append(Socket(hall, auth, **options))
        return sockets[-1]

    yield make
    for one in sockets:
        one.close()


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]])
def test_a_socket_is_told_the_position_once_and_then_each_fact(hall, connect, transports):
    one = connect({"token": hall.token("caller"), "hall": "H1"}, transports=transports)
    until(lambda: one.positions)
    seq = one.positions[0]["seq"]
    hall.check_in("甲", "乙")
    until(lambda: len(one.events) >= 2)

    assert 1 == len(one.positions)
    assert [seq + 1, seq + 2] == [event["seq"] for event in one.events]
    assert "甲" not in str(one.events)


def refused(connect, auth, **options):
    """A socket that the server cuts off. Asked again where the library dropped that word: it came before it counted
    itself connected."""
    for _ in range(8):
        one = connect(auth, **options)
        with contextlib.suppress(AssertionError):
            until(lambda one=one: one.gone, within=4)
            return one
    raise AssertionError("never cut off")


REFUSED = {
    "no token": {},
    "a wrong token": {"token": "hall_wrong", "hall": "H1"},
    "another hall": {"hall": "H2"},
    "no dictionary": "token",
    "a role that reads nothing": {"role": "station"},
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_socket_without_the_right_is_refused(hall, connect, why):
    auth = REFUSED[why]
    if isinstance(auth, dict) and ("role" in auth or auth.get("hall") == "H2"):
        auth = {"token": hall.token(auth.get("role", "caller")), "hall": auth.get("hall", "H1")}

    one = refused(connect, auth)

    assert [] == one.positions


def test_each_machine_joins_as_the_table_says_and_reads_no_more_than_its_fields(hall, connect):
    """S5: the rows of rights and audiences over a real socket; what is a patient's matter reaches staff alone."""
    sockets = {role: connect({"token": hall.token(role), "hall": "H1"}) for role in DeviceRole}
    joined = {role for role in DeviceRole if reach_of("follow", role)}
    until(lambda: all(sockets[role].positions for role in joined))
    desk = hall.client("console")
    ticket = desk.check_in("H1", queue="IM", patient={"name": "狐精明", "birth_date": "1949-11-13"}).ticket
    desk.triage(ticket.id, grade="U", reason="marker one", vitals={"pulse": 137})
    desk.prioritise(ticket.id, "老", "marker two")
    desk.hold(ticket.id, "examination: marker three")
    desk.act(ticket.id, "worse", reason="marker four")
    desk.act(ticket.id, "cancel", reason="marker five")
    end = desk.snapshot("H1").seq
    until(lambda: all((told := sockets[role].events) and told[-1]["seq"] >= end for role in joined))

    assert joined == {role for role, one in sockets.items() if one.positions}
    assert "1949-11-13" in str(sockets[DeviceRole.CONSOLE].events)
    for role in joined - {DeviceRole.CONSOLE}:
        told = sockets[role].events
        assert not [word for word in ("狐精明", "marker", "1949-11-13", "pulse", "actor") if word in str(told)], role
        for thing in ("ticket", "station", "announcement"):
            assert {key for one in told for key in one.get(thing, {})} <= set(PUBLIC_FIELDS[thing])
        assert {key for one in told for key in one} <= {*PUBLIC_FIELDS["frame"], "id"}


def test_a_socket_from_another_site_is_refused(hall, connect):
    auth = {"token": hall.token("caller"), "hall": "H1"}
    for transport in ("websocket", "polling"):
        one = connect(auth, headers={"Origin": "http://evil.example"}, transports=[transport])
        until(lambda one=one: not one.client.connected)
        assert [] == one.positions


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example", "Origin": "http://evil.example"}, {"Origin": "https://127.0.0.1:{port}"},
    {"Host": "203.0.113.9", "Origin": "http://203.0.113.9"}, {"Sec-Fetch-Site": "cross-site"},
])  # fmt: skip
def test_a_socket_is_opened_for_listed_origins_only_whatever_the_host(hall, headers):
    """S25, S26, S29: a socket was granted to any Origin that stood in Host, without the headers of other answers."""
    said = {name: value.format(port=hall.port) for name, value in headers.items()}
    address = f"{hall.address}/socket.io/?EIO=4&transport=polling"
    refused = httpx.get(address, headers=said)
    own = httpx.get(address, headers={"Origin": hall.address})

    assert (200, 421 if "evil" in str(said) else 403) == (own.status_code, refused.status_code)
    for answer in (own, refused):
        assert ("nosniff", "no-store") == tuple(
            answer.headers[name] for name in ("X-Content-Type-Options", "Cache-Control")
        )
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "evil" not in answer.headers["Content-Security-Policy"]


def test_who_sends_something_on_the_socket_is_cut_off(hall, connect):
    one = connect({"token": hall.token("caller"), "hall": "H1"})
    until(lambda: one.positions)
    one.client.emit("event", {"forged": True}, namespace="/hall")
    until(lambda: one.gone)

    assert "forged" not in str(hall.client("console").events("H1", 0, limit=10_000))


def test_a_revoked_devices_socket_is_cut_within_five_seconds_and_its_token_refused(hall, connect):
    said = hall.command("device", "add", "--role", "caller", "--hall", "H1", "--name", "stolen").split()
    one = connect({"token": said[-1], "hall": "H1"})
    until(lambda: one.positions)
    device = next(device for device in hall.client("console").snapshot("H1").devices if device.name == "stolen")
    hall.command("device", "revoke", "--hall", "H1", device.id)
    until(lambda: one.gone)

    again = refused(connect, {"token": said[-1], "hall": "H1"})
    assert [] == again.positions


def test_one_command_enrols_and_revokes_several_machines_each_with_a_token_of_its_own(hall):
    said = hall.command("device", "add", "--hall", "H1", "--name", "row", "--role", "kiosk", "kiosk", "caller")
    tokens = [line.split()[-1] for line in said.splitlines()]
    clients = [HallClient(hall.address, token) for token in tokens]
    devices = [client.me() for client in clients]

    assert ["kiosk", "kiosk", "caller"] == [device.role for device in devices]
    assert 3 == len({device.id for device in devices})

    hall.command("device", "revoke", "--hall", "H1", *(device.id for device in devices))
    left = {device.id for device in hall.client("console").snapshot("H1").devices}
    assert not left & {device.id for device in devices}
    for client in clients:
        client.close()


def test_a_nurses_socket_by_cookie_gets_the_frames_of_staff(hall, connect):
    wire = hall.client("console").transport.http
    answer = wire.post("/api/v1/session", json={"username": "mei", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    wire.cookies.clear()
    one = connect({"hall": "H1"}, headers={"Cookie": cookie})
    until(lambda: one.positions)
    hall.check_in("丙丁戊")

    told = until(lambda: [event for event in one.events if event["kind"] == "ticket.checked_in"])
    assert "丙丁戊" == told[0]["ticket"]["name"]


def down_two_levels(api, ticket, username, password):
    body = {"grade": "Ⅳa", "reason": "better", "second": {"username": username, "password": password}}
    status, answer = api.post(f"/tickets/{ticket}/triage", body)
    return status, answer.get("code")


def graded(api):
    ticket = api.check_in("急症", queue="ED")["id"]
    assert 200 == api.post(f"/tickets/{ticket}/triage", {"grade": "Ⅱ"})[0]
    return ticket


def test_a_fall_of_two_levels_is_confirmed_by_a_clinicians_own_password_only(api):
    ticket = graded(api)
    said = [
        down_two_levels(api, ticket, "mei", "wrong password"),
        down_two_levels(api, ticket, "nobody", PASSWORD),
        down_two_levels(api, ticket, "root", PASSWORD),
        down_two_levels(api, ticket, "mei", PASSWORD),
    ]

    assert [(422, "second_needed")] * 3 + [(200, None)] == said
    assert "mei" == api.get(f"/tickets/{ticket}/triages")[1]["triages"][-1]["second"]


def test_passwords_cannot_be_guessed_by_asking_for_a_second_person(api):
    ticket = graded(api)
    for number in range(5):
        assert (422, "second_needed") == down_two_levels(api, ticket, "mei", f"wrong {number}")

    assert (422, "second_needed") == down_two_levels(api, ticket, "mei", PASSWORD)
    assert 200 == sign_in(api).status_code, "S17: the owner is not locked out by who guessed there"


def test_a_hall_file_is_rehearsed_without_a_trace_then_applied_once_and_never_over_a_newer_one(api):
    file = api.get("/hall-file", role="admin")[1]
    edited = file["toml"].replace("1诊室", "一诊室")
    asked = {"toml": edited, "version": file["version"]}
    before = api.rows()

    rehearsed = api.post("/hall-file", {**asked, "check": True}, role="admin")
    assert (200, {"changes": ["station R1: name changed"], "applied": False}) == rehearsed
    changed = {table for table, rows in api.rows().items() if rows != before[table]}
    assert {"receipt"} == changed

    asked["password"] = PASSWORD
    applied = api.post("/hall-file", asked, role="admin", key="apply")
    assert (200, {"changes": ["station R1: name changed"], "applied": True}) == applied
    assert applied == api.post("/hall-file", asked, role="admin", key="apply")
    assert "一诊室" in {station["name"]["zh"] for station in api.snapshot()["stations"]}
    status, refusal = api.post("/hall-file", {**asked, "toml": file["toml"]}, role="admin")
    assert (410, "reload") == (status, refusal["code"])
