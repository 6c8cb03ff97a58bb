"""Clocks that tests move: of a server in this process by hand, of a running one by a file it looks at."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

from server.services.core import clock
from server.services.schedule import clock_news
from server.services.schedule.runner import run_due
from tests.support.api import Api
from tests.support.hall import RunningHall, run_server, until

MORNING = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(days=1)
"""Nine o'clock in Shanghai of tomorrow: later than anything in a prepared database, and not so late that it is old."""
OFFSET = "wall-clock-offset"


class MovedClock:
    """The wall clock and the seconds of the server in this process: time passes when told to, the wall clock jumps."""

    def __init__(self, monkeypatch, begins: datetime = MORNING) -> None:
        self.begins, self.passed, self.off = begins, 0.0, timedelta(0)
        monkeypatch.setattr(clock, "wall", lambda: self.true + self.off)
        monkeypatch.setattr(clock, "seconds", lambda: self.passed)

    @property
    def true(self) -> datetime:
        """What a right clock would say."""
        return self.begins + timedelta(seconds=self.passed)

    def jump(self, **by: float) -> None:
        """Set the wall clock so far from the right time."""
        self.off = timedelta(**by)

    def wait(self, api: Api, seconds: float, every: float = 60.0) -> None:
        """Let time pass, with a round of the timers every so many seconds."""
        end = self.passed + seconds
        while self.passed < end:
            self.passed = min(end, self.passed + every)
            a_round(api)


def a_round(api: Api) -> None:
    """What the thread of the timers does twice a second."""
    api.context.clock.look()
    clock_news.tell(api.context)
    run_due(api.context)


def by_real_time(api: Api) -> Api:
    """Let a server of `an_api` go by the machine's clock instead of by simulated time, from a steady start."""
    api.context.clock.__init__()
    api.context.clock.start_from(None)
    api.at = None
    return api


def _run(folder: Path, settings: dict[str, str]) -> None:
    """As tests.support.hall starts a server, with a wall clock that follows the file."""
    machine = time_machine.travel(datetime.now(UTC) + timedelta(seconds=_offset(folder)), tick=True)
    traveller = machine.start()

    def follow() -> None:
        now = _offset(folder)
        while True:
            if (wanted := _offset(folder)) != now:
                traveller.shift(wanted - now)
                now = wanted
            seen = folder / f"{OFFSET}.seen"
            beside = folder / f"{OFFSET}.seen.new"
            beside.write_text(str(now), encoding="ascii")
            beside.replace(seen)
            threading.Event().wait(0.05)

    def in_the_worker() -> None:  # gunicorn forks the process that serves, and no thread goes along
        threading.Thread(target=follow, daemon=True).start()

    os.register_at_fork(after_in_child=in_the_worker)
    run_server(folder, settings)


def _offset(folder: Path) -> float:
    return float((folder / OFFSET).read_text(encoding="ascii"))


class ClockedHall(RunningHall):
    """A running server whose wall clock the test sets: all of its process sees it, its seconds go on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.entry = _run

    def start(self) -> "ClockedHall":
        """Start, with the wall clock as it was left: right, the first time."""
        if not (self.folder / OFFSET).exists():
            self.jump(timedelta(0))
        super().start()
        return self

    def jump(self, by: timedelta) -> None:
        """Set the server's wall clock so far from the right time, and wait until it has it where it runs."""
        file = self.folder / OFFSET
        beside = file.with_suffix(".new")
        beside.write_text(str(by.total_seconds()), encoding="ascii")
        beside.replace(file)
        seen = self.folder / f"{OFFSET}.seen"
        if self.process is not None and self.process.is_alive():
            until(lambda: seen.exists() and seen.read_text(encoding="ascii") == str(by.total_seconds()))
