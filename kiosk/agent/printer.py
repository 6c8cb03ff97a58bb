"""Owns the kiosk's printer: one sheet at a time, opened when needed, its health. Knows no screen and no server."""

import threading
import time
from collections.abc import Callable

from hardware.errors import HardwareError
from hardware.health import HealthCheck
from hardware.ports import Outcome, Printer, Reason
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState


class PaperMaker:
    """Prints jobs one after the other on the printer that `open_printer` gives; raises nothing. Safe between threads.

    Without a printer every job fails with `cannot_open`, so that staff hears of it and the patient sees the number.
    """

    def __init__(
        self,
        open_printer: Callable[[], Printer] | None,
        print_job: Callable[[PrintJob, Printer], Outcome],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = open_printer
        self._print = print_job
        self._lock = threading.Lock()
        self._printer: Printer | None = None
        self._suspect = False
        self._check = HealthCheck(lambda: self._ready().health(), monotonic)

    def make(self, job: PrintJob) -> Outcome:
        """Print one job and return how it ended by the printer's own word."""
        with self._lock:
            try:
                outcome = self._print(job, self._ready())
                if outcome.state in {PrintJobState.PRINTED, PrintJobState.SENT}:
                    self._check.heard(outcome.reason)
                else:
                    self._check.doubt()
                return outcome
            except HardwareError as error:
                return Outcome(PrintJobState.FAILED, Reason.UNREACHABLE, str(error))

    def suspect(self) -> None:
        """Clean the printer before its next job: the kiosk stopped in the middle of one."""
        self._suspect = True

    def health(self) -> str:
        """How the printer is, as a word for the heartbeat; one at work is not disturbed, an idle one asked seldom."""
        if self._open is None:
            return "none"
        if not self._lock.acquire(blocking=False):
            return "printing"
        try:
            return self._check.latest().value
        except HardwareError:
            return Reason.UNREACHABLE.value
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let go of the printer; may be called twice."""
        with self._lock:
            if self._printer is not None:
                self._printer.close()
                self._printer = None

    def _ready(self) -> Printer:
        if self._open is None:
            raise HardwareError("none", "this kiosk has no printer")
        if self._printer is None:
            self._printer = self._open()
        if self._suspect:
            self._printer.suspect()
            self._suspect = False
        return self._printer
