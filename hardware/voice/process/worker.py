"""Owns one child process that may hang or die: asked in lines of JSON, answered before a deadline or killed.

Knows no voice. Engines block in C libraries where no thread can be stopped (docs/sources.md, Speech engines), so they
live in a process that can. A child that is only slow to start is not killed for it until `patience` is over.
"""

import json
import logging
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import hardware
from hardware.errors import CannotOpen, FailedInUse, NotAvailable, TimedOut
from server.protocol.logs import describe

log = logging.getLogger(__name__)

Answer = Mapping[str, object]
LOADING_SHARE = 0.5
"""Share of a deadline that is spent on waiting for a child that still loads; the rest is for another engine."""
PATIENCE = 90.0
"""Seconds a child may take to load its model before it counts as hung."""


class Worker:
    """A child process made when needed and made again after it was killed. One request at a time.

    `name` is what errors call it, `command` starts it, `one_shot` ends it after each answer.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        one_shot: bool = False,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self._command, self._one_shot, self._patience = name, list(command), one_shot, patience
        self._clock = clock
        self._turn, self._hands = threading.Lock(), threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[Answer | None] = queue.Queue()
        self._ready, self._closed, self._started_at = False, False, 0.0

    def ask(self, request: Mapping[str, object], deadline: float) -> Answer:
        """Send a request and wait `deadline` seconds at most for its answer.

        Raises NotAvailable when the child is still loading or says that a part it needs is missing (permanent),
        CannotOpen when it does not start, TimedOut when it hangs (then it was killed), FailedInUse when it dies or
        says no.
        """
        until = self._clock() + deadline
        with self._turn:
            self._start()
            self._wait_until_ready(self._clock() + LOADING_SHARE * deadline)
            self._send(request)
            answer = self._next(until)
            if answer is None:
                self._kill()
                raise FailedInUse(self.name, "the engine died while it worked")
            if self._one_shot:
                self._kill()
        if "failed" in answer:
            raise FailedInUse(self.name, str(answer["failed"]))
        return answer

    def warm(self) -> None:
        """Start the child without waiting for it, so that the first call need not."""
        if self._turn.acquire(blocking=False):
            try:
                self._start()
            finally:
                self._turn.release()

    @property
    def process_id(self) -> int | None:
        """The id of the child that runs now."""
        with self._hands:
            return self._child.pid if self._child else None

    def close(self) -> None:
        """End the child for good; may be called twice."""
        self._closed = True
        self._kill()

    def _start(self) -> None:
        with self._hands:
            if self._closed:
                raise FailedInUse(self.name, "closed")
            if self._child is not None and self._child.poll() is None:
                return
            self._answers, self._ready, self._started_at = queue.Queue(), False, self._clock()
            try:
                self._child = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                    env=_environment(),
                )  # fmt: skip  # one line of pipes
            except OSError as error:
                raise CannotOpen(self.name, f"cannot start: {describe(error)}") from error
            reading = threading.Thread(target=_read, args=(self._child, self._answers), name=self.name, daemon=True)
            reading.start()

    def _wait_until_ready(self, until: float) -> None:
        if self._ready:
            return
        try:
            answer = self._next(until, kill=False)
        except TimedOut:
            if self._clock() - self._started_at > self._patience:
                self._kill()
            raise NotAvailable(self.name, "still loading", permanent=False) from None
        if answer is None:
            self._kill()
            raise CannotOpen(self.name, "the engine died while it loaded")
        if "unavailable" in answer:
            self._kill()
            raise NotAvailable(self.name, str(answer["unavailable"]))
        self._ready = True

    def _send(self, request: Mapping[str, object]) -> None:
        child = self._child
        try:
            if child is None or child.stdin is None:
                raise BrokenPipeError("closed")
            child.stdin.write(json.dumps(request, ensure_ascii=False) + "\n")
            child.stdin.flush()
        except (OSError, ValueError) as error:
            self._kill()
            raise FailedInUse(self.name, f"the engine is gone: {describe(error)}") from error

    def _next(self, until: float, *, kill: bool = True) -> Answer | None:
        try:
            return self._answers.get(timeout=max(0.0, until - self._clock()))
        except queue.Empty:
            if kill:
                self._kill()
            raise TimedOut(self.name, "no answer in time" + (", killed" if kill else "")) from None

    def _kill(self) -> None:
        with self._hands:
            child, self._child, self._ready = self._child, None, False
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in filter(None, (child.stdin, child.stdout)):
            with suppress(OSError):  # what was still unsent dies with the child
                pipe.close()


def _read(child: "subprocess.Popen[str]", answers: "queue.Queue[Answer | None]") -> None:
    try:
        for line in child.stdout or ():
            if isinstance(answer := json.loads(line), dict):
                answers.put(answer)
    except (ValueError, RecursionError):  # closed under us, or a line that is no answer: both are the end of this child
        log.debug("%s: reading ended", child.args)
    answers.put(None)


def _environment() -> dict[str, str]:
    """The child's environment: ours, and where this very package lies, installed or not."""
    root = str(Path(hardware.__file__).resolve().parent.parent)
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
