"""Every command of the contract with good input: its status, its shape, and the event it leaves in the journal."""

import re

import pytest

from server.protocol.answers import (
    AlertAnswer,
    Called,
    CheckIn,
    DeviceIdentity,
    Identification,
    PrintJobAnswer,
    StationAnswer,
    TicketAnswer,
)
from server.protocol.messages import Event, Snapshot
from tests.support.api import an_api

TICKET = {"id", "number", "state", "queue", "lane", "grade", "rank", "tags", "display_name", "station", "order", "seq",
          "times"}  # fmt: skip
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
TIMES = {
    "at",
    "until",
    "slot",
    "slot_start",
    "slot_end",
    "checked_in_at",
    "lease_until",
    "raised_at",
    "acknowledged_at",
    "last_at",
    "closed_at",
}


@pytest.fixture(scope="module")
def api():
    with an_api() as made:
        yield made


def times_of(value, inside=None):
    """Every time that stands anywhere in an answer."""
    if isinstance(value, dict):
        for word, part in value.items():
            yield from times_of(part, "times" if inside == "times" or word == "times" else word)
    elif isinstance(value, list):
        for part in value:
            yield from times_of(part, inside)
    elif value is not None and (inside == "times" or inside in TIMES):
        yield value


def whole(body):
    """Every time of the body is RFC 3339 in UTC, every ticket in it a whole view."""
    assert [] == [time for time in times_of(body) if not RFC3339.match(time)]
    for word in ("ticket", "new_ticket"):
        if isinstance(body.get(word), dict):
            assert TICKET <= body[word].keys()
    return body


def did(api, path, body=None, *, role="console", leaves=(), status=200):
    """Wish it, and see its status and the facts it leaves, in order."""
    before = api.snapshot()["seq"]
    answered, answer = api.post(path, body, role=role)
    assert status == answered, answer
    assert list(leaves) == api.kinds(after=before)
    return whole(answer)


def test_a_check_in_by_name_gives_a_ticket_and_a_slip(api):
    body = did(api, "/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}}, status=201,
               leaves=["ticket.checked_in"])  # fmt: skip
    ticket, slip = body["ticket"], body["slip"]

    assert CheckIn.model_validate(body).ticket.number == "A001"
    assert ("A001", "waiting", "ordinary", "IM", "N", 3) == tuple(
        ticket[word] for word in ("number", "state", "lane", "queue", "grade", "rank")
    )
    assert ("张*三", None, []) == (ticket["display_name"], ticket["station"], ticket["tags"])
    assert {"checked_in": "2026-03-02T01:00:00Z"} == ticket["times"]
    assert ("A001", "张*三", 0, "Asia/Shanghai") == (
        slip["number"], slip["display_name"], slip["ahead"], slip["timezone"],
    )  # fmt: skip
    assert {"zh": "示范医院", "en": "Demo Hospital"} == slip["hospital"]
    assert 16 <= len(slip["code"])
    assert "print_job" not in body or body["print_job"] is None


def test_a_check_in_in_a_graded_queue_is_not_callable_until_it_is_triaged(api):
    ticket = api.check_in("急一", "ED")

    assert ("checked_in", None, None) == (ticket["state"], ticket["grade"], ticket["rank"])
    assert None is api.call("E1")
    triaged = did(api, f"/tickets/{ticket['id']}/triage", {"grade": "Ⅲ", "reason": "asthma"},
                  leaves=["ticket.triaged"])  # fmt: skip
    assert ("waiting", "Ⅲ", 3) == tuple(triaged["ticket"][word] for word in ("state", "grade", "rank"))
    assert ticket["id"] == api.call("E1")["id"]


def test_a_kiosks_own_slip_comes_leased_to_that_kiosk(api):
    body = did(api, "/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "欧阳娜娜"}}, role="kiosk",
               status=201, leaves=["ticket.checked_in", "print_job.leased"])  # fmt: skip
    job = PrintJobAnswer.model_validate(body).print_job

    assert ("leased", api.device("kiosk")) == (job.state, job.device)
    assert body["slip"]["number"] == job.slip.number
    report = did(api, f"/print-jobs/{job.id}/report", {"state": "printed", "evidence": "12 12 12 12"}, role="kiosk",
                 leaves=["print_job.printed"])  # fmt: skip
    assert ("printed", "other") == (report["print_job"]["state"], report["print_job"]["evidence"])
    assert "12 12 12 12" == api.events()[-1]["print_job"]["evidence"]
    again = did(api, f"/print-jobs/{job.id}/reprint", {"reason": "torn"}, role="kiosk", status=201,
                leaves=["print_job.leased"])  # fmt: skip
    assert (1, "leased") == (again["print_job"]["copy_number"], again["print_job"]["state"])
    assert 1 == again["print_job"]["slip"]["copy_number"]


