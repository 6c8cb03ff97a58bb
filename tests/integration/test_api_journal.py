"""The journal and its frames: no holes, old snapshot + event = new snapshot, and no name where none belongs."""

import json
import random

import pytest

from server.protocol.messages import Event, Snapshot
from server.protocol.stream.reducer import apply
from server.protocol.terms import ENDED, EventKind, TicketState
from tests.support.api import an_api

CANARY = {
    "name": "金丝雀琼",
    "identity_number": "110101199003077213",
    "phone": "13977778888",
    "record_number": "MR-CANARY",
}
SECRETS = ("金丝雀琼", "丝雀", "110101199003077213", "13977778888", "MR-CANARY", "chest", "1990")
READERS = ("console", "kiosk", "caller")


def comparable(snapshot):
    """A snapshot with its lists in one order, so that only content counts."""
    whole = snapshot.model_dump()
    return {word: sorted(part, key=str) if isinstance(part, list) else part for word, part in whole.items()}


class Followers:
    """A snapshot of each audience that is folded after every wish and compared with one that is fetched."""

    def __init__(self, api, hall="H1"):
        self.api, self.hall = api, hall
        self.roles = [role if hall == "H1" else f"{role}:{hall}" for role in READERS]
        for role in self.roles:
            api.token(role)
        self.folded = {role: self.fetch(role) for role in self.roles}

    def fetch(self, role):
        return Snapshot.model_validate(self.api.snapshot(role, self.hall))

    def level(self, word):
        for role in self.roles:
            for event in self.api.events(role, after=self.folded[role].seq, hall=self.hall):
                self.folded[role] = apply(self.folded[role], Event.model_validate(event))
            assert comparable(self.fetch(role)) == comparable(self.folded[role]), (word, role)


def staging_ground(api):
    """A day in two halls, one wish after the other: everything that can befall a ticket or a room."""
    one = api.check_in("一", patient=CANARY | {"name": "金丝雀琼"})
    yield "check in"
    two, three = api.check_in("二"), api.check_in("三")
    api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "四"}}, role="kiosk")
    yield "check in at a kiosk"
    api.call("R1")
    yield "call"
    api.act(one, "recall")
    yield "recall"
    api.act(one, "start")
    yield "start"
    api.act(one, "hold", reason="examination: CT")
    yield "hold"
    api.act(two, "stage", station="R2")
    yield "stage"
    api.act(one, "return")
    yield "return"
    api.act(three, "prioritise", tag="老", evidence="born 1940")
    yield "prioritise"
    api.call("R2")
    yield "call of a staged ticket"
    api.act(two, "pass", reason="did not come")
    yield "pass"
    api.act(two, "arrived")
    yield "arrived"
    api.call("R2")
    api.call("R1")
    yield "calls"
    at_r1 = next(t for t in api.snapshot()["tickets"] if t["station"] == "R1")
    api.act(at_r1, "undo")
    yield "undo of a call"
    api.act(two, "finish")
    yield "finish"
    api.act(three, "transfer", queue="ENT", reason="wrong clinic")
    yield "transfer"
    api.call("R3")
    api.act(three, "start")
    api.act(three, "transfer", queue="SU", hall="H2", reason="surgery")
    yield "transfer to the other hall"
    api.post("/stations/R2/pause", {"reason": "meeting", "minutes": 10})
    yield "pause"
    api.post("/stations/R2/open", {"doctor": "D2"})
    yield "open"
    danger = api.check_in("危", flags=[])
    api.act(danger, "triage", grade="R", reason="chest pain")
    yield "level R"
    api.act(danger, "triage", grade="U", reason="chest pain is gone")
    yield "level R taken back"
    api.act(danger, "return", reason="seen by the doctor")
    yield "level U in line"
    urgent = api.check_in("急", "ED")
    api.act(urgent, "triage", grade="Ⅱ", reason="chest pain", vitals={"pulse": 160})
    yield "triage"
    api.act(urgent, "worse", reason="paler")
    yield "worse"
    alert = api.snapshot()["alerts"][0]
    api.post(f"/alerts/{alert['id']}/acknowledge", {})
    yield "acknowledge"
    api.post("/alerts", {"kind": "help"}, role="kiosk")
    yield "help"
    api.post("/devices/me/heartbeat", {"seen_seq": 1, "health": {"sound": "on"}}, role="caller")
    yield "heartbeat"
    called = api.call("E1")
    announcement = next(e["announcement"] for e in reversed(api.events("caller")) if e.get("announcement"))
    api.post(f"/announcements/{announcement['id']}/outcome", {"outcome": "spoken"}, role="caller")
    yield "outcome"
    api.act(called, "start")
    api.act(urgent, "cancel") if urgent["id"] != called["id"] else api.act(urgent, "finish")
    yield "end"
    job = next(job for job in api.snapshot()["print_jobs"])
    api.post(f"/print-jobs/{job['id']}/report", {"state": "failed", "evidence": "jam"}, role="kiosk")
    yield "a failed print"
    api.post(f"/print-jobs/{job['id']}/reprint", {"reason": "jam"}, role="kiosk")
    yield "a reprint"
    api.token("station")
    yield "a new device"
    api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "五"}})
    yield "a queued print"
    api.call("R1")
    api.post("/stations/R1/stop", {})
    yield "stop"
    api.later("2026-03-03T04:00:01+08:00")
    yield "close of day"
    api.check_in("明日")
    yield "the next day"


