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
    from server.protocol.entrypoint import start

    sys.exit(start(module, extra, arguments))


class Program:
    """One running program and its folder; its page, where it has one, is at `address`."""

    def __init__(
        self, folder: Path, module: str, extra: str, arguments: list[str], settings: dict[str, str], page: int = 0
    ) -> None:
        folder.mkdir(mode=0o700)
        self.folder, self.log = folder, folder / "program.log"
        self.address = f"http://127.0.0.1:{page}"
        self._process: ForkServerProcess = FORKS.Process(
            target=_run, args=(folder, module, extra, arguments, settings), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def breaks(self) -> None:
        """From now on nothing can be drawn."""
        (self.folder / SWITCH).touch(0o600)

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(encoding="utf-8")

    def end(self) -> None:
        """Tell it to end, as an administrator does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.join(20)
        if self._process.is_alive():
            os.killpg(self.pid, signal.SIGKILL)


class VirtualPrinter:
    """The page of a virtual printer: its switches, and how many slips it cut."""

    def __init__(self, hall: RunningHall, page: str) -> None:
        self._http = hall.client("station", address=page).transport.http  # closed with the hall

    def has_cut(self, slips: int) -> bool:
        """Whether it cut so many."""
        return int(self._http.get("/state").json()["count"]) >= slips

    def breaks(self, **switches: object) -> None:
        """Turn its switches."""
        assert self._http.post("/faults", json=switches).status_code == 200


@contextlib.contextmanager
def programs(hall: RunningHall) -> Iterator[dict[str, Program]]:
    """Virtual printer, kiosk, caller and print station of a hall, in folders of their own inside the hall's."""
    port, page = free_port(), free_port()
    paper = f"tcp://127.0.0.1:{port}"
    printing = {"PRINTER": paper, "STATE_DIR": "state"}
    wanted: dict[str, tuple[str, str, dict[str, str]]] = {
        "kiosk": ("kiosk.cli", "kiosk", {"PORT": str(free_port()), **printing}),
        "caller": (
            "caller.cli",
            "caller",
            {"PORT": str(free_port()), "VOICE": f"file://{hall.folder}/voice?engine=tone"},
        ),
        "station": ("hardware.station", "station", printing),
    }
    running: dict[str, Program] = {}
    try:
        options = ["--port", str(port), "--page-port", str(page), "--keep", "paper"]
        virtual = Program(hall.folder / "printer", "hardware.virtual.program", "station", options, {}, page)
        running["printer"] = virtual
        for name, (module, extra, own) in wanted.items():
            given = {"SERVER": hall.address, "TOKEN": hall.token(name), **own}
            settings = {f"{name.upper()}_{word}": value for word, value in given.items()}
            at = int(own.get("PORT", 0))
            running[name] = Program(hall.folder / name, module, extra, ["run"], settings, at)
        for name in ("printer", "kiosk", "caller"):
            until(lambda name=name: _answers(running[name]), within=90)
        yield running
    finally:
        for program in running.values():
            program.end()
        for program in running.values():
            program.wait()


def _answers(program: Program) -> bool:
    """Whether its page is there; a virtual printer's knows no /healthz."""
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{program.address}/healthz", timeout=5.0, verify=False).status_code in {200, 404}
    return False


class Kiosk:
    """A page at a kiosk agent, without a browser."""

    def __init__(self, hall: RunningHall, address: str) -> None:
        self._http = hall.client("kiosk", address=address, timeout=40.0).transport.http  # closed with the hall
        found = re.search(r'kiosk-secret" content="([^"]+)"', self._http.get("/").text)
        assert found is not None
        self._headers = {"Origin": address, "X-Kiosk-Secret": found[1]}

    def seen(self, version: int = -1) -> Any:
        """What the page may see now, or as soon as it is not this version any more."""
        return self._post("/page/wait", {"version": version}).json()

    def touch(self, verb: str, value: str = "", proof: str = "") -> None:
        """Touch the screen that is shown."""
        seen = self.seen()
        body = {"verb": verb, "value": value, "proof": proof, "step": seen["step"], "nonce": seen["nonce"]}
        assert self._post("/page/touch", body).status_code in {200, 409}

    def arrives(self, *screens: str) -> str:
        """Wait for one of these screens; which it is."""
        seen = self.seen()
        for _ in range(20):
            if seen["screen"] in screens:
                return str(seen["screen"])
            seen = self.seen(seen["version"])
        raise AssertionError(f"{seen['screen']} instead of {screens}")

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
        return self._http.post(path, json=body, headers=self._headers)