def test_a_failed_print_calls_for_staff(api):
    job = api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "纸一"}}, role="kiosk")[1][
        "print_job"
    ]

    did(api, f"/print-jobs/{job['id']}/report", {"state": "failed", "evidence": "media-empty"}, role="kiosk",
        leaves=["print_job.failed", "alert.raised"])  # fmt: skip
    assert "media-empty" in {alert["text"] for alert in api.snapshot()["alerts"]}


def test_a_ticket_goes_from_call_to_done(api):
    with an_api() as own:
        ticket = own.check_in("一")
        called = did(own, "/stations/R1/call-next", {}, leaves=["ticket.called"])
        assert (ticket["id"], "called", "R1") == tuple(called["ticket"][word] for word in ("id", "state", "station"))
        assert called["reason"]
        assert Called.model_validate(called).ticket.id == ticket["id"]
        did(own, f"/tickets/{ticket['id']}/recall", {}, leaves=["ticket.recalled"])
        did(own, f"/tickets/{ticket['id']}/arrived", {}, leaves=["ticket.arrived"])
        started = did(own, f"/tickets/{ticket['id']}/start", {}, leaves=["ticket.started"])
        assert ("serving", "R1") == (started["ticket"]["state"], started["ticket"]["station"])
        done = did(own, f"/tickets/{ticket['id']}/finish", {}, leaves=["ticket.finished"])
        assert ("done", None) == (done["ticket"]["state"], done["ticket"]["station"])
        assert {"checked_in", "called", "recalled", "arrived", "started", "finished"} == set(done["ticket"]["times"])


def test_calling_the_next_finishes_who_is_being_seen_in_one_transaction(api):
    with an_api() as own:
        first, second = own.check_in("一"), own.check_in("二")
        own.act(own.call("R1"), "start")
        answer = did(own, "/stations/R1/call-next", {"finish_current": True},
                     leaves=["ticket.finished", "ticket.called"])  # fmt: skip

        assert second["id"] == answer["ticket"]["id"]
        assert "done" == own.ticket(first["id"])["state"]


def test_an_empty_queue_answers_null_and_leaves_nothing(api):
    with an_api() as own:
        answer = did(own, "/stations/R1/call-next", {}, leaves=[])

        assert (None, "empty") == (answer["ticket"], answer["reason"])


def test_a_chosen_ticket_is_called_with_its_reason(api):
    with an_api() as own:
        own.check_in("一")
        chosen = own.check_in("二")
        called = did(own, "/stations/R1/call-next", {"ticket": chosen["id"], "reason": "wheelchair waits"},
                     leaves=["ticket.called"])  # fmt: skip

        assert chosen["id"] == called["ticket"]["id"]
        event = own.events()[-1]
        assert ("other", "wheelchair waits") == (event["reason"], event["ticket"]["remarks"]["call"])


def test_a_passed_patient_comes_back_by_checking_in_again(api):
    with an_api() as own:
        person = {"name": "过一", "record_number": "MR1"}
        ticket = own.check_in("过一", patient=person)
        own.call("R1")
        passed = did(own, f"/tickets/{ticket['id']}/pass", {}, leaves=["ticket.passed"])
        assert ("passed", None) == (passed["ticket"]["state"], passed["ticket"]["station"])
        back = did(own, "/check-ins", {"hall": "H1", "queue": "IM", "patient": person}, leaves=["ticket.returned"])
        assert (ticket["id"], "waiting", "passed") == tuple(back["ticket"][word] for word in ("id", "state", "lane"))


def test_a_patient_is_held_and_comes_back_to_the_old_place(api):
    with an_api() as own:
        ticket, behind = own.check_in("一"), own.check_in("二")
        held = did(own, f"/tickets/{ticket['id']}/hold", {"reason": "telephone"}, leaves=["ticket.held"])
        assert ("held", "telephone") == (held["ticket"]["state"], held["ticket"]["hold_reason"])
        did(own, f"/tickets/{ticket['id']}/return", {}, leaves=["ticket.returned"])
        assert [ticket["id"], behind["id"]] == [own.call("R1")["id"], own.call("R2")["id"]]


