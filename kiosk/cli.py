"""Owns the kiosk's command and its composition: settings → client, printer, journal → runtime → page. Knows no rule."""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import FrameType

from hardware.errors import NotAvailable
from hardware.jobs import print_job
from hardware.registry import open_printer, open_reader
from kiosk.agent.connection import ANSWER_SECONDS, Reach
from kiosk.agent.heartbeat import Watch
from kiosk.agent.outbox import CommandRunner, Dependencies
from kiosk.agent.outbox_store import Journal
from kiosk.agent.printer import PaperMaker
from kiosk.agent.runtime import Runtime
from kiosk.agent.scanner import Scanner
from kiosk.agent.web import LIMITS, create_agent
from kiosk.machine.events import Tick, Touch
from kiosk.settings import Settings
from server.protocol import logs
from server.protocol.client import HallClient
from server.serving.pages import PageServer

ANSWER_TIMEOUT, ANSWER_BUDGET = 3.5, 3.0
"""Seconds for one attempt, and after which none is added: two attempts end before the page gives up at 8 s."""
TICK_SECONDS = 0.5
LOOK_SECONDS = 5.0
"""Between two looks whether every part still runs."""
KEYBOARD = ("", "keyboard://")
"""Readers that type into the page, as nearly all code and card readers do; the page hears them itself."""

log = logging.getLogger(__name__)


class Kiosk:
    """All parts of one running kiosk; `start` returns at once, `stop` waits for what is under way.

    Raises NotAvailable for a reader that no driver knows.
    """

    def __init__(self, settings: Settings) -> None:
        scanner = _scanner(settings.reader, lambda touch: self.runtime.feed(touch))
        self._client = HallClient(
            settings.server, settings.token.get_secret_value(), timeout=ANSWER_TIMEOUT, budget=ANSWER_BUDGET
        )
        self._stopping = threading.Event()
        opener = (lambda: open_printer(settings.printer)) if settings.printer else None
        self._paper = PaperMaker(opener, lambda job, printer: print_job(job, printer, self._server_time()))
        self._journal = Journal(settings.state_dir / "outbox.db")
        more = {} if scanner is None else {"reader": scanner.health}
        self.watch = Watch(self._client, self._paper.health, lambda happened: self.runtime.feed(happened), **more)
        self._asking = HallClient(
            settings.server, settings.token.get_secret_value(), timeout=ANSWER_SECONDS, budget=0.0, connections=1
        )
        reach = Reach(lambda: self._asking.me(), self.watch.lost, self.watch.found)
        outside = Dependencies(self._client, self.watch.hall_id, self._paper, self._journal, time.time)
        self._runner = CommandRunner(outside, lambda happened: self.runtime.feed(happened))
        self.runtime = Runtime(time.monotonic, self._runner.perform)
        self._server = PageServer("127.0.0.1", settings.port, LIMITS)
        self.port = self._server.port
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (
                ("tick", lambda: _every(TICK_SECONDS, self._stopping, lambda: self.runtime.feed(Tick()))),
                ("watch", lambda: self.watch.run(self._stopping)),
                ("reach", lambda: reach.run(self._stopping)),
                *([] if scanner is None else [("scanner", lambda: scanner.run(self._stopping))]),
            )
        ]

    def start(self) -> None:
        """Serve the page, watch the hall, and take up what a crash left behind."""
        self._server.start(create_agent(self.runtime, self.port))
        for thread in self._threads:
            thread.start()
        self._runner.resume()

    def _server_time(self) -> datetime:
        """Now by the server's clock, which is that of leases; a kiosk may start with a wrong one of its own."""
        return datetime.now(UTC) + timedelta(seconds=self._client.skew)

    def exited(self) -> str | None:
        """The name of a part that ended by itself, which no part should; None while all run."""
        return next((thread.name for thread in self._threads if not thread.is_alive()), None)

    def stop(self) -> None:
        """End; what is on paper is finished, what is on disk stays there."""
        self._stopping.set()
        self._server.stop()  # its threads are daemons: a page that waits does not hold the end up
        self._runner.stop()
        self._paper.close()
        self._journal.close()
        self._client.close()
        self._asking.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """`hall-kiosk run`: serve the kiosk's page on 127.0.0.1 until SIGTERM. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="hall-kiosk", description="the kiosk agent of the outpatient hall")
    parser.add_subparsers(dest="command", required=True).add_parser("run", help="serve the kiosk's page on 127.0.0.1")
    parser.parse_args(arguments)
    logs.levels(logging.WARNING)
    settings = Settings()
    if not settings.token.get_secret_value():
        print("KIOSK_TOKEN is empty: enrol with `hall-server device add --role kiosk`", file=sys.stderr)
        return 2
    try:
        kiosk = Kiosk(settings)
    except (NotAvailable, OSError) as error:  # a reader nobody knows, a port in use: said in one line
        print(f"hall-kiosk: {error}", file=sys.stderr)
        return 2
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    kiosk.start()
    print(f"kiosk page on http://127.0.0.1:{kiosk.port}/", flush=True)
    exited = None
    while not ended.wait(LOOK_SECONDS) and exited is None:
        exited = kiosk.exited()
    if exited is not None:  # the last resort: whoever supervises this program starts it anew
        log.error("the part %s ended: the kiosk ends to be started anew", exited)
    kiosk.stop()
    return 0 if exited is None else 1


def _scanner(url: str, feed: Callable[[Touch], None]) -> Scanner | None:
    return None if url in KEYBOARD else Scanner(open_reader(url), feed)


def _every(seconds: float, stopping: threading.Event, act: Callable[[], None]) -> None:
    """Act again and again. What one round raises ends no other: without time, a patient's screen would stay."""
    while not stopping.wait(seconds):
        try:
            act()
        except Exception:
            log.exception("a tick failed")
