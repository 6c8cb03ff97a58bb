"""Many screens at once: `python -m tests.bench.herd [SCREENS]`. Prints `RESULT name value unit`.

Every screen is a WebSocket of its own. Figures: until all have joined, until all are back after the server was killed
and started again (docs/faults.md, row 41), a console's slowest read meanwhile, and a call until the last screen has it.
"""

import argparse
import contextlib
import json
import random
import threading
import time

import websocket

from server.protocol.client import HallClient
from tests.bench.hall import high, result
from tests.support.hall import RunningHall, until

SCREENS = 300
CALLS = 20
BACK_OFF = (0.5, 1.5)
"""Seconds between a lost link and the next try, drawn anew each time."""


class Screen(threading.Thread):
    """One wall screen's socket: joins, counts calls, comes back when the link is lost."""

    def __init__(self, hall: RunningHall, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._address = f"ws://127.0.0.1:{hall.port}/socket.io/?EIO=4&transport=websocket"
        self._hello = "40/hall," + json.dumps({"token": hall.token("caller"), "hall": "H1"})
        self._stop_asked = stop
        self.joined = threading.Event()
        self.called = 0
        self.called_at = 0.0

    def run(self) -> None:
        """Follow until the bench is over."""
        while not self._stop_asked.is_set():
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._follow()
            self.joined.clear()
            self._stop_asked.wait(random.uniform(*BACK_OFF))

    def _follow(self) -> None:
        with contextlib.closing(websocket.create_connection(self._address, timeout=30)) as line:
            line.recv()
            line.send(self._hello)
            while not self._stop_asked.is_set():
                said = str(line.recv())
                if said == "2":
                    line.send("3")
                elif '"position"' in said:
                    self.joined.set()
                elif '"ticket.called"' in said:
                    self.called, self.called_at = self.called + 1, time.monotonic()
                elif not said:
                    return


def calls(desk: HallClient, screens: list[Screen]) -> list[float]:
    """Seconds from pressing next until the last screen has the call, for each of CALLS calls."""
    took = []
    for turn in range(CALLS):
        before = [screen.called for screen in screens]
        began = time.monotonic()
        ticket = desk.call_next(f"R{turn % 4 + 1}").ticket
        assert ticket is not None
        until(lambda before=before: all(one.called > had for one, had in zip(screens, before, strict=True)), within=30)
        took.append(max(screen.called_at for screen in screens) - began)
        desk.finish(ticket.id)
    return took


def slowest_read(desk: HallClient, screens: list[Screen]) -> float:
    """Seconds of the slowest snapshot until the screens have joined, one at least."""
    slowest = 0.0
    while not (slowest and all(screen.joined.is_set() for screen in screens)):
        began = time.monotonic()
        desk.snapshot("H1")
        slowest = max(slowest, time.monotonic() - began)
        threading.Event().wait(0.05)
    return slowest


def main() -> None:
    """Let them join, call, kill the server, let them come back, call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("screens", nargs="?", type=int, default=SCREENS)
    count = parser.parse_args().screens
    hall = RunningHall(HALL_MAX_SOCKETS=str(count + 50))
    stop = threading.Event()
    try:
        hall.start()
        desk = hall.client("console")
        hall.check_in(*(f"候诊{n}" for n in range(2 * CALLS)))
        screens = [Screen(hall, stop) for _ in range(count)]
        for name in ("join", "restart"):
            began = time.monotonic()
            if name == "join":
                for screen in screens:
                    screen.start()
            else:
                hall.kill()
                until(lambda: not any(screen.joined.is_set() for screen in screens), within=30)
                hall.start()
            slowest = slowest_read(desk, screens)
            result(f"herd_{name}_{count}_screens", time.monotonic() - began, "s")
            result(f"herd_{name}_slowest_read", slowest * 1000, "ms")
            result(f"herd_{name}_call_to_last_screen_p95", high(calls(desk, screens)) * 1000, "ms")
    finally:
        stop.set()
        hall.close()


if __name__ == "__main__":
    main()
