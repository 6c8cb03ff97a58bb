"""The paper of a replay: a virtual printer and a print station as child processes, waited for until all is printed."""

import json
import sys
import time
import urllib.request
from collections.abc import Callable

from server.process_supervisor import ProcessSupervisor, answers, eventually, free_port

START_SECONDS = 30.0
NONE_OF_THEM = 10**9
"""A number no slip has: the page then answers with the count alone."""
STALL_SECONDS = 60.0
"""How long no further slip may come before the replay gives up on the paper."""


class PaperTrouble(Exception):
    """Printer or station did not do their part; the message says what they said last."""


class Paper:
    """One virtual printer and the station that feeds it; `take` waits until so many slips were taken by it."""

    def __init__(self, processes: ProcessSupervisor) -> None:
        self._processes = processes
        self._page_port = 0

    def start(self, server: str, token: str) -> None:
        """Start both on free ports. Raises PaperTrouble when the printer does not come up."""
        port, self._page_port = free_port(), free_port()
        self._processes.start(
            "printer", "hardware", "virtual-printer", "--port", str(port), "--page-port", str(self._page_port)
        )
        if not eventually(lambda: answers("127.0.0.1", self._page_port), START_SECONDS):
            raise PaperTrouble(f"the virtual printer did not start: {self._processes.last_log_line('printer')}")
        self._processes.start(
            "station",
            "hardware",
            "station",
            "run",
            STATION_SERVER=server,
            STATION_TOKEN=token,
            STATION_PRINTER=f"tcp://127.0.0.1:{port}",
            STATION_STATE_DIR=str(self._processes.folder("station")),
        )

    def taken(self) -> int:
        """How many slips the printer holds in paper."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self._page_port}/slips?after={NONE_OF_THEM}", timeout=10
            ) as answer:
                return int(json.load(answer)["count"])
        except (OSError, ValueError, KeyError):
            return 0

    def wait(self, slips: int, reported: Callable[[], int]) -> int:
        """Wait until every print job is reported printed and the printer took as many; return the lesser of both."""
        best, since = -1, time.monotonic()
        while True:
            done = min(reported(), self.taken())
            if done >= slips:
                return done
            if done > best:
                best, since = done, time.monotonic()
                print(f"slips {done} of {slips}", file=sys.stderr)
            if time.monotonic() - since > STALL_SECONDS or not self._processes.alive("station"):
                print(
                    f"paper stalled at {done} of {slips}: {self._processes.last_log_line('station')}", file=sys.stderr
                )
                return done
            time.sleep(1)