@pytest.fixture(scope="module")
def day():
    """A whole day played, with every snapshot folded and compared on the way."""
    with an_api() as api:
        halls = [Followers(api), Followers(api, "H2")]
        words = []
        for word in staging_ground(api):
            for hall in halls:
                hall.level(word)
            words.append(word)
        api.words = words
        yield api


def test_old_snapshot_and_event_make_the_new_snapshot_for_every_audience_and_hall(day):
    assert 36 == len(day.words)
    assert {"close of day", "transfer to the other hall", "undo of a call"} <= set(day.words)


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("hall", ["H1", "H2"])
def test_no_journal_has_a_hole(day, role, hall):
    seqs = [event["seq"] for event in day.events(role if hall == "H1" else f"{role}:{hall}", hall=hall)]

    assert list(range(1, len(seqs) + 1)) == seqs
    assert day.snapshot(role if hall == "H1" else f"{role}:{hall}", hall)["seq"] == seqs[-1]


def test_the_public_never_reads_a_name_a_number_a_phone_a_grade_or_a_reason(day):
    for role in ("kiosk", "caller"):
        for hall in ("H1", "H2"):
            reader = role if hall == "H1" else f"{role}:{hall}"
            frames = json.dumps([day.events(reader, hall=hall), day.snapshot(reader, hall)], ensure_ascii=False)
            spoken = "金丝雀琼" if role == "caller" else None
            assert [] == [secret for secret in SECRETS if secret in frames and secret != spoken], (role, hall)


def test_a_public_frame_has_only_the_fields_of_the_public(day):
    private = {"flags", "passes", "hold_reason", "name", "sex", "birth_date", "bypass", "slot"}
    for event in day.events("kiosk"):
        assert not {"actor", "reason", "device", "alert", "print_job"} & event.keys()
        if "ticket" in event:
            assert not private & event["ticket"].keys()
            assert (None, None) == (event["ticket"]["grade"], event["ticket"]["rank"])
            assert event["ticket"]["tags"] in ([], ["priority"])
            assert "urgent" != event["ticket"]["lane"]


def test_nothing_stays_on_the_wall_what_ended_goes_out_as_removed(day):
    public = {event["seq"]: event for event in day.events("kiosk")}
    for event in day.events():
        ticket = event.get("ticket")
        if ticket is not None and TicketState(ticket["state"]) in ENDED:
            assert {"epoch": event["epoch"], "seq": event["seq"], "kind": "removed", "id": ticket["id"]} == public[
                event["seq"]
            ]


def test_what_concerns_staff_alone_is_hidden_from_the_public(day):
    public = {event["seq"]: event for event in day.events("kiosk")}
    private = [event for event in day.events() if event["kind"].split(".")[0] in {"alert", "print_job", "device"}]

    assert 8 <= len(private)
    for event in private:
        assert {"epoch": event["epoch"], "seq": event["seq"], "kind": "hidden"} == public[event["seq"]]


