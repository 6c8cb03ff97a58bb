"""The hall's other programs for the search for patients: real ones, forked, whose drawing can be made to fail."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx

from tests.support.hall import FORKS, RunningHall, free_port, until

SWITCH = "BREAKS"
"""A file of this name in a program's folder makes drawing text raise, with the text in the message."""


def _run(folder: Path, module: str, extra: str, arguments: list[str], settings: dict[str, str]) -> None:
    """The program in the new process, in a session of its own, as its command starts it."""
    os.setsid()
    os.chdir(folder)
    os.environ.update(settings)
    log = os.open(folder / "program.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from PIL import ImageDraw

    draw = ImageDraw.ImageDraw.text

    def text(self: Any, place: Any, words: Any, *more: Any, **options: Any) -> Any:
        if (folder / SWITCH).exists():
            raise RuntimeError(f"no glyph for {words}")
        return draw(self, place, words, *more, **options)

    ImageDraw.ImageDraw.text = text  # type: ignore[method-assign]  # a library that fails as libraries do
    from server.protocol.starting import start

    sys.exit(start(module, extra, arguments))


class Program:
    """One running program and its folder."""

    def __init__(self, folder: Path, module: str, extra: str, arguments: list[str], settings: dict[str, str]) -> None:
        folder.mkdir(mode=0o700)
        self.folder, self.log = folder, folder / "program.log"
        self.address = (
            f"http://127.0.0.1:{next((port for name, port in settings.items() if name.endswith('_PORT')), 0)}"
        )
        self._process: ForkServerProcess = FORKS.Process(
            target=_run, args=(folder, module, extra, arguments, settings), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def breaks(self) -> None:
        """From now on nothing can be drawn."""
        (self.folder / SWITCH).touch(0o600)

    def stop(self) -> None:
        """End it as an administrator does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        self._process.join(20)
        if self._process.is_alive():
            os.killpg(self.pid, signal.SIGKILL)


@contextlib.contextmanager
def programs(hall: RunningHall, printer: int) -> Iterator[dict[str, Program]]:
    """Kiosk, caller and print station of a hall, in folders of their own inside the hall's."""
    paper = f"tcp://127.0.0.1:{printer}"
    wanted: dict[str, tuple[str, str, dict[str, str]]] = {
        "kiosk": ("kiosk.cli", "kiosk", {"PORT": str(free_port()), "PRINTER": paper, "STATE_DIR": "state"}),
        "caller": (
            "caller.cli",
            "caller",
            {"PORT": str(free_port()), "VOICE": f"file://{hall.folder}/voice?engine=tone"},
        ),
        "station": ("hardware.station", "station", {"PRINTER": paper, "STATE_DIR": "state"}),
    }
    running: dict[str, Program] = {}
    try:
        for name, (module, extra, own) in wanted.items():
            given = {"SERVER": hall.address, "TOKEN": hall.token(name), **own}
            settings = {f"{name.upper()}_{word}": value for word, value in given.items()}
            running[name] = Program(hall.folder / name, module, extra, ["run"], settings)
        for name in ("kiosk", "caller"):
            until(lambda name=name: _answers(running[name].address), within=90)
        yield running
    finally:
        for program in running.values():
            program.stop()


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{address}/healthz", timeout=5.0, verify=False).status_code == 200
    return False


class Kiosk:
    """A page at a kiosk agent, without a browser."""

    def __init__(self, address: str) -> None:
        self._address = address
        found = re.search(r'kiosk-secret" content="([^"]+)"', httpx.get(address, timeout=30.0, verify=False).text)
        assert found is not None
        self._headers = {"Origin": address, "X-Kiosk-Secret": found[1]}

    def seen(self) -> Any:
        """What the page may see now."""
        return self._post("/page/wait", {"version": -1}).json()

    def touch(self, verb: str, value: str = "", proof: str = "") -> None:
        """Touch the screen that is shown."""
        seen = self.seen()
        body = {"verb": verb, "value": value, "proof": proof, "step": seen["step"], "nonce": seen["nonce"]}
        assert self._post("/page/touch", body).status_code in {200, 409}

    def arrives(self, *screens: str) -> str:
        """Wait for one of these screens; which it is."""
        until(lambda: self.seen()["screen"] in screens, within=30)
        return str(self.seen()["screen"])

    def checks_in(self) -> None:
        """Answer each question of a check-in until it is over; a touch that comes too soon is made again."""
        answers = {
            "choose": lambda seen: ("choose", seen["options"][0]["value"]),
            "health": lambda _: ("health", "none"),
            "fever": lambda _: ("fever", "no"),
            "confirm": lambda _: ("confirm", ""),
            "direction": lambda _: ("confirm", ""),
        }

        def over() -> bool:
            seen = self.seen()
            if seen["screen"] in answers:
                self.touch(*answers[seen["screen"]](seen))
            return seen["screen"] in {"done", "notice", "staff"}

        until(over, within=60, every=0.2)

    def _post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(f"{self._address}{path}", json=body, headers=self._headers, timeout=30.0, verify=False)
