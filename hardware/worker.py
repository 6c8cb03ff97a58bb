"""Owns one printer's worth of work: take a job, print it, tell how it ended. Knows no settings and no process.

A job is remembered on disk before its first byte is sent and forgotten after the server knows its end, so a power cut
in between ends as `unknown`: never lost, never printed twice by itself. An end that the server does not take is told
later (delivery.py), while the next job is printed.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hardware.delivery import Delivery, Reports
from hardware.health import GOOD, HealthCheck
from hardware.jobs import print_job
from hardware.ports import Outcome, Printer, Reason
from hardware.spool import Spool, Spooled
from server.protocol.messages import PrintJob
from server.protocol.terms import EventKind, PrintJobState
from server.protocol.transport import AnswerUnreadable, HallProblem, HallUnreachable, fresh_key

log = logging.getLogger(__name__)

REMEMBERED = 200
MOST_EVENTS = 2**31
"""No journal has so many; a larger number is none of the server's."""
LONGEST_EPOCH = 32
WAKES = frozenset({EventKind.PRINT_JOB_QUEUED.value, EventKind.HIDDEN.value})


class Jobs(Reports, Protocol):
    """What a station asks of the server; HallClient has it."""

    def claim_print_job(self, besides: Sequence[str] = ()) -> PrintJob | None:
        """Take the next job under a lease; `besides` are those whose ends could not be told yet."""

    def heartbeat(self, seen_seq: int, health: Mapping[str, object], epoch: str | None = None) -> None:
        """Say that this device lives, and how far it has read in which epoch."""


class Station:
    """One printer's worth of work. `step` is called from one thread; `beat` may be called from another."""

    def __init__(
        self,
        jobs: Jobs,
        printer: Printer,
        spool: Spool,
        now: Callable[[], datetime],
        new_key: Callable[[], str] = fresh_key,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jobs = jobs
        self._printer = printer
        self._spool = spool
        self._now = now
        self._new_key = new_key
        self._ended: dict[tuple[str, str | None], Spooled] = {}
        self._delivery = Delivery(jobs, spool, monotonic)
        self._check = HealthCheck(printer.health, monotonic)
        self.health: Reason | None = None
        self.seen_seq, self.epoch = 0, ""
        if any(left.begun_only for left in spool.left()):
            printer.suspect()

    def step(self) -> bool:
        """Do one job, if there is one and the printer can. Returns whether a job was done.

        Raises HallProblem and HallUnreachable from asking for a job; an end that is not taken is told later.
        """
        self._delivery.tell_left()
        if self.look() not in GOOD:
            return False
        job = self._claimed()
        if job is None:
            return False
        if before := self._ended_before(job):
            # the server did not take the end and gives the same job again: more paper would not help
            if self._delivery.is_due(before):
                log.error("job %s was given again before its end was taken; it is told again, not printed", job.id)
                self._delivery.tell(before)
            return False
        return self._do(job)

    def _ended_before(self, job: PrintJob) -> Spooled | None:
        """The end of a job that is given again under its lease, or that the spool still has to tell.

        One that was given back under another lease was begun by nobody: it may be printed.
        """
        if ended := self._ended.get((job.id, job.lease)):
            return ended
        left = self._spool.record_of(job.id)
        given_back = left is not None and left.state is PrintJobState.QUEUED and left.lease != job.lease
        return None if given_back else left

    def _claimed(self) -> PrintJob | None:
        """The next job. One that cannot be read, such as a newer server's, is told as unprintable and passed over."""
        try:
            return self._jobs.claim_print_job(self._delivery.unreported)
        except AnswerUnreadable as error:
            if error.job is None:
                raise
            log.error("job %s cannot be read by this station", error.job)
            evidence = f"{Reason.UNPRINTABLE.value}: this station cannot read the job"
            self._delivery.tell(Spooled(error.job, error.lease, self._new_key(), PrintJobState.FAILED, evidence, False))
            return None

    def look(self) -> Reason:
        """How the printer is, asked when it is time to ask again."""
        before, self.health = self.health, self._check.latest()
        if self.health is not before:
            log.info("printer: %s", self.health.value)
        return self.health

    def beat(self) -> None:
        """Tell the server that the station lives and how its printer is."""
        health = self.health.value if self.health else "unknown"
        reported = {"ends": state} if (state := self._delivery.state) else {}
        self._jobs.heartbeat(self.seen_seq, {"printer": health, "ok": self.health in GOOD, **reported}, self.epoch)

    def has_read(self, epoch: str, seq: int) -> None:
        """The hall's journal got to `seq`; in one epoch it never goes back, so the furthest is what a restore shows."""
        self.seen_seq = max(self.seen_seq, seq) if epoch == self.epoch else seq
        self.epoch = epoch

    def _do(self, job: PrintJob) -> bool:
        """Print a job and tell its end; False when it was given back unbegun."""
        key = self._new_key()
        try:
            self._spool.begin(job, key)
        except OSError as error:
            # what cannot be remembered is not begun: after a power cut it would come out twice
            log.error("job %s is given back: the disk refuses: %s", job.id, error)
            given_back = Spooled(job.id, job.lease, key, PrintJobState.QUEUED, "the station's disk refuses", False)
            self._delivery.tell(given_back)
            return False
        outcome = _given_back_if_untouched(print_job(job, self._printer, self._now()))
        ended = self._spool.end(job, key, outcome)
        self._ended[(job.id, job.lease)] = ended
        if len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]
        log.info("job %s: %s %s", job.id, outcome.state.value, ended.evidence)
        if outcome.state in {PrintJobState.PRINTED, PrintJobState.SENT}:
            self.health = self._check.heard(outcome.reason)
        elif outcome.state is PrintJobState.QUEUED:
            self.health = self._check.heard(outcome.reason)  # the printer said why; asked again after a pause
        else:
            self._check.doubt()  # a job that did not print is a reason to look before the next one is taken
        self._delivery.tell(ended)
        return True


