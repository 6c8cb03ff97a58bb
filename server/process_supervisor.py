"""Starts, watches and stops the processes of the demo and the replay. Knows no hall and speaks no HTTP."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 15.0
"""How long a process may take to end after SIGTERM before it is killed."""


class CommandFailed(Exception):
    """A command ended with an error; the message is the last line it said."""


class Stopped(Exception):
    """Somebody asked this process to end (SIGTERM or SIGINT)."""


class ProcessSupervisor:
    """The child processes that one program started, each `sys.executable -m …` with a log of its own.

    They stay in the process group of their parent, so a signal to the group reaches all of them.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str, **settings: str) -> None:
        """Start `python -m arguments` as `name`, with the environment and these settings on top."""
        environment = {**self._environment, **settings}
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def command(self, *arguments: str, text: str = "") -> str:
        """Run `python -m arguments` to its end with `text` on its input and return what it printed.

        Raises CommandFailed with the last thing it said.
        """
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self._environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            output = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
            raise CommandFailed(f"{' '.join(arguments[1:3])}: {output[-1]}")
        return done.stdout

    def folder(self, name: str) -> Path:
        """A folder for the process's own state, beside the logs."""
        return self._logs / f"{name.replace(' ', '-')}-state"

    def log(self, name: str) -> Path:
        """Where the process writes its output."""
        return self._logs / f"{name.replace(' ', '-')}.log"

    def last_log_line(self, name: str) -> str:
        """The last line in the log of a process, or nothing."""
        with contextlib.suppress(OSError):
            lines = [line for line in self.log(name).read_text(errors="replace").splitlines() if line.strip()]
            return lines[-1].strip() if lines else ""
        return ""

    def alive(self, name: str) -> bool:
        """Whether the process was started and still runs."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def exited(self) -> list[str]:
        """Names of processes that ended by themselves since last asked; they are forgotten."""
        gone = [name for name, process in self._running.items() if process.poll() is not None]
        for name in gone:
            del self._running[name]
        return gone

    def stop(self) -> None:
        """End all processes in reverse order of their start, gently first. Safe to call twice."""
        running = list(reversed(self._running.values()))
        self._running.clear()
        for process in running:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(host: str, port: int) -> bool:
    """Whether something listens at this address."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def free_port(wanted: int = 0) -> int:
    """The preferred port when nobody has it on loopback, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on loopback")


def eventually(holds: Callable[[], bool], seconds: float, every: float = 0.1) -> bool:
    """Ask again and again until it holds; False when it did not within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Within, SIGTERM and SIGINT raise Stopped once, so that `finally` clauses put everything away."""

    def stop(number: int, frame: FrameType | None) -> None:
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def program_environment(**settings: str) -> dict[str, str]:
    """This process's environment with settings on top, for the processes it starts."""
    return {**os.environ, **settings}
