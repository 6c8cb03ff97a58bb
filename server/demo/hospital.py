"""Plays a made-up morning through the API: arrivals check in, rooms call. One heap of actions in real time."""

import heapq
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random

from server.demo.scenario import VisitCourse, Visitor, visit_course
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.logs import describe
from server.protocol.messages import TicketView
from server.protocol.terms import AlertKind

Action = Callable[[], None]
STEP_ASIDE = timedelta(minutes=8)
"""How long, in hospital time, a room is left alone after a person at a console got in the way."""
NO_ONE = timedelta(seconds=40)
RECALL_AFTER = timedelta(seconds=45)
OLD = 80
PAUSES = 0.04
"""How often a doctor is called away after a patient."""
ENDS = {
    "finish": "结束 finished",
    "hold": "去检查 sent for examination",
    "transfer": "转诊 moved to another queue",
    "other hall": "转其他候诊区 moved to another hall",
}


class Hospital:
    """The agenda of the morning and the consoles that carry it out. `say` gets one line for each thing worth seeing."""

    def __init__(
        self,
        consoles: Mapping[str, HallClient],
        rooms: Mapping[str, Sequence[str]],
        random: Random,
        pace: float,
        say: Callable[[str], None],
    ) -> None:
        self._consoles = consoles
        self._rooms = rooms
        self._random = random
        self._pace = pace
        self._say = say
        self._agenda: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._queues: dict[str, list[str]] = {}
        self._expected = 0

    def play(self, visitors: Sequence[Visitor], between: Action) -> None:
        """Play the whole morning; `between` runs at least each second and may raise to end it."""
        for hall, console in self._consoles.items():
            self._queues[hall] = [queue.id for queue in console.snapshot(hall).queues]
            for place, room in enumerate(self._rooms[hall]):
                self._later(timedelta(seconds=60 + 40 * place), self._room(hall, room))
            self._later(timedelta(minutes=self._random.randint(15, 60)), self._help(hall))
        for visitor in visitors:
            self._come(visitor.arrives, self._arrival(visitor))
        while self._agenda:
            due, _, action = heapq.heappop(self._agenda)
            between()
            while (left := due - time.monotonic()) > 0:
                time.sleep(min(1.0, left))
                between()
            action()

    def _later(self, wait: timedelta, action: Action) -> None:
        due = time.monotonic() + wait.total_seconds() / self._pace
        heapq.heappush(self._agenda, (due, next(self._order), action))

    def _come(self, wait: timedelta, action: Action) -> None:
        """Somebody will come to the hall; rooms stay open for them."""
        self._expected += 1

        def comes() -> None:
            self._expected -= 1
            action()

        self._later(wait, comes)

    def _tried(self, what: str, action: Callable[[], object]) -> bool:
        """Do it; a refusal is normal where people press buttons too: it is said, and False."""
        try:
            action()
        except (HallProblem, HallUnreachable) as refused:
            self._say(f"{what}: {describe(refused)}")
            return False
        return True

    def _arrival(self, visitor: Visitor) -> Action:
        def arrives() -> None:
            console = self._consoles[visitor.hall]
            person = visitor.person
            if visitor.slot is not None:
                what = {"appointment": visitor.appointment}
            else:
                what = {"queue": visitor.queue}
            patient = {"name": person.name, "record_number": visitor.record_number}
            try:
                answer = console.check_in(visitor.hall, patient=patient, language=person.language, **what)
            except (HallProblem, HallUnreachable) as refused:
                self._say(f"{visitor.hall} check-in: {describe(refused)}")
                return
            ticket = answer.ticket
            if ticket is None:
                return
            self._say(f"{visitor.hall} {ticket.number} 报到 checked in")
            if ticket.birth_date and int(ticket.birth_date[:4]) + OLD <= ticket.times["checked_in"].year:
                self._tried(
                    f"{visitor.hall} {ticket.number} 优先 priority",
                    lambda: console.prioritise(ticket.id, "老", "身份证 identity card"),
                )

        return arrives

    def _room(self, hall: str, room: str) -> Action:
        """The doctor of a room, each time it is free: calls the next patient."""

        def free() -> None:
            console = self._consoles[hall]
            try:
                ticket = console.call_next(room).ticket
            except (HallProblem, HallUnreachable) as refused:
                self._say(f"{hall} {room}: {describe(refused)}")
                self._later(STEP_ASIDE, self._room(hall, room))
                return
            if ticket is None:
                if self._expected:
                    self._later(NO_ONE, self._room(hall, room))
                return
            self._say(f"{hall} {ticket.number} → {room} 请就诊 called")
            course = visit_course(self._random)
            if course.comes:
                self._later(course.walk, self._enters(hall, room, ticket, course))
            else:
                self._later(RECALL_AFTER, self._missing(hall, room, ticket))

        return free

    def _pause(self, hall: str, room: str) -> Action:
        def back() -> None:
            self._tried(room, lambda: self._consoles[hall].set_station(room, "open"))
            self._later(timedelta(seconds=5), self._room(hall, room))

        def away() -> None:
            console = self._consoles[hall]
            if self._tried(room, lambda: console.set_station(room, "pause", reason="会诊 consultation", minutes=10)):
                self._say(f"{hall} {room} 暂停 paused")
            self._later(timedelta(minutes=5), back)

        return away

    def _enters(self, hall: str, room: str, ticket: TicketView, course: VisitCourse) -> Action:
        def enters() -> None:
            started = self._tried(f"{ticket.number} 接诊 start", lambda: self._consoles[hall].start(ticket.id))
            action = self._leaves(hall, room, ticket, course) if started else self._room(hall, room)
            self._later(course.stay if started else STEP_ASIDE, action)

        return enters

    def _leaves(self, hall: str, room: str, ticket: TicketView, course: VisitCourse) -> Action:
        def leaves() -> None:
            console = self._consoles[hall]
            if course.end == "hold":
                self._tried(f"{ticket.number} 检查 hold", lambda: console.hold(ticket.id, "examination 检查"))
                self._come(course.away, self._returns(hall, ticket))
            elif course.end == "transfer":
                other = self._random.choice([queue for queue in self._queues[hall] if queue != ticket.queue])
                self._tried(
                    f"{ticket.number} 转诊 transfer", lambda: console.transfer(ticket.id, other, "会诊 second opinion")
                )
            elif course.end == "other hall":
                self._moves_on(hall, ticket)
            else:
                self._tried(f"{ticket.number} 结束 finish", lambda: console.finish(ticket.id))
            self._say(f"{hall} {ticket.number} {room} {ENDS[course.end]}")
            next_action = self._pause if self._random.random() < PAUSES else self._room
            self._later(timedelta(seconds=self._random.randint(5, 25)), next_action(hall, room))

        return leaves

    def _moves_on(self, hall: str, ticket: TicketView) -> None:
        there = self._random.choice([other for other in self._consoles if other != hall])
        queue = self._random.choice(self._queues[there])
        console = self._consoles[hall]
        moved = self._tried(
            f"{ticket.number} 转诊 transfer",
            lambda: console.transfer(ticket.id, queue, "转专科 specialist", hall=there),
        )
        if not moved:
            self._tried(f"{ticket.number} 结束 finish", lambda: console.finish(ticket.id))

    def _missing(self, hall: str, room: str, ticket: TicketView) -> Action:
        """Called and not there: once more, then passed over; most come back to the desk later."""

        def again() -> None:
            self._tried(f"{ticket.number} 复呼 recall", lambda: self._consoles[hall].recall(ticket.id))
            self._say(f"{hall} {ticket.number} → {room} 复呼 recalled")
            self._later(RECALL_AFTER, passed)

        def passed() -> None:
            console = self._consoles[hall]
            reason = "呼叫无应答 no answer"
            gone = self._tried(f"{ticket.number} 过号 pass", lambda: console.pass_over(ticket.id, reason=reason))
            if gone:
                self._say(f"{hall} {ticket.number} 过号 passed")
                if self._random.random() < 0.8:
                    self._come(timedelta(minutes=self._random.randint(3, 12)), self._returns(hall, ticket))
            self._later(timedelta(seconds=10) if gone else STEP_ASIDE, self._room(hall, room))

        return again

    def _returns(self, hall: str, ticket: TicketView) -> Action:
        def returns() -> None:
            if self._tried(f"{ticket.number} 回诊 return", lambda: self._consoles[hall].give_back(ticket.id)):
                self._say(f"{hall} {ticket.number} 回诊 is back")

        return returns

    def _help(self, hall: str) -> Action:
        def calls_for_help() -> None:
            self._tried(f"{hall} 求助 help", lambda: self._consoles[hall].raise_alert(AlertKind.HELP))

        return calls_for_help