def test_a_patient_back_from_an_examination_stands_in_the_lane_of_returns(api):
    with an_api() as own:
        ticket = own.check_in("一")
        own.act(own.call("R1"), "start")
        own.act(ticket, "hold", reason="examination: CT")
        back = did(own, f"/tickets/{ticket['id']}/return", {}, leaves=["ticket.returned"])

        assert ("waiting", "return") == (back["ticket"]["state"], back["ticket"]["lane"])


def test_a_ticket_is_sent_ahead_and_called_by_that_room_first(api):
    with an_api() as own:
        own.check_in("一")
        ahead = own.check_in("二")
        staged = did(own, f"/tickets/{ahead['id']}/stage", {"station": "R2"}, leaves=["ticket.staged"])
        assert ("staged", "R2") == (staged["ticket"]["state"], staged["ticket"]["station"])
        assert ahead["id"] == own.call("R2")["id"]


def test_a_room_takes_no_more_ahead_than_its_cap(api):
    with an_api() as own:
        three = [own.check_in(name) for name in "一二三"]
        for ticket in three[:2]:
            own.act(ticket, "stage", station="R1")
        status, refused = own.post(f"/tickets/{three[2]['id']}/stage", {"station": "R1"})

        assert (409, "stage_full", 2) == (status, refused["code"], refused["cap"])


def test_a_transfer_within_the_hall_keeps_the_number(api):
    with an_api() as own:
        ticket = own.check_in("一")
        moved = did(own, f"/tickets/{ticket['id']}/transfer", {"queue": "ENT", "reason": "wrong clinic"},
                    leaves=["ticket.transferred"])["ticket"]  # fmt: skip

        assert ("A001", "ENT", "waiting", ticket["id"]) == tuple(moved[w] for w in ("number", "queue", "state", "id"))
        assert ticket["id"] == own.call("R3")["id"]


def test_a_transfer_to_another_hall_issues_a_new_ticket_of_the_same_visit(api):
    with an_api() as own:
        own.token("console:H2")
        ticket = own.check_in("一")
        body = did(own, f"/tickets/{ticket['id']}/transfer", {"queue": "SU", "hall": "H2", "reason": "surgery"},
                   leaves=["ticket.transferred"])  # fmt: skip

        assert body["ticket"]["state"] in {"cancelled", "done"}
        assert ("S001", "SU") == (body["new_ticket"]["number"], body["new_ticket"]["queue"])
        assert ["S001"] == [ticket["number"] for ticket in own.snapshot("console:H2", "H2")["tickets"]]
        assert "ticket.checked_in" == own.kinds(hall="H2")[-1]
        assert 1 == len(own.rows()["visit"])


def test_a_priority_moves_a_ticket_into_the_lane_of_policy(api):
    with an_api() as own:
        ticket = [own.check_in(name) for name in "一二三"][-1]
        answer = did(own, f"/tickets/{ticket['id']}/prioritise", {"tag": "老", "evidence": "born 1940"},
                     leaves=["ticket.prioritised"])["ticket"]  # fmt: skip

        assert ("policy", ["老"]) == (answer["lane"], answer["tags"])
        assert "born 1940" == own.events()[-1]["ticket"]["remarks"]["prioritise"]


def test_who_feels_worse_raises_an_alert_and_stays_in_place(api):
    with an_api() as own:
        ticket = own.check_in("一")
        answer = did(own, f"/tickets/{ticket['id']}/worse", {}, leaves=["alert.raised"])

        assert "waiting" == answer["ticket"]["state"]
        assert [("worse", ticket["id"])] == [(a["kind"], a["ticket"]) for a in own.snapshot()["alerts"]]


def test_a_cancelled_ticket_leaves_the_hall(api):
    with an_api() as own:
        ticket = own.check_in("一")
        did(own, f"/tickets/{ticket['id']}/cancel", {"reason": "went home"}, leaves=["ticket.cancelled"])

        assert [] == own.snapshot()["tickets"]
        assert None is own.call("R1")


