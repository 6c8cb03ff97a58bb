"""Sends the journal's events to the systems that asked for them: a thread for each, so that none waits for another.

Nothing is sent inside a transaction or while a hall's lock is held. The cursor is kept after the delivery: what a crash
cuts off is delivered again under the same id.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from server.domain.outbox import Message, Outcome, Pace, Result
from server.integrations.ports import Outbound
from server.integrations.registry import open_outbound
from server.services.core.context import Context
from server.services.outbox import dead_letters, delivery, subscriptions
from server.services.outbox.delivery import Lease, LeaseLost, Progress, Receiver

SPELL_SECONDS = 1.0
"""The cursor is kept at least so often while events are delivered."""
REST_SECONDS = 0.2
"""Between two rounds: events that come close together share one write of the cursor."""
QUIET_SECONDS = 5.0
"""Between two writes of the cursor when nobody asked for the events that it passes."""
LOOK_SECONDS = 1.0
"""Between two looks at the journal when no commit of this server wakes the couriers."""
LONGEST_REST_SECONDS = 60.0
"""Between two rounds that fail, because the database cannot be written."""
log = logging.getLogger(__name__)
Opener = Callable[[str, str], Outbound]


class Courier:
    """Delivers to one receiver, hall by hall, each hall's events in their order."""

    def __init__(
        self, context: Context, receiver: Receiver, *, pace: Pace, opened: Opener, lease: Lease | None = None
    ) -> None:
        self.receiver = receiver
        self._context = context
        self._pace = pace
        self._lease = lease or Lease(context, receiver.name, secrets.token_hex(8))
        self._outbound = opened(receiver.url, subscriptions.secret(context.secret, receiver.salt))
        self._stopping = threading.Event()
        self._kept_at: dict[str, float] = {}

    @property
    def is_closing(self) -> bool:
        """Whether it delivers no more."""
        return self._stopping.is_set()

    def close(self) -> None:
        """Deliver no more after the present message."""
        self._stopping.set()

    def rest(self, seconds: float) -> None:
        """Wait, unless it is closing."""
        self._stopping.wait(seconds)

    def leave(self) -> None:
        """Let connections and the lease go."""
        self._outbound.close()
        self._lease.give_back()

    def round(self) -> bool:
        """Deliver what there is now; False where nothing was done, or another server delivers.

        Raises what the database raises, and LeaseLost.
        """
        name, now = self.receiver.name, self._context.clock.real()
        with Session(self._context.engines.read) as db:
            halls = delivery.waiting_halls(db, name, now)
            letters = dead_letters.wanted_again(db, name)
        if not (halls or letters) or not self._lease.take():
            return False
        busy = bool(letters)
        for hall in halls:
            busy = self._deliver(hall) or busy
        for letter in letters:
            if letter.message is not None and not self.is_closing:
                result = self._send(letter.message)
                self._keep(partial(dead_letters.settle, lease=self._lease, letter=letter, result=result))
        return busy

    def _deliver(self, hall: str) -> bool:
        """Deliver a hall's next events until one fails, there are no more, or it is time to keep the cursor."""
        if self.is_closing:
            return False
        with Session(self._context.engines.read) as db:
            steps = delivery.next_steps(db, self.receiver.name, hall)
        progress, end, sent = Progress(hall), time.monotonic() + SPELL_SECONDS, False
        for step in steps:
            sent = sent or step.message is not None
            result = self._send(step.message) if step.message is not None else Result(Outcome.DELIVERED)
            if result.outcome is not Outcome.DELIVERED:
                progress.failed = (step, result)
                break
            progress.done(step)
            if self._stopping.is_set() or time.monotonic() > end:
                break
        if not steps or not (sent or len(steps) >= delivery.BATCH or self._is_time_to_keep(hall)):
            return False
        self._keep(partial(delivery.settle, lease=self._lease, progress=progress, pace=self._pace))
        self._kept_at[hall] = time.monotonic()
        return True

    def _is_time_to_keep(self, hall: str) -> bool:
        return time.monotonic() - self._kept_at.get(hall, float("-inf")) > QUIET_SECONDS

    def _send(self, message: Message) -> Result:
        try:
            return self._outbound.deliver(message)
        except Exception as error:  # an adapter at fault: the message is not lost, and its reason is in the log
            log.exception("integration %s: the adapter failed", self.receiver.name)
            return Result(Outcome.REFUSED, type(error).__name__)

    def _keep(self, change: Callable[[Session], None]) -> None:
        self._context.transactions.keep(change)


class Couriers:
    """Starts and ends a courier for each integration as they are added, changed and removed."""

    def __init__(self, context: Context, *, pace: Pace | None = None, opened: Opener = open_outbound) -> None:
        self._context = context
        self._pace = pace or Pace()
        self._opened = opened
        self._stop = threading.Event()
        self._at_work: dict[str, tuple[Courier, threading.Thread, threading.Event]] = {}
        self._thread = threading.Thread(target=self._loop, name="couriers", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._context.transactions.on_commit(self._committed)
        self._thread.start()

    def stop(self) -> None:
        """End after the messages that are under way."""
        self._stop.set()
        for courier, _, wake in list(self._at_work.values()):
            courier.close()
            wake.set()
        for _, thread, _ in list(self._at_work.values()):
            thread.join(timeout=2)

    def _committed(self, _halls: Sequence[str]) -> None:
        for _, _, wake in list(self._at_work.values()):
            wake.set()

    def _loop(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._look()
            except Exception:  # the database is away: the couriers say so themselves
                log.exception("integrations cannot be read")
                self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        with Session(self._context.engines.read) as db:
            wanted = {receiver.name: receiver for receiver in delivery.receivers(db)}
        for name, (courier, thread, wake) in list(self._at_work.items()):
            if wanted.get(name) != courier.receiver or not thread.is_alive():
                courier.close()
                wake.set()
                del self._at_work[name]
        for name, receiver in wanted.items():
            if name not in self._at_work:
                self._begin(receiver)

    def _begin(self, receiver: Receiver) -> None:
        courier = Courier(self._context, receiver, pace=self._pace, opened=self._opened)
        wake = threading.Event()
        thread = threading.Thread(target=self._work, args=(courier, wake), name=f"courier {receiver.name}", daemon=True)
        self._at_work[receiver.name] = (courier, thread, wake)
        thread.start()

    def _work(self, courier: Courier, wake: threading.Event) -> None:
        rest = LOOK_SECONDS
        while not courier.is_closing:
            try:
                busy = courier.round()
                rest = LOOK_SECONDS
            except LeaseLost:
                log.warning("integration %s: another server delivers now", courier.receiver.name)
                busy = False
            except Exception:
                log.exception("integration %s: a round failed", courier.receiver.name)
                busy, rest = False, min(LONGEST_REST_SECONDS, rest * 2)
                wake.clear()
            if not busy:
                wake.wait(rest)
                wake.clear()
            courier.rest(REST_SECONDS)
        try:
            courier.leave()
        except Exception as error:  # the lease ends by itself
            log.warning("integration %s: %s", courier.receiver.name, type(error).__name__)
