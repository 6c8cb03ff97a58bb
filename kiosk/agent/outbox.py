"""Owns the doing of the machine's wishes: on disk, then sent, then answered; resumed after a crash. Knows no screen."""

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from threading import Event
from typing import Any

from kiosk.agent.outbox_store import Entry, Journal
from kiosk.agent.printer import PaperMaker
from kiosk.machine.effects import (
    AskPlace,
    CallStaff,
    CheckInWish,
    FollowAlert,
    Forget,
    Identify,
    PrintReport,
    PutOnPaper,
    SettlePaper,
    Wish,
)
from kiosk.machine.events import Alerted, Answer, Away, Coming, Input, Paper, PaperMoved, Refused, Result, Resumed
from server.protocol.answers import CheckIn
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import Names, PrintJob
from server.protocol.terms import AlertKind, PrintJobState
from server.protocol.wire import fresh_key

STILL_HERE = 120.0
"""Seconds after which nobody waits at the kiosk for an answer any more: an older wish is not sent again."""
REPORT_UNTIL = 24 * 3600.0
"""Seconds for which the outcome of a print is offered to a server that is away."""
AGAIN_AFTER = 3.0
FOLLOW_EVERY, FOLLOWED_FOR = 2.5, 600.0
"""Seconds between two questions whether somebody comes, and after which nobody asks any more."""

