"""Kiosks and rooms at work while something goes wrong; what they were told is kept for the invariants."""

import threading
import time

from server.protocol.transport import HallProblem, HallUnreachable
from tests.support.hall import until
from tests.support.invariants import Call, Seen, Ticket


class Crowd:
    """Kiosks and rooms at work until told to stop; each command is repeated under its key until it is answered."""

    def __init__(self, hall, kiosks=3, rooms=("R1", "R2"), pause=0.0, address=None, timeout=20.0):
        self.seen, self.refused, self._stop, self._hall, self._pause = Seen(), [], threading.Event(), hall, pause
        self._way = {"address": address, "timeout": timeout, "budget": 0.0}
        self.longest = 0.0
        hall.token("kiosk")
        self._people = [threading.Thread(target=self._kiosk, args=(place,)) for place in range(kiosks)]
        self._people += [threading.Thread(target=self._room, args=(room,)) for room in rooms]

    def __enter__(self):
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for person in self._people:
            person.join(180)
        assert not any(person.is_alive() for person in self._people)

    def more(self, tickets):
        """Wait until so many more are checked in and somebody is called."""
        enough, somebody = len(self.seen.tickets) + tickets, len(self.seen.calls) + 1
        until(lambda: len(self.seen.tickets) >= enough and len(self.seen.calls) >= somebody, within=180)

    def _until_answered(self, act, key):
        """The answer; each refusal is noted, and the same key goes out again."""
        while True:
            began = time.monotonic()
            try:
                return act(key)
            except HallProblem as problem:
                self.refused.append(problem.code)
                if problem.status != 503:
                    return None
            except HallUnreachable:
                self.refused.append("away")
            finally:
                self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.02)

    def _kiosk(self, place):
        client = self._hall.client("kiosk", **self._way)
        for number in range(100_000):
            if self._stop.wait(self._pause):
                return
            key = f"in {place} {number}"
            answer = self._until_answered(
                lambda key: client.check_in("H1", queue="IM", patient={"name": "断电"}, key=key), key
            )
            self.seen.tickets.append(Ticket(key, answer.ticket.id, answer.ticket.number))

    def _room(self, room):
        client = self._hall.client("console", **self._way)
        for number in range(100_000):
            if self._stop.wait(self._pause):
                return
            key = f"call {room} {number}"
            answer = self._until_answered(lambda key: client.call_next(room, key=key), key)
            if answer is not None and answer.ticket is not None:
                self.seen.calls.append(Call(key, answer.ticket.id, room))
                self._until_answered(lambda key, id=answer.ticket.id: client.finish(id, key=key), f"finish {key}")
