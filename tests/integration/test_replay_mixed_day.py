"""For every event: old snapshot + event = new snapshot, for staff and for the public, over a day of everything."""

from collections import Counter
from random import Random

import pytest

from server.protocol.client import HallProblem
from server.protocol.stream.reducer import apply
from server.protocol.terms import AlertKind, EventKind, PrintJobState
from server.replay.audit import differences
from server.samples.halls import demo_hospital
from tests.support.hall import a_hall

WISHES = 220
NAMES = ("张伟", "欧阳娜娜", "𠮷田", "Maria García", "阿依古丽·买买提", "李四", "王五")


@pytest.fixture
def hospital():
    """A real server with the sample hospital; gives clients by role, all of hall H1."""
    with a_hall(demo_hospital()) as running:
        yield {role: running.client(role) for role in ("console", "kiosk", "caller", "station")}


class Day:
    """Wishes of every kind at random; what the hall refuses is refused, what it does is journalled."""

    def __init__(self, clients, random):
        self.console, self.kiosk = clients["console"], clients["kiosk"]
        self.caller, self.station = clients["caller"], clients["station"]
        self.random = random
        self.known = self.console.snapshot("H1")
        self.done = Counter()

    def wish(self):
        """One wish, picked so that halls fill and empty; returns its name."""
        rare = [self.room, self.paper, self.alert, self.speak]
        kind = self.random.choice([self.check_in] * 5 + [self.call] * 5 + [self.move] * 14 + rare)
        try:
            name = kind() or kind.__name__
        except HallProblem as refused:
            if refused.status not in (403, 404, 409, 422):
                raise
            name = f"refused {refused.code}"
        self.done[name] += 1
        return name

    def tickets(self, *states):
        return [ticket for ticket in self.known.tickets if not states or ticket.state in states]

    def check_in(self):
        client = self.random.choice((self.console, self.kiosk))
        patient = {"name": self.random.choice(NAMES)}
        if self.random.random() < 0.3:
            patient |= {"record_number": f"N{self.random.randint(1, 6)}", "birth_date": "1950-02-03"}
        client.check_in("H1", queue=self.random.choice(("IM", "CARD")), patient=patient)

    def call(self):
        room = self.random.choice(("R101", "R102", "R103", "R104"))
        if self.random.random() < 0.2 and (waiting := self.tickets("waiting")):
            self.console.call_next(room, ticket=self.random.choice(waiting).id, reason="asked for")
        else:
            self.console.call_next(room, finish_current=self.random.random() < 0.3)

    def move(self):
        """A deed that suits a ticket's state, or one time in eight any deed at all."""
        tickets = self.tickets(*self.random.choice((AT_STATION, ("held", "passed"), ())))
        if not tickets:
            return "no such ticket"
        ticket = self.random.choice(tickets)
        any_deed = self.random.random() < 0.125
        name = self.random.choice(sorted(DEEDS) if any_deed else sorted(SUITS.get(ticket.state, DEEDS)))
        DEEDS[name](self.console, ticket.id, self.random)
        return name

    def room(self):
        room = self.random.choice(("R101", "R104"))
        pause, stop = ("pause", {"reason": "tea", "minutes": 5}), ("stop", {"reason": "home"})
        wish, body = self.random.choice((("open", {}), pause, stop))
        self.console.set_station(room, wish, **body)

    def paper(self):
        job = self.station.claim_print_job()
        if job is not None:
            state = self.random.choice((PrintJobState.PRINTED, PrintJobState.FAILED, PrintJobState.UNKNOWN))
            self.station.report_print_job(job.id, state, "12 12 12 12")

    def alert(self):
        if self.known.alerts:
            self.console.acknowledge_alert(self.random.choice(self.known.alerts).id)
        else:
            self.kiosk.raise_alert(AlertKind.HELP)

    def speak(self):
        if self.known.announcements:
            outcome = self.random.choice(("spoken", "shown_only", "failed"))
            self.caller.announcement_outcome(self.random.choice(self.known.announcements).id, outcome)


