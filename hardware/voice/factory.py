"""Makes a voice from the URL in CALLER_VOICE. Imports and starts an engine only when it is asked for.

    auto       neural where its packages are, its kept phrases, pyttsx3; a player of this machine
    neural     the neural engine and its kept phrases only (also `kokoro`)
    pyttsx3    the system's own engine only
    tone       the virtual engine: bursts of tone
    chime      a chime, and the text on the screen
    none       nothing is heard; everything is shown only
    file:///d  as auto, but each announcement becomes a WAV file in folder d: the virtual loudspeaker

A colon after the word may follow. Options in the query: `engine` (instead of auto, several with commas), `player`
(a program, or `none`), `voice_zh`, `voice_en`, `speed`, `cache` (a folder), `slack` (multiplies deadlines), and for
file:///: `fault=hang|silence|die`, which the file `fault` in the folder switches on and off as it runs.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from hardware.errors import CannotOpen, NotAvailable
from hardware.voice.audio.cache import Cache, scratch
from hardware.voice.engines.base import (
    NEURAL_VOICES,
    SYSTEM_VOICES,
    TONE_VOICES,
    Choice,
    ClipEngine,
    Engine,
    child_engine,
)
from hardware.voice.play.players import FolderPlayer, LocalPlayer, Player, local_player
from hardware.voice.render.fallback import FallbackChain
from hardware.voice.voice import Voice
from server.protocol.logs import describe

log = logging.getLogger(__name__)

ENGINES = {
    "auto": ("neural", "clips", "pyttsx3"),
    "neural": ("neural", "clips"),
    "kokoro": ("neural", "clips"),
    "pyttsx3": ("pyttsx3",),
    "tone": ("tone",),
    "chime": (),
    "none": (),
    "file": ("neural", "clips", "pyttsx3"),
}
OPTIONS = frozenset({"engine", "player", "voice_zh", "voice_en", "speed", "cache", "slack", "fault"})
FAULTS = frozenset({"hang", "silence", "die"})
VOICES = {"neural": NEURAL_VOICES, "pyttsx3": SYSTEM_VOICES, "tone": TONE_VOICES}


def open_voice(url: str) -> Voice:
    """The voice that a URL names. It begins to load its first engine and returns at once.

    Raises NotAvailable for an unknown word, engine or option, and CannotOpen when a folder cannot be used.
    """
    parts = urlsplit(url if ":" in url else f"{url}:")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme not in ENGINES or not options.keys() <= OPTIONS or (parts.netloc and parts.netloc != "localhost"):
        raise NotAvailable(url, f"no such voice; known are {', '.join(ENGINES)}, with {', '.join(sorted(OPTIONS))}")
    try:
        folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        player, why_none = _player(parts.scheme, folder, options)
        renderings = Path(options["cache"]) if "cache" in options else (folder or scratch()) / ".renderings"
        cache = Cache(renderings)
        fault = _fault_switch(url, folder, options)
        names = [name for name in _names(url, parts.scheme, options) if _can_be(name, options)]
        engines = [_engine(name, cache, options, fault) for name in names]
    except OSError as error:
        raise CannotOpen(url, describe(error)) from error
    return Voice(FallbackChain(engines, cache), player, why_no_player=why_none)


def _names(url: str, scheme: str, options: Mapping[str, str]) -> tuple[str, ...]:
    names = tuple(options["engine"].split(",")) if options.get("engine") else ENGINES[scheme]
    if unknown := set(names) - {"neural", "clips", "pyttsx3", "tone"}:
        raise NotAvailable(url, f"no engine called {', '.join(sorted(unknown))}")
    return names


def _can_be(name: str, options: Mapping[str, str]) -> bool:
    """Whether the parts of an engine are here; says so in the log when they are not."""
    if name != "neural":
        return True
    # imported here, as `python -m hardware.voice.engines.assets` imports this package first
    from hardware.voice.engines import assets

    lacking = assets.missing(tuple(sorted({choice.voice for choice in _voices(name, options).values()})))
    if lacking:
        log.warning("no neural voice, for want of %s", ", ".join(lacking))
    return not lacking


def _engine(name: str, cache: Cache, options: Mapping[str, str], fault: Path | None) -> Engine:
    if name == "clips":
        return ClipEngine(cache, "neural", _voices("neural", options))
    return child_engine(
        name, _voices(name, options), cache.folder, fault=fault, slack=_number(options.get("slack", "1"))
    )


def _voices(engine: str, options: Mapping[str, str]) -> dict[str, Choice]:
    """The voices of an engine; the neural one's may be chosen by option."""
    voices = dict(VOICES[engine])
    for language, choice in voices.items():
        if engine == "neural":
            choice = replace(choice, voice=options.get(f"voice_{language}", choice.voice))
        if "speed" in options:
            choice = replace(choice, speed=_number(options["speed"]))
        voices[language] = choice
    return voices


def _player(scheme: str, folder: Path | None, options: Mapping[str, str]) -> tuple[Player | None, str]:
    if folder is not None:
        return FolderPlayer(folder), ""
    if scheme == "none" or options.get("player") == "none":
        return None, "no player wanted"
    if options.get("player"):
        return LocalPlayer([[options["player"]]]), ""
    return local_player(), "no player on this machine"


def _fault_switch(url: str, folder: Path | None, options: Mapping[str, str]) -> Path | None:
    if folder is None:
        if "fault" in options:
            raise NotAvailable(url, "only a file:/// voice has fault switches")
        return None
    switch = folder / "fault"
    if wanted := options.get("fault"):
        if wanted.split(" ")[0] not in FAULTS:
            raise NotAvailable(url, f"no fault called {wanted}")
        switch.write_text(wanted, encoding="utf-8")
    return switch


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise NotAvailable("voice", f"not a number: {text}") from None