@pytest.mark.parametrize("word", ["call", "pass", "hold", "finish", "transfer", "prioritise", "stage", "cancel"])
def test_the_last_move_is_undone_and_the_ticket_stands_as_before(shared_api, word):
    api = shared_api
    ticket = api.check_in(f"撤{word}", "ENT")
    if word in {"pass", "finish"}:
        api.call("R3")
    before = api.ticket(ticket["id"])
    bodies = {"hold": {"reason": "x"}, "transfer": {"queue": "IM", "reason": "x"}, "stage": {"station": "R3"},
              "prioritise": {"tag": "孕", "evidence": "seen"}}  # fmt: skip
    if word == "call":
        assert ticket["id"] == api.call("R3")["id"]
    else:
        api.act(ticket, word, **bodies.get(word, {}))
    undone = did(api, f"/tickets/{ticket['id']}/undo", {}, leaves=["ticket.undone"])["ticket"]

    assert before | {"seq": 0} == undone | {"seq": 0}
    assert "nothing_to_undo" == api.post(f"/tickets/{ticket['id']}/undo")[1]["code"]
    api.act(ticket, "cancel")


def test_undo_is_refused_after_thirty_seconds(api):
    with an_api() as own:
        ticket = own.check_in("一")
        own.act(ticket, "hold", reason="x")
        own.at = "2026-03-02T09:00:31+08:00"

        assert "undo_too_late" == own.post(f"/tickets/{ticket['id']}/undo")[1]["code"]


def test_a_room_opens_pauses_and_stops(api):
    with an_api() as own:
        paused = did(own, "/stations/R1/pause", {"reason": "急会诊", "minutes": 20}, leaves=["station.paused"])
        assert ("paused", "急会诊", "2026-03-02T01:20:00Z") == tuple(
            paused["station"][word] for word in ("state", "reason", "until")
        )
        assert "station_closed" == own.post("/stations/R1/call-next", {})[1]["code"]
        opened = did(own, "/stations/R1/open", {"doctor": "D1"}, leaves=["station.opened"])
        assert ("open", "D1", None) == tuple(opened["station"][word] for word in ("state", "doctor", "until"))
        stopped = did(own, "/stations/R1/stop", {}, leaves=["station.stopped"])
        assert "stopped" == StationAnswer.model_validate(stopped).station.state


def test_who_was_sent_ahead_to_a_room_that_stops_stands_in_line_again(api):
    with an_api() as own:
        ticket = own.check_in("一")
        own.act(ticket, "stage", station="R1")
        did(own, "/stations/R1/stop", {}, leaves=["station.stopped", "ticket.returned"])

        assert ("waiting", None) == (own.ticket(ticket["id"])["state"], own.ticket(ticket["id"])["station"])
        assert ticket["id"] == own.call("R2")["id"]


def test_a_ticket_is_read_with_how_many_stand_before_it(api):
    with an_api() as own:
        three = [own.check_in(name) for name in "一二三"]
        bodies = [whole(own.get(f"/tickets/{ticket['id']}", role="kiosk")[1]) for ticket in three]

        assert [0, 1, 2] == [TicketAnswer.model_validate(body).position for body in bodies]


def test_the_snapshot_is_whole_for_staff_and_says_less_to_the_public(api):
    with an_api() as own:
        ticket = own.check_in("张小三")
        own.call("R1")
        staff, public = whole(own.snapshot()), whole(own.snapshot("kiosk"))

        assert {"epoch", "seq", "queues", "stations", "tickets"} <= staff.keys()
        assert ["IM", "ENT", "ED", "NIGHT"] == [queue["id"] for queue in staff["queues"]]
        assert ["R1", "R2", "R3", "E1", "N1"] == [station["id"] for station in staff["stations"]]
        assert ("张小三", "N") == (staff["tickets"][0]["name"], staff["tickets"][0]["grade"])
        assert (ticket["id"], "张*三", None) == tuple(public["tickets"][0][w] for w in ("id", "display_name", "grade"))
        assert Snapshot.model_validate(staff).tickets[0].id == ticket["id"]
        assert 1 == len(public["announcements"])


def test_events_come_in_pages_that_say_whether_there_is_more(api):
    with an_api() as own:
        for number in range(5):
            own.check_in(f"页{number}")
        seq = own.snapshot()["seq"]
        status, page = own.get("/halls/H1/events?after=1&limit=2")
        assert (200, True, [2, 3], seq) == (status, page["more"], [e["seq"] for e in page["events"]], page["seq"])
        _, last = own.get(f"/halls/H1/events?after={seq - 1}&limit=2")
        assert (False, [seq]) == (last["more"], [event["seq"] for event in last["events"]])
        assert [Event.model_validate(event).seq for event in own.events()] == list(range(1, seq + 1))