KINDS = frozenset({CheckInWish.__name__, PrintReport.__name__, CallStaff.__name__})
"""Commands that this version can take up again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outside:
    """What errands need of the world: the server, the printer, the disk, the wall clock in seconds of the epoch."""

    client: HallClient
    hall: Callable[[], str]
    paper: PaperMaker
    journal: Journal
    clock: Callable[[], float]


@dataclass(frozen=True)
class PrintEnd:
    """How a print ended, the key it is told under, since when, and what to do with where a copy comes out instead."""

    job: str
    state: PrintJobState
    evidence: str
    key: str
    since: float
    settled: Callable[[Names], None]


class Errands:
    """Does wishes in threads of its own and feeds the answers back. `stop` ends what is being tried again."""

    def __init__(self, outside: Outside, feed: Callable[[Input], None]) -> None:
        self._outside = outside
        self._feed = feed
        self._stopping = Event()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="errand")
        self._tellers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="outcome")  # they may wait for hours
        self._gone = -1  # count of the last patient who left
        self._keys: dict[str, str] = {}  # print job id → key of the wish it answers, until its paper is settled

    def perform(self, wishes: tuple[Wish, ...]) -> None:
        """Start doing the wishes; returns at once."""
        for wish in wishes:
            if isinstance(wish, Forget):
                self._gone = wish.patient
            else:
                (self._tellers if isinstance(wish, SettlePaper) else self._threads).submit(self._safely, wish)

    def stop(self) -> None:
        """Try nothing again, wait for what is under way."""
        self._stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._tellers.shutdown(wait=True, cancel_futures=True)

    def resume(self) -> None:
        """Take up the wishes of before a crash: young ones are sent again under their key, begun paper is reported."""
        for entry in self._outside.journal.open():
            self._threads.submit(self._take_up, entry)

    def _take_up(self, entry: Entry) -> None:
        try:
            self._resumed(entry)
        except Exception:
            log.exception("%s %s of before cannot be resumed", entry.kind, entry.key)
            self._settle(entry.key)

    def _safely(self, wish: Wish) -> None:
        try:
            self._do(wish)
        except Exception:
            log.exception("a command failed: %s", type(wish).__name__)
            if (name := getattr(wish, "id", None)) is not None:
                self._feed(Answer(name, Away()))

    def _do(self, wish: Wish) -> None:
        client = self._outside.client
        match wish:
            case Identify():
                self._ask(wish.id, lambda: self._who(wish))
            case AskPlace():
                self._ask(wish.id, lambda: client.ticket(wish.ticket))
            case CheckInWish() | PrintReport() | CallStaff():
                self._send(wish)
            case FollowAlert():
                self._follow(wish)
            case PutOnPaper():
                self._feed(Answer(wish.id, self._print(wish.job)))
            case SettlePaper():
                self._tell(wish.job, wish.state, wish.evidence)

    def _who(self, asked: Identify) -> Result:
        hall = self._outside.hall()
        return self._outside.client.identify(hall, scan=asked.scan, typed=asked.typed, how=asked.how, proof=asked.proof)

    def _ask(self, name: str, question: Callable[[], Result]) -> None:
        self._feed(Answer(name, _answer(question)))

    def _send(self, wish: CheckInWish | PrintReport | CallStaff) -> None:
        """Write the wish down, send it, answer; while the server is away, keep trying as long as somebody may wait."""
        entry = Entry(fresh_key(), type(wish).__name__, asdict(wish), self._outside.clock())
        try:
            self._outside.journal.keep(entry)
        except sqlite3.Error:
            log.exception("the disk refuses: nothing is sent")
            self._feed(Answer(wish.id, Away()))
            return
        self._until_answered(entry, lambda result: Answer(wish.id, result), told_away=False, still_wanted=_wanted(wish))

    def _until_answered(
        self, entry: Entry, as_input: Callable[[Any], Input], told_away: bool, still_wanted: Callable[[int], bool]
    ) -> None:
        while not self._stopping.is_set():
            result = _answer(lambda: self._again(entry))
            if not isinstance(result, Away):
                self._remember_paper(entry, result)
                self._feed(as_input(result))
                return
            if not told_away:
                told_away = True
                self._feed(as_input(result))
            if self._outside.clock() - entry.made_at > STILL_HERE or not still_wanted(self._gone):
                log.warning("%s %s is given up: the server stayed away, or the patient left", entry.kind, entry.key)
                self._settle(entry.key)
                return
            self._stopping.wait(AGAIN_AFTER)

    def _again(self, entry: Entry) -> Result:
        client, body = self._outside.client, entry.body
        if entry.kind == CheckInWish.__name__:
            wished = {name: value for name, value in body.items() if name != "id"}
            return client.check_in(self._outside.hall(), key=entry.key, **wished)
        if entry.kind == PrintReport.__name__:
            job = client.print_report(body["report"], body["visit_token"], language=body.get("language"), key=entry.key)
            return job if job else Refused("no_printer")
        evidence_text = {"visit_token": body.get("visit_token"), "about": body.get("about")}
        return Alerted(client.raise_alert(AlertKind(body["kind"]), key=entry.key, **evidence_text).id)

    def _follow(self, wish: FollowAlert) -> None:
        """Ask whether somebody comes, as long as the patient is there and the alert is open."""
        client, since, evidence_text = self._outside.client.patient(0), self._outside.clock(), None
        while not self._stopping.is_set() and self._gone < wish.patient:
            try:
                answer = client.alert(wish.alert)
            except HallUnreachable:
                answer = None
            except HallProblem as problem:
                log.warning("the alert %s cannot be followed: %s", wish.alert, problem)
                return
            if answer is not None and answer.coming and answer.coming != evidence_text:
                evidence_text = answer.coming
                self._feed(Coming(wish.alert, evidence_text))
            over = answer is not None and answer.alert.closed_at is not None
            if over or self._outside.clock() - since > FOLLOWED_FOR:
                return
            self._stopping.wait(FOLLOW_EVERY)

    def _remember_paper(self, entry: Entry, result: Result) -> None:
        """A wish that led to paper stays on disk until the paper's fate is reported; any other is settled now."""
        job = result.print_job if isinstance(result, CheckIn) else result if isinstance(result, PrintJob) else None
        if job is None:
            self._settle(entry.key)
        else:
            self._keys[job.id] = entry.key

    def _print(self, job: PrintJob) -> Paper:
        key = self._keys.get(job.id)
        if key:
            try:
                self._outside.journal.printing(key, job.id)
            except sqlite3.Error as error:  # the patient waits: after a crash now, nobody knows of the paper
                log.error("the disk refuses: paper of job %s begins unremembered: %s", job.id, error)
        outcome = self._outside.paper.make(job)
        self._tellers.submit(self._safely, SettlePaper(job, outcome.state, outcome.evidence_text))
        return Paper(outcome.state, outcome.reason)

    def _tell(self, job: PrintJob, state: PrintJobState, evidence: str) -> None:
        def settled(moved: Names) -> None:
            if moved:
                self._feed(PaperMoved(job.id, moved))
            if key := self._keys.get(job.id):
                self._settle(key)
                if state is not PrintJobState.UNKNOWN:  # the patient's word may still follow an unknown
                    self._keys.pop(job.id, None)

        self._deliver(PrintEnd(job.id, state, evidence, fresh_key(), self._outside.clock(), settled))

    def _deliver(self, end: PrintEnd) -> None:
        """Say how a print ended until the server has heard it; a refusal for good (the lease is lost) settles it too.

        One that the server does not take now goes behind the others, so that it holds up none of them.
        """
        while not self._stopping.is_set() and self._outside.clock() - end.since < REPORT_UNTIL:
            try:
                evidence_text = self._outside.client.report_print_job(end.job, end.state, end.evidence, key=end.key)
                return end.settled(evidence_text.moved_to if evidence_text is not None else {})
            except HallProblem as problem:
                log.warning("the outcome %s of print job %s is refused: %s", end.state, end.job, problem)
                if problem.is_final:
                    return end.settled({})
                if not self._stopping.wait(AGAIN_AFTER):
                    self._tellers.submit(self._deliver, end)
                return None
            except HallUnreachable:
                self._stopping.wait(AGAIN_AFTER)
        return None if self._stopping.is_set() else end.settled({})

    def _settle(self, key: str) -> None:
        """Forget a command; one that the disk keeps is asked for again after a restart, under the same key."""
        try:
            self._outside.journal.settle(key)
        except sqlite3.Error as error:
            log.error("the disk refuses: the settled command %s stays there: %s", key, error)

    def _resumed(self, entry: Entry) -> None:
        if entry.printing is not None:
            self._outside.paper.suspect()
            evidence = "interrupted: the kiosk stopped while this was printing"
            since = self._outside.clock()
            end = PrintEnd(
                entry.printing, PrintJobState.UNKNOWN, evidence, fresh_key(), since, lambda _: self._settle(entry.key)
            )
            self._deliver(end)
        elif self._outside.clock() - entry.made_at > STILL_HERE or entry.kind not in KINDS:
            self._settle(entry.key)
        else:
            self._until_answered(entry, _as_resumed, told_away=True, still_wanted=lambda _: True)


def _wanted(wish: CheckInWish | PrintReport | CallStaff) -> Callable[[int], bool]:
    """Whether to go on trying when patient number `gone` has left: a danger is reported in any case."""
    if isinstance(wish, CallStaff) or (isinstance(wish, CheckInWish) and wish.flags):
        return lambda _: True
    patient = int(wish.id.split(".")[0])
    return lambda gone: gone < patient


def _as_resumed(result: Result) -> Input:
    """A resumed answer has no screen that waits for it: a ticket may be taken up, paper may be owed."""
    return Resumed(result) if isinstance(result, CheckIn) else Answer("", result)


def _answer(question: Callable[[], Result]) -> Result:
    try:
        return question()
    except HallProblem as problem:
        if problem.status >= 500 or not problem.is_ours:  # a proxy's page is no answer of the hall
            return Away()
        return Refused(str(problem.code), problem.problem)
    except HallUnreachable:
        return Away()
