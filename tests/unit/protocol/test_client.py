"""The client: one key through every attempt, patience with an end, refusals with their code."""

import gzip
import json
from datetime import UTC, datetime

import httpx
import pytest

from server.protocol.client import AnswerUnreadable, HallClient, HallProblem, HallUnreachable
from server.protocol.terms import AnnouncementOutcome, ErrorCode, PrintJobState, TicketState
from server.protocol.transport import Transport

TICKET = {
    "id": "t1", "number": "A001", "state": "waiting", "queue": "IM", "lane": "ordinary", "grade": "N", "rank": 3,
    "tags": [], "display_name": "张*三", "station": None, "order": "0001", "seq": 7, "times": {},
}  # fmt: skip


class Time:
    """A clock that moves only when somebody rests."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def rest(self, seconds):
        self.now += seconds
        self.pauses.append(seconds)


def client_of(answers, *, budget=10.0, time=None, dice=lambda: 0.5):
    """A client of a server that gives `answers` in turn (an exception is raised), and the requests it saw."""
    seen, script, time = [], iter(answers), time or Time()

    def serve(request):
        seen.append(request)
        answer = next(script)
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx.Client(base_url="http://hall", transport=httpx.MockTransport(serve))
    transport = Transport(http, {"Authorization": "Bearer secret"}, budget, lambda: time.now, time.rest, dice)
    return HallClient("http://hall", transport=transport), seen


def problem(status, code, **more):
    return httpx.Response(status, json={"type": "about:blank", "title": code, "status": status, "code": code, **more})


def test_a_wish_carries_token_key_and_body_and_returns_the_parsed_view():
    client, seen = client_of([httpx.Response(201, json={"ticket": TICKET, "slip": None})])
    answer = client.check_in("H1", queue="IM", patient={"name": "张小三"}, key="k1")
    assert (TicketState.WAITING, "A001") == (answer.ticket.state, answer.ticket.number)
    assert "/api/v1/check-ins" == seen[0].url.path
    assert ("Bearer secret", "k1") == (seen[0].headers["Authorization"], seen[0].headers["Idempotency-Key"])
    assert {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}} == json.loads(seen[0].content)


def test_every_wish_gets_a_key_of_its_own():
    client, seen = client_of([httpx.Response(200, json={"ticket": None, "reason": "empty"})] * 2)
    client.call_next("R1")
    client.call_next("R1")
    assert 2 == len({request.headers["Idempotency-Key"] for request in seen})


@pytest.mark.parametrize(
    "trouble",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"),
     httpx.Response(502), problem(503, "busy"), httpx.Response(504)],
)  # fmt: skip
def test_trouble_is_met_by_the_same_wish_under_the_same_key(trouble):
    client, seen = client_of([trouble, trouble, httpx.Response(200, json={"ticket": TICKET, "reason": "order"})])
    assert "A001" == client.call_next("R1").ticket.number
    assert 3 == len(seen)
    assert 1 == len({(request.headers["Idempotency-Key"], request.content) for request in seen})


def test_pauses_grow_with_full_jitter_up_to_a_ceiling():
    time = Time()
    client, _ = client_of(
        [httpx.Response(503)] * 9 + [httpx.Response(200, json={})], time=time, budget=99, dice=lambda: 1.0
    )
    client.announcement_outcome("a1", AnnouncementOutcome.SPOKEN)
    assert [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0] == time.pauses


def test_patience_ends_with_the_budget():
    time = Time()
    client, seen = client_of((httpx.ConnectError("refused") for _ in range(1000)), time=time, budget=3.0)
    with pytest.raises(HallUnreachable) as caught:
        client.call_next("R1", key="k9")
    assert "k9" == caught.value.key
    assert 3.0 >= time.now
    assert 3 < len(seen)


def test_an_impatient_client_tries_once():
    client, seen = client_of([problem(503, "busy")])
    with pytest.raises(HallProblem) as caught:
        client.patient(0).call_next("R1")
    assert (ErrorCode.BUSY, 503, 1) == (caught.value.code, caught.value.status, len(seen))


def test_a_refusal_is_not_repeated_and_keeps_its_whole_document():
    client, seen = client_of([problem(409, "station_busy", ticket=TICKET)])
    with pytest.raises(HallProblem) as caught:
        client.call_next("R1")
    assert (ErrorCode.STATION_BUSY, 409) == (caught.value.code, caught.value.status)
    assert "A001" == caught.value.problem["ticket"]["number"]
    assert 1 == len(seen)


def test_a_refusal_that_is_no_problem_document_is_still_a_problem():
    client, _ = client_of([httpx.Response(413, text="<html>too large</html>")])
    with pytest.raises(HallProblem) as caught:
        client.snapshot("H1")
    assert (ErrorCode.INTERNAL, 413) == (caught.value.code, caught.value.status)


def test_a_code_of_a_newer_server_is_kept_as_text():
    client, _ = client_of([problem(422, "made_tomorrow")])
    with pytest.raises(HallProblem) as caught:
        client.ticket("t1")
    assert "made_tomorrow" == caught.value.code


def test_claim_and_heartbeat_have_no_key_and_are_tried_once():
    client, seen = client_of([httpx.Response(200, json={"print_job": None}), httpx.ConnectError("refused")])
    assert client.claim_print_job() is None
    with pytest.raises(HallUnreachable):
        client.heartbeat(4, {"voice": "fine"})
    assert [False, False] == ["Idempotency-Key" in request.headers for request in seen]


def test_a_replayed_wish_says_when_it_happens_and_leaves_the_plain_client_alone():
    client, seen = client_of([httpx.Response(200, json={"ticket": None})] * 3)
    then = client.at(datetime(2019, 11, 4, 0, 30, tzinfo=UTC))
    then.call_next("R1")
    client.call_next("R1")
    then.at(None).call_next("R1")
    assert ["2019-11-04T00:30:00+00:00", None, None] == [request.headers.get("X-Hall-Time") for request in seen]


def test_words_of_the_contract_go_out_as_they_are_written_there():
    client, seen = client_of(
        [httpx.Response(200, json={"print_job": None}), httpx.Response(200, json={"ticket": TICKET})]
    )
    client.report_print_job("p1", PrintJobState.PRINTED, "12 12 12 12")
    client.pass_over("t1")
    assert {"state": "printed", "evidence": "12 12 12 12"} == json.loads(seen[0].content)
    assert ("/api/v1/tickets/t1/pass", {}) == (seen[1].url.path, json.loads(seen[1].content))


def test_the_client_learns_how_far_its_clock_is_off_from_the_servers_answers():
    date = "Mon, 06 May 2024 02:00:00 GMT"
    client, _ = client_of([httpx.Response(200, json={"ticket": None}, headers={"Date": date})] * 2)
    skew = client.transport.skew
    skew.steady = lambda: 0.0
    skew.wall = lambda: datetime(2024, 5, 6, 1, 55, tzinfo=UTC).timestamp()
    client.call_next("R1")
    assert 300.0 == client.skew
    skew.wall = lambda: datetime(2024, 5, 6, 2, 0, 1, tzinfo=UTC).timestamp()
    client.call_next("R1")
    assert 0.0 == client.skew


def test_a_machine_whose_clock_is_set_goes_on_by_the_servers_time_and_not_by_date():
    """L7: the clock of a screen that was set three hours on made every call too old to be spoken."""
    told = {"Date": "Mon, 06 May 2024 05:00:00 GMT", "X-Hall-Now": "2024-05-06T02:00:00.250000+00:00"}
    client, _ = client_of([httpx.Response(200, json={"ticket": None}, headers=told)])
    skew, second = client.transport.skew, 0.0
    skew.steady = lambda: second
    skew.wall = lambda: datetime(2024, 5, 6, 2, 0, 0, tzinfo=UTC).timestamp() + second
    client.call_next("R1")
    assert 0.0 == client.skew, "hall time, whatever the machine's own clock says in Date"

    second = 4.0
    skew.wall = lambda: datetime(2024, 5, 6, 5, 0, 4, tzinfo=UTC).timestamp()
    assert -3 * 3600 + 0.25 == client.skew


@pytest.mark.parametrize(
    "date",
    ["soon", "", "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
     "Mon, 06 May 99999999999 02:00:00 GMT", "Mon, 06 May 2024 02:00:00 +9999999", "0" * 100_000],
)  # fmt: skip
def test_a_date_that_no_hall_can_have_teaches_nothing(date):
    """B6: a Date of the year 9999 was believed, and every time reckoned from it was an OverflowError."""
    client, _ = client_of([httpx.Response(200, json={"ticket": None}, headers={"Date": date})])
    client.call_next("R1")
    assert 0.0 == client.skew


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(302, headers={"Location": "http://login.example/"}, text="<html>sign in</html>"),
     httpx.Response(301, json={"print_job": None}), httpx.Response(304), httpx.Response(204), httpx.Response(200),
     httpx.Response(200, text="<html>Please accept the terms of this network</html>"), httpx.Response(200, json=[1])],
)  # fmt: skip
def test_what_is_no_answer_of_the_hall_is_no_success(answer):
    """B5: behind a network that wants a sign-in, the end of a print counted as told; siblings."""
    for command in (
        lambda client: client.report_print_job("p1", PrintJobState.PRINTED, "12"),
        lambda client: client.announcement_outcome("a1", AnnouncementOutcome.SPOKEN),
        lambda client: client.heartbeat(1, {}),
        lambda client: client.claim_print_job(),
        lambda client: client.import_rows("patients", []),
    ):
        client, seen = client_of([answer] * 2)
        with pytest.raises(AnswerUnreadable):
            command(client)
        assert 1 == len(seen)


@pytest.mark.parametrize(
    ("status", "content", "final"),
    [(409, {"code": "lease_lost"}, True), (404, {"code": "not_found"}, True), (404, "<html>", False),
     (400, {"error": "x"}, False), (403, {"code": "forbidden"}, False), (429, {"code": "too_many"}, False),
     (500, {"code": "internal"}, False), (511, "<html>", False), (409, {"code": ""}, False), (418, [1], False)],
)  # fmt: skip
def test_only_a_refusal_of_the_hall_itself_is_final(status, content, final):
    """B3, B5: siblings: a proxy's 404 to the end of a print, and the end was forgotten."""
    how = {"text": content} if isinstance(content, str) else {"json": content}
    client, _ = client_of([httpx.Response(status, **how)])
    with pytest.raises(HallProblem) as caught:
        client.patient(0).report_print_job("p1", PrintJobState.PRINTED, "12")
    assert final == caught.value.is_final


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_a_text_that_cannot_be_sent_is_a_refusal_with_a_code(text):
    """B4: siblings: half a surrogate pair was a UnicodeEncodeError in the middle of a program."""
    client, seen = client_of([])
    with pytest.raises(HallProblem) as caught:
        client.report_print_job("p1", PrintJobState.PRINTED, text)
    assert (ErrorCode.INVALID, True, 0) == (caught.value.code, caught.value.is_final, len(seen))


def test_a_compressed_answer_is_not_unpacked():
    """B6: 32 MB of zeros came as 32 kB."""
    bomb = httpx.Response(200, content=gzip.compress(b"{}"), headers={"Content-Encoding": "br, gzip"})
    client, seen = client_of([bomb])
    with pytest.raises(AnswerUnreadable):
        client.call_next("R1")
    assert "identity" == seen[0].headers["Accept-Encoding"]