def test_an_announcements_outcome_is_recorded_when_it_is_a_better_one(api):
    """B7: a caller that said failed and shown_only in turn wrote an event each time."""
    with an_api() as own:
        own.check_in("一")
        own.call("R1")
        own.token("caller")
        announcement = own.events("caller")[-2]["announcement"]["id"]
        for said, told in (("failed", 1), ("shown_only", 1), ("failed", 0), ("spoken", 1), ("shown_only", 0)):
            did(own, f"/announcements/{announcement}/outcome", {"outcome": said}, role="caller",
                leaves=["announcement.outcome"] * told)  # fmt: skip


def test_help_is_called_for_and_seen_to(api):
    with an_api() as own:
        own.token("kiosk")
        alert = did(own, "/alerts", {"kind": "help"}, role="kiosk", status=201, leaves=["alert.raised"])["alert"]
        assert ("help", None) == (alert["kind"], alert["acknowledged_at"])
        assert [own.device("kiosk")] == [one["device"] for one in own.snapshot()["alerts"]]
        seen = did(own, f"/alerts/{alert['id']}/acknowledge", {}, leaves=["alert.acknowledged"])
        assert AlertAnswer.model_validate(seen).alert.acknowledged_by == "console:console"
        did(own, f"/alerts/{alert['id']}/acknowledge", {}, leaves=[])
        assert [alert["id"]] == [one["id"] for one in own.snapshot()["alerts"]]
        did(own, f"/alerts/{alert['id']}/close", {"outcome": "helped"}, leaves=["alert.closed"])
        assert [] == own.snapshot()["alerts"]


def test_a_station_claims_what_the_desk_asked_for_and_reports_it(api):
    with an_api() as own:
        own.token("station")
        own.token("console")
        body = did(own, "/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}}, status=201,
                   leaves=["ticket.checked_in", "print_job.queued"])  # fmt: skip
        job = did(own, "/print-jobs/claim", {}, role="station", leaves=["print_job.leased"])["print_job"]
        assert (body["print_job"]["id"], "leased", "A001", "张*三") == (
            job["id"], job["state"], job["slip"]["number"], job["slip"]["display_name"],
        )  # fmt: skip
        did(own, f"/print-jobs/{job['id']}/report", {"state": "printed", "evidence": "12"}, role="station",
            leaves=["print_job.printed"])  # fmt: skip
        assert None is did(own, "/print-jobs/claim", {}, role="station", leaves=[])["print_job"]


def test_a_device_says_who_it_is_and_that_it_lives(api):
    with an_api() as own:
        own.token("caller")
        _, me = own.get("/devices/me", role="caller")
        assert ("caller", "H1", "caller") == (me["role"], me["hall"], me["name"])
        assert DeviceIdentity.model_validate(me).id == me["id"]
        own.token("console")
        beat = {"seen_seq": 3, "health": {"paper": "fine"}}
        did(own, "/devices/me/heartbeat", beat, role="caller", leaves=["device.online"])
        did(own, "/devices/me/heartbeat", beat, role="caller", leaves=[])
        did(own, "/devices/me/heartbeat", {**beat, "health": {"paper": "near end"}}, role="caller",
            leaves=["device.health"])  # fmt: skip


FULL = {"paper": "汉" * 200, "w" * 64: None, "temperature": 36.6, "sheets": 12, "ok": True}
FULL |= {f"n{n}": n for n in range(32 - len(FULL))}
NO_HEALTH = {
    "a long text": ("health.paper", {"paper": "x" * 201}),
    "a long text of figures": ("health.paper", {"paper": "1" * 201}),
    "an object": ("health.paper", {"paper": {"of": "it"}}),
    "a list": ("health.paper", {"paper": ["fine"]}),
    "a long name": ("health", {"w" * 65: "fine"}),
    "no name": ("health", {"": "fine"}),
    "too many": ("health", FULL | {"one": "more"}),
}


@pytest.mark.parametrize(("field", "health"), NO_HEALTH.values(), ids=NO_HEALTH.keys())
def test_a_devices_health_is_a_few_short_words(api, field, health):
    api.token("caller")
    before = api.rows()
    status, body = api.post("/devices/me/heartbeat", {"seen_seq": 0, "health": health}, role="caller", key="")

    assert (422, "invalid") == (status, body["code"])
    assert 1 == len(body["errors"])
    assert body["errors"][0]["where"].startswith(field)
    assert body["detail"].startswith(field)
    assert before == api.rows()