def test_the_journal_itself_holds_no_name_no_number_and_no_phone(day):
    rows = day.rows()
    stored = json.dumps([rows["journal"], rows["receipt"], rows["audit"], rows["announcement"], rows["print_job"]],
                        ensure_ascii=False)  # fmt: skip

    assert [] == [secret for secret in ("金丝雀", "110101199003077213", "13977778888", "MR-CANARY") if secret in stored]


def test_identifying_data_stands_in_the_table_of_patients_alone(day):
    rows = day.rows()

    assert ["patient"] == [table for table, found in rows.items() if "金丝雀琼" in str(found)]


def test_the_caller_reads_what_to_speak_and_the_kiosk_what_to_show(day):
    def texts(role, kind):
        return next(e["announcement"]["texts"] for e in day.events(role) if e["kind"] == kind)

    assert "金" in texts("caller", "ticket.called")["zh"]
    assert "金丝雀琼" not in texts("kiosk", "ticket.called")["zh"]
    for role in READERS:
        for kind in ("ticket.called", "ticket.recalled", "ticket.staged", "ticket.passed"):
            announcement = next(e["announcement"] for e in day.events(role) if e["kind"] == kind)
            assert {"id", "zone", "texts"} <= announcement.keys()
            assert {"zh", "en"} <= announcement["texts"].keys()


def test_a_queue_of_numbers_only_speaks_and_shows_no_name(day):
    names = [t["display_name"] for e in day.events("kiosk:H2", hall="H2") if (t := e.get("ticket"))]

    assert names
    assert {None} == set(names) or {""} == set(names)


def test_every_kind_in_the_journal_is_a_published_one(day):
    kinds = {event["kind"] for event in day.events()}

    assert kinds <= {kind.value for kind in EventKind} - {"hidden", "removed"}
    assert {"ticket.undone", "day.closed", "ticket.no_show", "announcement.outcome", "device.enrolled"} <= kinds


def test_an_event_holds_who_did_it_and_when(day):
    checked_in = day.events()[len([e for e in day.events() if e["kind"].startswith("device.")]) :]
    call = next(event for event in checked_in if event["kind"] == "ticket.called")

    assert ("console:console", "2026-03-02T01:00:00Z") == (call["actor"], call["at"])


@pytest.mark.parametrize("seed", [0])
def test_a_random_day_folds_as_well(seed):
    """Any wish at any ticket, legal or not: whatever the server did, the followers end where it is."""
    dice = random.Random(seed)
    words = ["recall", "arrived", "start", "pass", "hold", "return", "stage", "transfer", "prioritise", "worse",
             "finish", "cancel", "undo", "triage", "call", "check_in"]  # fmt: skip
    with an_api() as api:
        follower = Followers(api)
        tickets = [api.check_in(f"随{number}", dice.choice(["IM", "ENT", "ED"])) for number in range(4)]
        done = 0
        for _ in range(60):
            word = dice.choice(words)
            ticket = dice.choice(tickets)["id"]
            bodies = {
                "hold": {"reason": dice.choice(["x", "examination: CT"])}, "pass": {"reason": "x"},
                "stage": {"station": dice.choice(["R1", "R2", "R3", "E1"])},
                "transfer": {"queue": dice.choice(["IM", "ENT", "ED"]), "reason": "x"},
                "prioritise": {"tag": "军", "evidence": "card"},
                "triage": {"grade": dice.choice(["R", "U", "N", "Ⅱ", "Ⅲ"]), "reason": "x"},
            }  # fmt: skip
            if word == "call":
                answer = api.post(
                    f"/stations/{dice.choice(['R1', 'R2', 'R3', 'E1'])}/call-next", {"finish_current": True}
                )
            elif word == "check_in":
                patient = {"name": "随机", "record_number": f"MR{dice.randrange(6)}"}
                body = {"hall": "H1", "queue": dice.choice(["IM", "ENT", "ED"]), "patient": patient}
                answer = api.post("/check-ins", body)
                tickets += [answer[1]["ticket"]] if answer[0] == 201 else []
            else:
                answer = api.post(f"/tickets/{ticket}/{word}", bodies.get(word, {}))
            assert answer[0] < 500, (word, answer)
            done += answer[0] < 300
            follower.level((seed, word))

    assert 15 < done