AT_STATION = ("called", "serving")
DEEDS = {
    "recall": lambda console, ticket, _: console.recall(ticket),
    "arrived": lambda console, ticket, _: console.act(ticket, "arrived"),
    "start": lambda console, ticket, _: console.start(ticket),
    "finish": lambda console, ticket, _: console.finish(ticket),
    "pass": lambda console, ticket, _: console.pass_over(ticket, reason="did not come"),
    "return": lambda console, ticket, _: console.give_back(ticket),
    "hold": lambda console, ticket, random: console.hold(ticket, random.choice(("examination", "payment"))),
    "transfer": lambda console, ticket, random: console.transfer(
        ticket, random.choice(("IM", "CARD")), "second opinion"
    ),
    "other hall": lambda console, ticket, _: console.transfer(ticket, "SURG", "surgeon", hall="H2"),
    "prioritise": lambda console, ticket, _: console.prioritise(ticket, "老", "identity card"),
    "stage": lambda console, ticket, random: console.stage(ticket, random.choice(("R101", "R103"))),
    "triage urgent": lambda console, ticket, _: console.triage(ticket, grade="U", reason="in pain"),
    "triage red": lambda console, ticket, _: console.triage(ticket, grade="R", reason="chest pain"),
    "worse": lambda console, ticket, _: console.act(ticket, "worse"),
    "cancel": lambda console, ticket, _: console.act(ticket, "cancel", reason="left"),
    "undo": lambda console, ticket, _: console.undo(ticket),
}
SUITS = {
    "called": {"recall", "arrived", "start", "pass", "hold", "undo", "triage urgent"},
    "serving": {"finish", "hold", "transfer", "other hall", "undo"},
    "held": {"return", "triage urgent", "cancel"},
    "passed": {"return", "arrived"},
}


def follow(client, folded, fetched, kinds):
    """Fold all events up to the fetched snapshot's position, in small pages, each the very next."""
    while folded.seq < fetched.seq:
        page = client.events("H1", folded.seq, epoch=fetched.epoch, limit=min(7, fetched.seq - folded.seq))
        for event in page.events:
            assert folded.seq + 1 == event.seq
            folded = apply(folded, event)
            kinds[event.kind] += 1
    return folded


def test_folding_every_event_gives_the_snapshot_for_staff_public_and_caller(hospital):
    day = Day(hospital, Random(20260512))
    readers = {name: hospital[name] for name in ("console", "kiosk", "caller")}
    folded = {name: client.snapshot("H1") for name, client in readers.items()}
    kinds = {name: Counter() for name in readers}
    for number in range(WISHES):
        did = day.wish()
        for name, client in readers.items():
            if number % {"console": 1, "kiosk": 3, "caller": 9}[name]:
                continue
            fetched = client.snapshot("H1")
            folded[name] = follow(client, folded[name], fetched, kinds[name])
            assert differences(folded[name], fetched) == [], f"{name} after wish {number}: {did}"
        day.known = folded["console"]

    seen = set(kinds["console"])
    assert {
        EventKind.TICKET_CHECKED_IN, EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED, EventKind.TICKET_PASSED,
        EventKind.TICKET_HELD, EventKind.TICKET_RETURNED, EventKind.TICKET_TRANSFERRED, EventKind.TICKET_UNDONE,
        EventKind.TICKET_TRIAGED, EventKind.TICKET_STAGED, EventKind.TICKET_PRIORITISED, EventKind.TICKET_CANCELLED,
        EventKind.STATION_PAUSED, EventKind.STATION_OPENED, EventKind.ALERT_RAISED, EventKind.PRINT_JOB_QUEUED,
    } <= seen  # fmt: skip
    assert kinds["kiosk"][EventKind.HIDDEN] > 0
    assert kinds["kiosk"][EventKind.REMOVED] > 0
    assert kinds["console"][EventKind.HIDDEN] == 0
