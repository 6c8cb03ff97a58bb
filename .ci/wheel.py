"""Owns the question whether a built wheel is whole: every file that a page or a program opens is inside.

Run by `make wheel` with the folder of the wheel. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

from machine import ROOT, say

VENDOR = "server/protocol/web/vendor"
PACKAGES = ("server", "kiosk", "caller", "hardware")
UNSHIPPED = {".md"}  # notes for those who read the tree


def tracked() -> set[str]:
    """Every committed file of the four packages."""
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.splitlines() if PurePosixPath(name).suffix not in UNSHIPPED}


def faults(wheel: zipfile.ZipFile) -> list[str]:
    """What is missing in the wheel or differs from its listing, one line each."""
    inside = set(wheel.namelist())
    found = [f"missing: {name}" for name in sorted(tracked() - inside)]
    listing = f"{VENDOR}/vendor.json"
    if listing not in inside:
        return [*found, f"missing: {listing}"]
    for name, about in json.loads(wheel.read(listing))["files"].items():
        if hashlib.sha256(wheel.read(f"{VENDOR}/{name}")).hexdigest() != about["sha256"]:
            found.append(f"differs from vendor.json: {name}")
    return found


def main() -> int:
    """Judge the one wheel in the folder; 0 when it is whole."""
    path = next(Path(sys.argv[1]).glob("*.whl"))
    with zipfile.ZipFile(path) as wheel:
        found = faults(wheel)
        files = [name for name in wheel.namelist() if name.startswith(VENDOR)]
    for line in found:
        say(line)
    size = path.stat().st_size // 1024
    say(f"{path.name}: {size} KiB, {len(files)} files of the pages' libraries, {len(found)} faults")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