def test_a_devices_health_is_kept_as_it_was_sent(api):
    status, body = api.post("/devices/me/heartbeat", {"seen_seq": 0, "health": FULL}, role="caller", key="")

    assert (200, FULL) == (status, body["device"]["health"])
    assert {name: type(value) for name, value in FULL.items()} == {
        name: type(value) for name, value in body["device"]["health"].items()
    }


def test_a_red_flag_gives_an_alert_and_no_ticket_unless_staff_overrides(api):
    with an_api() as own:
        own.token("kiosk")
        command = {"hall": "H1", "queue": "IM", "patient": {"name": "危一"}, "flags": ["chest_pain"]}
        body = did(own, "/check-ins", command, role="kiosk", status=202, leaves=["alert.raised"])
        assert ("red_flag", {"zh", "yue", "en"}) == (body["alert"]["kind"], set(body["text"]))
        assert [] == own.rows()["ticket"]
        did(own, "/check-ins", {**command, "override_reason": "seen by the nurse"}, status=201,
            leaves=["ticket.checked_in"])  # fmt: skip


def test_level_r_is_held_for_escort_alarmed_and_gone_from_the_public(api):
    with an_api() as own:
        own.token("kiosk")
        ticket = own.check_in("危二")
        did(own, f"/tickets/{ticket['id']}/triage", {"grade": "R", "reason": "chest pain"},
            leaves=["ticket.triaged", "ticket.held", "alert.raised"])  # fmt: skip
        assert ("held", "R") == (own.ticket(ticket["id"])["state"], own.ticket(ticket["id"])["grade"])
        assert [] == own.snapshot("kiosk")["tickets"]
        assert ["removed", "removed", "hidden"] == [event["kind"] for event in own.events("kiosk")[-3:]]
        assert "escort" == own.snapshot()["alerts"][0]["kind"]
        assert None is own.call("R1")


def test_openapi_describes_every_declared_route(api):
    from server.web.routes import declared

    status, document = api.get("/openapi.json", role=None)
    assert (200, "3.1") == (status, document["openapi"][:3])
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert {(route.method, route.path.replace("<", "{").replace(">", "}")) for route in declared()} <= described
    check_in = document["paths"]["/api/v1/check-ins"]["post"]
    assert {"200", "201", "202", "409", "422"} <= check_in["responses"].keys()
    assert "check_in" == check_in["operationId"]
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    linked = {
        link["operationId"]
        for item in document["paths"].values() for operation in item.values()
        for response in operation["responses"].values() for link in response.get("links", {}).values()
    }  # fmt: skip
    assert linked <= operations
    assert len(linked) >= 8


def test_openapi_tells_of_every_operation_what_it_answers_and_how_it_refuses(api):
    paths = api.get("/openapi.json", role=None)[1]["paths"]

    for path, item in paths.items():
        for operation in item.values():
            codes = operation["responses"].keys()
            assert any(code.startswith("2") for code in codes), path
            assert path.startswith("/api/v1/") or path in {"/healthz", "/readyz", "/metrics"}, "pages are no API"
            for code in codes - {code for code in codes if code.startswith("2")}:
                assert ["application/problem+json"] == list(operation["responses"][code]["content"]), (path, code)


def test_the_documents_page_names_every_operation(api):
    page = api.send("GET", "/docs", role=None).get_data(as_text=True)

    assert "call next" in page
    assert "station_busy" in page


def test_health_readiness_and_metrics_answer(api):
    client = api.server.app.test_client()
    assert {"status": "ok"} == client.get("/healthz").json
    assert {"database": True, "disk": True, "writing": True, "whole": True} == client.get("/readyz").json["checks"]
    assert 401 == client.get("/metrics").status_code
    assert 403 == client.get("/metrics", headers=api.headers("kiosk")).status_code
    text = client.get("/metrics", headers=api.headers("service")).get_data(as_text=True)
    assert f'hall_journal_seq{{hall="H1"}} {float(api.snapshot()["seq"])}' in text
    assert "hall_waiting" in text


def test_an_identification_by_scan_says_what_there_is_to_choose(api):
    with an_api() as own:
        own.check_in("张小三", patient={"record_number": "MR1"})
        status, body = own.post(
            "/identifications", {"hall": "H1", "scan": {"text": "MR1", "how": "chip"}}, role="kiosk"
        )

        assert (200, 2, "张*三") == (status, body["level"], body["display_name"])
        assert {"appointments", "queues", "tickets", "reports"} == body["choices"].keys()
        assert ["A001"] == [ticket["number"] for ticket in body["choices"]["tickets"]]
        assert Identification.model_validate(whole(body)).visit_token
