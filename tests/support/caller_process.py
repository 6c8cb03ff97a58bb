"""A real caller agent as a process, and what its wall page is sent. Knows no test."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.hall import ROOT, free_port, until


@contextmanager
def a_caller(server: str, token: str, voice: str = "none") -> Iterator[str]:
    """`hall-caller run` for the length of a block; the address of its wall page, which has a picture by then."""
    address = f"http://127.0.0.1:{free_port()}/"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CALLER_")},
        "PYTHONPATH": str(ROOT),
        "CALLER_SERVER": server,
        "CALLER_TOKEN": token,
        "CALLER_PORT": address.rstrip("/").rpartition(":")[2],
        "CALLER_VOICE": voice,
    }
    log = Path(tempfile.mkstemp(prefix="caller-", suffix=".log")[1])
    with log.open("ab") as said:
        process = subprocess.Popen([sys.executable, "-m", "caller", "run"], env=environment, stderr=said)
    try:
        until(lambda: _alive(process, log) and (state := state_of(address)) and state["picture"], within=90.0)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)
        log.unlink()


def state_of(address: str) -> Any:
    """What the wall page at `address` is told; None while nobody answers."""
    try:
        return httpx.get(f"{address}state.json", timeout=5.0).json()
    except httpx.TransportError:
        return None


def _alive(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, f"the caller ended: {log.read_text(encoding='utf-8')[-800:]}"
    return True


class Ear:
    """Everything the agent sends a wall page through its stream, heard by the browser itself."""

    def __init__(self, page: Any) -> None:
        self.heard: list[str] = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.eventSourceMessageReceived", lambda said: self.heard.append(said["data"]))