def _given_back_if_untouched(outcome: Outcome) -> Outcome:
    """A job of which nothing was sent has not failed: it goes back to the server, for this printer or another."""
    ours = outcome.reason in {Reason.UNPRINTABLE, Reason.LATE}
    if outcome.state is PrintJobState.FAILED and outcome.untouched and not ours:
        return replace(outcome, state=PrintJobState.QUEUED)
    return outcome


class Wakeful:
    """Runs a station until stopped: woken by the socket, or by the poll when that is silent."""

    def __init__(self, station: Station, poll: float, heartbeat: float) -> None:
        self._station = station
        self._poll = poll
        self._heartbeat = heartbeat
        self._wake = threading.Event()
        self.stopping = threading.Event()

    def heard(self, name: str, data: object) -> None:
        """Take in a frame of the hall's socket: a queued job wakes."""
        if not isinstance(data, dict):
            return
        seq = data.get("seq")
        if isinstance(seq, int) and 0 <= seq < MOST_EVENTS:
            epoch = data.get("epoch")
            self._station.has_read(epoch if isinstance(epoch, str) and len(epoch) <= LONGEST_EPOCH else "", seq)
        if name == "event" and str(data.get("kind")) in WAKES:
            self._wake.set()

    def stop(self) -> None:
        """Finish the job in hand, then end."""
        self.stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Work until stopped."""
        heart = threading.Thread(target=self._beat, name="station-heart", daemon=True)
        heart.start()
        while not self.stopping.is_set():
            self._wake.clear()
            done = False
            try:
                done = self._station.step()
            except (HallProblem, HallUnreachable) as problem:
                log.warning("server: %s", problem)
            except Exception:  # whatever it was, the next job must still be printed
                log.exception("a round failed")
            if not done and not self.stopping.is_set():
                self._wake.wait(self._poll)
        heart.join(timeout=5)

    def _beat(self) -> None:
        """Tell at once when the printer's health changed, else now and then."""
        reported: Reason | None = None
        quiet = self._heartbeat
        while not self.stopping.wait(0.5):
            quiet += 0.5
            health = self._station.health
            if quiet < self._heartbeat and (health is None or health is reported):
                continue
            try:
                self._station.beat()
                reported = health
            except (HallProblem, HallUnreachable) as problem:
                log.debug("heartbeat not taken: %s", problem)
            except Exception:  # a station that is silent counts as gone
                log.exception("heartbeat failed")
            quiet = 0.0
