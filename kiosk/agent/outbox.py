"""Performs the effects of the machine: on disk, then sent, then answered; resumed after a crash. Knows no screen."""

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from threading import Event

from kiosk.agent.outbox_store import Entry, Journal
from kiosk.agent.printer import PaperMaker
from kiosk.machine.effects import (
    AskPosition,
    CallStaff,
    CheckInCommand,
    Effect,
    FollowAlert,
    Forget,
    Identify,
    PrintReport,
    PutOnPaper,
    SettlePaper,
)
from kiosk.machine.events import Alerted, Answer, Away, Coming, Input, Paper, PaperMoved, Refused, Result, Resumed
from server.protocol.answers import CheckIn
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import Names, PrintJob
from server.protocol.terms import AlertKind, PrintJobState
from server.protocol.transport import fresh_key

STILL_HERE = 120.0
"""Seconds after which nobody waits at the kiosk for an answer any more: an older effect is not sent again."""
REPORT_UNTIL = 24 * 3600.0
"""Seconds for which the outcome of a print is offered to a server that is away."""
AGAIN_AFTER = 3.0
FOLLOW_EVERY, FOLLOWED_FOR = 2.5, 600.0
"""Seconds between two questions whether somebody comes, and after which nobody asks any more."""

KINDS = frozenset({CheckInCommand.__name__, PrintReport.__name__, CallStaff.__name__})
"""Commands that this version can take up again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dependencies:
    """What the command runner needs: the server, the printer, the disk, the wall clock in seconds of the epoch."""

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


class CommandRunner:
    """Performs effects in threads of its own and feeds the answers back. `stop` ends what is being tried again."""

    def __init__(self, dependencies: Dependencies, feed: Callable[[Input], None]) -> None:
        self._dependencies = dependencies
        self._feed = feed
        self._stopping = Event()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="command")
        self._reporters = ThreadPoolExecutor(max_workers=4, thread_name_prefix="outcome")  # they may wait for hours
        self._gone = -1  # count of the last patient who left
        self._keys: dict[str, str] = {}  # print job id → key of the effect it answers, until its paper is settled

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Start doing the effects; returns at once."""
        for effect in effects:
            if isinstance(effect, Forget):
                self._gone = effect.patient
            else:
                (self._reporters if isinstance(effect, SettlePaper) else self._threads).submit(self._safely, effect)

    def stop(self) -> None:
        """Try nothing again, wait for what is under way."""
        self._stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._reporters.shutdown(wait=True, cancel_futures=True)

    def resume(self) -> None:
        """Take up the effects of before a crash: young ones are sent again under their key, begun paper is reported."""
        for entry in self._dependencies.journal.open():
            self._threads.submit(self._take_up, entry)

    def _take_up(self, entry: Entry) -> None:
        try:
            self._resumed(entry)
        except Exception:
            log.exception("%s %s of before cannot be resumed", entry.kind, entry.key)
            self._settle(entry.key)

    def _safely(self, effect: Effect) -> None:
        try:
            self._do(effect)
        except Exception:
            log.exception("a command failed: %s", type(effect).__name__)
            if (name := getattr(effect, "id", None)) is not None:
                self._feed(Answer(name, Away()))

    def _do(self, effect: Effect) -> None:
        client = self._dependencies.client
        match effect:
            case Identify():
                self._ask(effect.id, lambda: self._who(effect))
            case AskPosition():
                self._ask(effect.id, lambda: client.ticket(effect.ticket))
            case CheckInCommand() | PrintReport() | CallStaff():
                self._send(effect)
            case FollowAlert():
                self._follow(effect)
            case PutOnPaper():
                self._feed(Answer(effect.id, self._print(effect.job)))
            case SettlePaper():
                self._report(effect.job, effect.state, effect.evidence)

    def _who(self, asked: Identify) -> Result:
        hall = self._dependencies.hall()
        return self._dependencies.client.identify(
            hall, scan=asked.scan, typed=asked.typed, how=asked.how, proof=asked.proof
        )

    def _ask(self, name: str, question: Callable[[], Result]) -> None:
        self._feed(Answer(name, _answer(question)))

    def _send(self, effect: CheckInCommand | PrintReport | CallStaff) -> None:
        """Write the effect down, send it, answer; while the server is away, keep trying while somebody may wait."""
        entry = Entry(fresh_key(), type(effect).__name__, asdict(effect), self._dependencies.clock())
        try:
            self._dependencies.journal.keep(entry)
        except sqlite3.Error:
            log.exception("the disk refuses: nothing is sent")
            self._feed(Answer(effect.id, Away()))
            return
        self._until_answered(
            entry, lambda result: Answer(effect.id, result), reported_away=False, still_wanted=_wanted(effect)
        )

    def _until_answered(
        self,
        entry: Entry,
        as_input: Callable[[Result], Input],
        reported_away: bool,
        still_wanted: Callable[[int], bool],
    ) -> None:
        while not self._stopping.is_set():
            result = _answer(lambda: self._again(entry))
            if not isinstance(result, Away):
                self._remember_paper(entry, result)
                self._feed(as_input(result))
                return
            if not reported_away:
                reported_away = True
                self._feed(as_input(result))
            if self._dependencies.clock() - entry.made_at > STILL_HERE or not still_wanted(self._gone):
                log.warning("%s %s is given up: the server stayed away, or the patient left", entry.kind, entry.key)
                self._settle(entry.key)
                return
            self._stopping.wait(AGAIN_AFTER)

    def _again(self, entry: Entry) -> Result:
        client, body = self._dependencies.client, entry.body
        if entry.kind == CheckInCommand.__name__:
            fields = {name: value for name, value in body.items() if name != "id"}
            return client.check_in(self._dependencies.hall(), key=entry.key, **fields)
        if entry.kind == PrintReport.__name__:
            job = client.print_report(body["report"], body["visit_token"], language=body.get("language"), key=entry.key)
            return job if job else Refused("no_printer")
        about = {"visit_token": body.get("visit_token"), "about": body.get("about")}
        return Alerted(client.raise_alert(AlertKind(body["kind"]), key=entry.key, **about).id)

    def _follow(self, effect: FollowAlert) -> None:
        """Ask whether somebody comes, as long as the patient is there and the alert is open."""
        client, since, shown = self._dependencies.client.patient(0), self._dependencies.clock(), None
        while not self._stopping.is_set() and self._gone < effect.patient:
            try:
                answer = client.alert(effect.alert)
            except HallUnreachable:
                answer = None
            except HallProblem as problem:
                log.warning("the alert %s cannot be followed: %s", effect.alert, problem)
                return
            if answer is not None and answer.coming and answer.coming != shown:
                shown = answer.coming
                self._feed(Coming(effect.alert, shown))
            over = answer is not None and answer.alert.closed_at is not None
            if over or self._dependencies.clock() - since > FOLLOWED_FOR:
                return
            self._stopping.wait(FOLLOW_EVERY)

    def _remember_paper(self, entry: Entry, result: Result) -> None:
        """An effect that led to paper stays on disk until the paper's fate is reported; any other is settled now."""
        job = result.print_job if isinstance(result, CheckIn) else result if isinstance(result, PrintJob) else None
        if job is None:
            self._settle(entry.key)
        else:
            self._keys[job.id] = entry.key

    def _print(self, job: PrintJob) -> Paper:
        key = self._keys.get(job.id)
        if key:
            try:
                self._dependencies.journal.printing(key, job.id)
            except sqlite3.Error as error:  # the patient waits: after a crash now, nobody knows of the paper
                log.error("the disk refuses: paper of job %s begins unremembered: %s", job.id, error)
        outcome = self._dependencies.paper.make(job)
        self._reporters.submit(self._safely, SettlePaper(job, outcome.state, outcome.evidence_text))
        return Paper(outcome.state, outcome.reason)

    def _report(self, job: PrintJob, state: PrintJobState, evidence: str) -> None:
        def settled(moved: Names) -> None:
            if moved:
                self._feed(PaperMoved(job.id, moved))
            if key := self._keys.get(job.id):
                self._settle(key)
                if state is not PrintJobState.UNKNOWN:  # the patient's word may still follow an unknown
                    self._keys.pop(job.id, None)

        self._deliver(PrintEnd(job.id, state, evidence, fresh_key(), self._dependencies.clock(), settled))

    def _deliver(self, end: PrintEnd) -> None:
        """Say how a print ended until the server has heard it; a refusal for good (the lease is lost) settles it too.

        One that the server does not take now goes behind the others, so that it holds up none of them.
        """
        while not self._stopping.is_set() and self._dependencies.clock() - end.since < REPORT_UNTIL:
            try:
                answer = self._dependencies.client.report_print_job(end.job, end.state, end.evidence, key=end.key)
                return end.settled(answer.moved_to if answer is not None else {})
            except HallProblem as problem:
                log.warning("the outcome %s of print job %s is refused: %s", end.state, end.job, problem)
                if problem.is_final:
                    return end.settled({})
                if not self._stopping.wait(AGAIN_AFTER):
                    self._reporters.submit(self._deliver, end)
                return None
            except HallUnreachable:
                self._stopping.wait(AGAIN_AFTER)
        return None if self._stopping.is_set() else end.settled({})

    def _settle(self, key: str) -> None:
        """Forget a command; one that the disk keeps is asked for again after a restart, under the same key."""
        try:
            self._dependencies.journal.settle(key)
        except sqlite3.Error as error:
            log.error("the disk refuses: the settled command %s stays there: %s", key, error)

    def _resumed(self, entry: Entry) -> None:
        if entry.printing is not None:
            self._dependencies.paper.suspect()
            evidence = "interrupted: the kiosk stopped while this was printing"
            since = self._dependencies.clock()
            end = PrintEnd(
                entry.printing, PrintJobState.UNKNOWN, evidence, fresh_key(), since, lambda _: self._settle(entry.key)
            )
            self._deliver(end)
        elif self._dependencies.clock() - entry.made_at > STILL_HERE or entry.kind not in KINDS:
            self._settle(entry.key)
        else:
            self._until_answered(entry, _as_resumed, reported_away=True, still_wanted=lambda _: True)


def _wanted(effect: CheckInCommand | PrintReport | CallStaff) -> Callable[[int], bool]:
    """Whether to go on trying when patient number `gone` has left: a danger is reported in any case."""
    if isinstance(effect, CallStaff) or (isinstance(effect, CheckInCommand) and effect.flags):
        return lambda _: True
    patient = int(effect.id.split(".")[0])
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
