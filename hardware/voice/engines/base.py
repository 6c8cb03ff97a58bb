"""The port of speech engines and its two kinds: in a child process, or joined from kept phrases.

Knows no player and no order of trying. An engine turns a sentence into sound or raises a failure named after its phase
(hardware/errors.py); what comes back has been checked for sound, because engines report success for silence.
"""

import os
import sys
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hardware.errors import FailedInUse, NotAvailable
from hardware.voice.audio import sound
from hardware.voice.audio.cache import Cache
from hardware.voice.audio.sound import Sound
from hardware.voice.engines.phrases import phrases
from hardware.voice.process.worker import Worker
from server.protocol.logs import describe


@dataclass(frozen=True)
class Choice:
    """The voice an engine speaks a language with, and its speed (1 = the voice's own)."""

    voice: str
    speed: float


NEURAL_VOICES: Mapping[str, Choice] = {"zh": Choice("zf_xiaobei", 1.0), "en": Choice("af_heart", 0.9)}
"""Measured best (`make bench-voice`; zf_xiaobei is slow by nature). The model has no phonemes for Cantonese."""
SYSTEM_VOICES: Mapping[str, Choice] = {name: Choice("system", 0.9) for name in ("zh", "yue", "en")}
TONE_VOICES: Mapping[str, Choice] = {name: Choice("tone", 1.0) for name in ("zh", "yue", "en")}

BASE_DEADLINE = 3.0
DEADLINE_PER_CHARACTER = 0.12
"""Rendering takes about 0.4 of the length of the sound on two idle cores; this is three times that."""
USUAL_FACTOR = 0.6
SLOWEST = 2.0
"""How far a deadline stretches on a machine that is slower or busier than that; a hung engine costs no more."""
SHORTEST_PER_CHARACTER = 0.025
JOINT = 0.16
"""Seconds between two joined phrases."""


class Engine(Protocol):
    """Something that turns a sentence into sound."""

    name: str
    factor: float
    """Seconds of rendering for each second of sound, lately."""

    def choice(self, language: str) -> Choice | None:
        """The voice and speed for a language; None when it does not speak it."""

    def render(self, text: str, language: str) -> Sound:
        """Render a sentence within its deadline. Raises HardwareError by phase."""

    def warm(self) -> None:
        """Load what takes long; returns at once. Raises HardwareError when that cannot even begin."""

    def close(self) -> None:
        """Let go of everything; may be called twice."""


class ChildEngine:
    """An engine in a killable child process. Its deadlines follow how fast it was lately; `slack` multiplies them."""

    def __init__(
        self, name: str, worker: Worker, voices: Mapping[str, Choice], scratch: Path, *, slack: float = 1.0
    ) -> None:
        self.name, self.worker, self._voices, self._scratch, self._slack = name, worker, dict(voices), scratch, slack
        self.factor = USUAL_FACTOR
        """Seconds of rendering for each second of sound, lately."""
        self.took = 0.0
        """Seconds the last rendering took inside the child."""

    def choice(self, language: str) -> Choice | None:
        """The voice and speed for a language; None when it does not speak it."""
        return self._voices.get(language)

    def render(self, text: str, language: str) -> Sound:
        """Render in the child, within 3 s and 0.12 s a character, twice that at most where it was slow lately.

        Raises HardwareError by phase.
        """
        choice = self.choice(language)
        if choice is None:
            raise NotAvailable(self.name, f"does not speak {language}")
        path = self._scratch / f".{self.name}-{os.getpid()}-{id(self)}.wav"
        path.unlink(missing_ok=True)
        request = {
            "text": text, "language": language, "voice": choice.voice, "speed": choice.speed, "path": str(path),
        }  # fmt: skip  # one request, one line
        try:
            answer = self.worker.ask(request, self.deadline(text))
            if "unspoken" in answer:
                self._voices.pop(language, None)
                raise NotAvailable(self.name, str(answer["unspoken"]), permanent=False)
            rendered = checked(self.name, sound.read(path), text)
            seconds = answer.get("seconds")
            self.took = seconds if isinstance(seconds, int | float) else 0.0
            self.factor = (self.factor + self.took / rendered.seconds) / 2
            return rendered
        except (FileNotFoundError, EOFError, wave.Error) as error:
            raise FailedInUse(self.name, f"wrote no sound file: {describe(error)}") from error
        finally:
            path.unlink(missing_ok=True)

    def deadline(self, text: str) -> float:
        """Seconds a rendering of this text may take now."""
        usual = BASE_DEADLINE + DEADLINE_PER_CHARACTER * len(text)
        return usual * self._slack * min(SLOWEST, max(1.0, self.factor / USUAL_FACTOR))

    def warm(self) -> None:
        """Start loading; raises CannotOpen when the child cannot be started."""
        self.worker.warm()

    def close(self) -> None:
        """End the child."""
        self.worker.close()


class ClipEngine:
    """Joins the phrases of a sentence out of what another engine rendered before; needs no engine at all."""

    name, factor = "clips", 0.0

    def __init__(self, cache: Cache, engine: str, voices: Mapping[str, Choice]) -> None:
        self._cache, self._engine, self._voices = cache, engine, voices

    def choice(self, language: str) -> Choice | None:
        """The voice whose phrases are joined."""
        return self._voices.get(language)

    def render(self, text: str, language: str) -> Sound:
        """Join the kept phrases of a sentence; raises NotAvailable when one was never rendered."""
        choice = self.choice(language)
        parts: list[Sound] = []
        for phrase in phrases(text, language) if choice else []:
            clip = choice and self._cache.find(self._engine, choice.voice, choice.speed, phrase)
            if not clip:
                raise NotAvailable(self.name, "a phrase of this sentence was never rendered", permanent=False)
            parts.append(sound.trimmed(clip))
        if not parts:
            raise NotAvailable(self.name, f"no phrases for {language}", permanent=False)
        return sound.joined(parts, JOINT, parts[0].rate)

    def warm(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to let go of."""


def child_engine(
    name: str, voices: Mapping[str, Choice], scratch: Path, *, fault: Path | None = None, slack: float = 1.0
) -> ChildEngine:
    """The engine of that name (neural, pyttsx3, tone) in a child of its own; `fault` is its fault switch."""
    command: Sequence[str] = [sys.executable, "-m", "hardware.voice.process.engine_process", name]
    if fault is not None:
        command = [*command, "--fault", str(fault)]
    worker = Worker(name, command, one_shot=name == "pyttsx3")
    return ChildEngine(name, worker, voices, scratch, slack=slack)


def checked(engine: str, rendered: Sound, text: str) -> Sound:
    """The rendering, if there is sound in it and it is long enough for the text; raises FailedInUse."""
    if rendered.seconds < SHORTEST_PER_CHARACTER * len(text.replace(" ", "")):
        raise FailedInUse(engine, f"{rendered.seconds:.1f} s are too short for {len(text)} characters")
    if not sound.is_audible(rendered):
        raise FailedInUse(engine, "rendered silence")
    return rendered
