"""Owns playing a WAV file on this machine, in a child whose exit code and duration are checked. Knows no engine.

A player that is missing, fails, hangs, or is done before the sound could have been heard has not played it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hardware.errors import FailedInUse, HardwareError, NotAvailable, TimedOut
from hardware.voice.audio import sound
from hardware.voice.audio.cache import FILES
from hardware.voice.audio.sound import Sound
from server.protocol import private_files
from server.protocol.logs import describe

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)
WINDOWS = ("-c", "import sys, winsound; winsound.PlaySound(sys.argv[1], winsound.SND_FILENAME)")
SLACK = 4.0
"""Seconds a player may take longer than the sound: opening a sound card that sleeps takes up to two."""
HEARD = 0.5
"""Share of the sound's length below which a player cannot have played it: a null device is done at once."""


class Player(Protocol):
    """Something that makes sound heard."""

    @property
    def name(self) -> str:
        """What plays."""

    @property
    def live(self) -> bool:
        """Whether it plays at once what it gets; otherwise it is given whole announcements."""

    def play(self, played: Sound) -> None:
        """Play to the end. Raises HardwareError by phase."""

    def close(self) -> None:
        """Stop at once; may be called twice."""


class LocalPlayer:
    """The players found on this machine, tried in their order; the one that worked last is tried first."""

    live = True

    def __init__(self, commands: Sequence[Sequence[str]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._commands, self._clock = [list(command) for command in commands], clock
        self._hands = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """The program that is tried first."""
        return Path(self._commands[0][0]).name

    def play(self, played: Sound) -> None:
        """Play to the end; raises the failure of the first program when none could, TimedOut when one hung."""
        failures: list[HardwareError] = []
        with tempfile.TemporaryDirectory(prefix=f"{FILES}{os.getpid()}-play-") as folder:
            path = sound.write(Path(folder) / "announcement.wav", played)
            for command in list(self._commands):
                try:
                    self._run(command, path, played.seconds)
                except TimedOut:
                    self._commands.append(self._commands.pop(self._commands.index(command)))
                    raise
                except HardwareError as error:
                    failures.append(error)
                    continue
                self._commands.insert(0, self._commands.pop(self._commands.index(command)))
                return
        raise failures[0]

    def close(self) -> None:
        """Stop what plays now."""
        with self._hands:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def _run(self, command: Sequence[str], path: Path, seconds: float) -> None:
        name, started = Path(command[0]).name, self._clock()
        with self._hands:
            if self._closed:
                raise FailedInUse(name, "closed")
            try:
                child = subprocess.Popen(
                    [*command, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
                )
            except OSError as error:
                raise NotAvailable(name, f"cannot be started: {describe(error)}") from error
            self._child = child
        try:
            _, complaint = child.communicate(timeout=seconds + SLACK)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise TimedOut(name, f"still playing {seconds:.1f} s of sound after {seconds + SLACK:.1f} s") from None
        finally:
            with self._hands:
                self._child = None
        if child.returncode:
            raise FailedInUse(name, f"ended with {child.returncode}: {_last_line(complaint)}")
        if self._clock() - started < HEARD * seconds:
            raise FailedInUse(name, f"was done with {seconds:.1f} s of sound too soon to have played it")


class FolderPlayer:
    """A virtual loudspeaker: each announcement becomes a numbered WAV file in a folder, without waiting its length."""

    live = False
    name = "folder"

    def __init__(self, folder: Path) -> None:
        """Use or make the folder; raises OSError when that cannot be."""
        private_files.folder(folder, r"\d+\.wav|fault|\.renderings")
        self.folder = folder

    def play(self, played: Sound) -> None:
        """Write the next file; raises FailedInUse when the folder takes none."""
        taken = [int(path.stem) for path in self.folder.glob("*.wav") if re.fullmatch(r"\d+", path.stem)]
        try:
            sound.write(self.folder / f"{max(taken, default=0) + 1:06d}.wav", played)
        except OSError as error:
            raise FailedInUse(str(self.folder), describe(error)) from error

    def close(self) -> None:
        """Nothing to stop."""


def local_player(find: Callable[[str], str | None] = shutil.which, system: str = sys.platform) -> LocalPlayer | None:
    """The players of this machine; None when it has none. `find` tells where a program is."""
    if system == "win32":
        return LocalPlayer([(sys.executable, *WINDOWS)])
    found = [(path, *command[1:]) for command in COMMANDS if (path := find(command[0]))]
    return LocalPlayer(found) if found else None


def _last_line(complaint: bytes | None) -> str:
    lines = (complaint or b"").decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no word"
