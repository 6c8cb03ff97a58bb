"""A random day through the real services: whoever is called before somebody who came earlier is called for a reason
that holds. The share of overtakes without one is 0."""

from random import Random

import pytest

from server.domain.queueing.discipline import ReasonCode
from tests.support.api import an_api
from tests.support.disciplined import later

URGENT = {"urgent", "graded_first_band"}
LANE_OF = {"weave_return": "return", "weave_policy": "policy", "weave_passed": "passed"}
ROOMS = {"R1": ["IM"], "R2": ["IM", "ENT"], "R3": ["ENT"], "E1": ["ED"]}
GRADES = ("Ⅱ", "Ⅲ", "Ⅳa", "Ⅳb")
CODES = {code.value for code in ReasonCode}


class Day:
    """A hall that is wished at random; remembers every call with who waited at that moment."""

    def __init__(self, api, seed: int) -> None:
        self.api = api
        self.random = Random(seed)
        self.people = 0
        self.calls: list[tuple[dict, str, str, list[dict]]] = []

    def step(self) -> None:
        later(self.api, seconds=self.random.choice((20, 60, 150)))
        wishes = [self.comes] * 6 + [self.calls_next] * 7 + [self.ends] * 4
        wishes += [self.worsens, self.prioritised, self.away, self.back, self.back]
        wishes += [self.chosen, self.ahead, self.undone]
        self.random.choice(wishes)()

    def some(self, *states: str) -> dict | None:
        tickets = [one for one in self.api.snapshot()["tickets"] if one["state"] in states and not one["bypass"]]
        return self.random.choice(tickets) if tickets else None

    def comes(self) -> None:
        self.people += 1
        queue = self.random.choice(("IM", "IM", "IM", "ENT", "ED"))
        ticket = self.api.check_in(f"人{self.people}", queue)
        if queue == "ED":
            self.api.act(ticket, "triage", grade=self.random.choice(GRADES), reason="seen")

    def calls_next(self) -> None:
        self.call(self.random.choice(list(ROOMS)))

    def call(self, room: str, **body) -> None:
        before = self.api.snapshot()
        waiting = [one for one in before["tickets"] if one["state"] in {"waiting", "staged"}]
        status, answer = self.api.post(f"/stations/{room}/call-next", {"finish_current": True, **body})
        if status == 200 and answer["ticket"] is not None:
            seen = next(one for one in waiting if one["id"] == answer["ticket"]["id"])
            (fact,) = [one for one in self.api.events(after=before["seq"]) if one["kind"] == "ticket.called"]
            self.calls.append((seen, room, fact["reason"], waiting))

    def chosen(self) -> None:
        ticket = self.some("waiting")
        rooms = [room for room, queues in ROOMS.items() if ticket and ticket["queue"] in queues]
        if ticket is not None:
            self.call(self.random.choice(rooms), ticket=ticket["id"], reason="asked for by the ward")

    def ends(self) -> None:
        ticket = self.some("called")
        word = self.random.choice(("start", "start", "pass", "finish"))
        if ticket is not None:
            self.api.act(ticket, word)

    def worsens(self) -> None:
        ticket = self.some("waiting")
        if ticket is not None:
            grade = {"ED": "Ⅱ"}.get(ticket["queue"], "U")
            self.api.act(ticket, "triage", grade=grade, reason="worse")

    def prioritised(self) -> None:
        ticket = self.some("waiting")
        if ticket is not None:
            self.api.act(ticket, "prioritise", tag=self.random.choice("军残孕老"), evidence="card")

    def away(self) -> None:
        ticket = self.some("serving", "called")
        if ticket is not None:
            self.api.act(ticket, "hold", reason=self.random.choice(("examination: CT", "telephone")))

    def back(self) -> None:
        ticket = self.some("held", "passed")
        if ticket is not None:
            self.api.act(ticket, "return", reason="came back")

    def ahead(self) -> None:
        ticket = self.some("waiting")
        if ticket is not None:
            room = next(room for room, queues in ROOMS.items() if ticket["queue"] in queues)
            self.api.post(f"/tickets/{ticket['id']}/stage", {"station": room})

    def undone(self) -> None:
        ticket = self.some("called")
        if ticket is not None:
            self.api.post(f"/tickets/{ticket['id']}/undo", {})


def overtaken(ticket: dict, waiting: list[dict]) -> list[dict]:
    """Who came to the queue earlier and still waited."""
    came = ticket["times"]["checked_in"]
    return [one for one in waiting if one["queue"] == ticket["queue"] and one["times"]["checked_in"] < came]


def holds(ticket: dict, room: str, reason: str, waiting: list[dict]) -> bool:
    """Whether the reason says the truth of those who waited at that moment."""
    mine = [one for one in waiting if one["queue"] == ticket["queue"] and one["state"] == "waiting"]
    here = [one for one in waiting if one["queue"] in ROOMS[room] and one["state"] == "waiting"]
    urgent = [one for one in here if one["lane"] == "urgent"]
    before = [one for one in mine if one["lane"] == ticket["lane"] and one["order"] < ticket["order"]]
    if reason not in CODES:
        return reason == "other"
    if reason in URGENT:
        return ticket["lane"] == "urgent" and not [one for one in urgent if one["rank"] < ticket["rank"]]
    if urgent:
        return False
    match reason:
        case "staged":
            return (ticket["state"], ticket["station"]) == ("staged", room)
        case "in_order":
            return ticket["lane"] == "ordinary" and not before
        case "only_one_lane":
            return not [one for one in mine if one["lane"] == "ordinary"]
        case "graded_score" | "graded_overdue":
            return ticket["queue"] == "ED" and not [one for one in before if one["rank"] == ticket["rank"]]
        case "alternate_queue":
            return len(ROOMS[room]) > 1 and not before
    return LANE_OF.get(reason) == ticket["lane"] and not before


@pytest.mark.parametrize("seed", [20260302])
def test_nobody_is_overtaken_without_a_reason_that_holds(seed):
    with an_api() as api:
        day = Day(api, seed)
        for _ in range(150):
            day.step()
        overtakes = [call for call in day.calls if overtaken(call[0], call[3])]
        without = [(call[0]["number"], call[1], call[2]) for call in day.calls if not call[2]]
        untrue = [(call[0]["number"], call[1], call[2]) for call in day.calls if not holds(*call)]

        assert [] == without
        assert [] == untrue
        assert 10 <= len(overtakes) < len(day.calls)
        assert {"other"} < {call[2] for call in overtakes}
