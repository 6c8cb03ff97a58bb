"""Owns the pages' libraries: from npm, checked against package-lock.json, into server/protocol/web/vendor.

Also fetches the tools that check the pages, and runs them: `pages.py check`, `pages.py format`.

Knows nothing of the pages themselves. `vendor.json` beside the files holds `imports` (the import map: names to
files) and `files` (package, version, licence, SHA-256 of what is shipped). Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from machine import PYTHON, ROOT, Missing, npm, npm_script, run, say

VENDOR = ROOT / "server" / "protocol" / "web" / "vendor"
MODULES = ROOT / "node_modules"
SCHEMA = ROOT / "build" / "types" / "protocol.schema.json"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def sha256(path: Path) -> str:
    """SHA-256 of one file as it lies on disk."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ship(source: str, target: str) -> dict[str, str]:
    """Copy one library out of node_modules; returns what the listing says of it."""
    parts = source.split("/")
    package = "/".join(parts[:2] if source.startswith("@") else parts[:1])
    about = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
    lines = (MODULES / source).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith("//# sourceMappingURL="))  # maps are not shipped
    (VENDOR / target).parent.mkdir(exist_ok=True)
    (VENDOR / target).write_text(kept, encoding="utf-8")
    for licence in (MODULES / package).glob("LICENSE*"):
        shutil.copyfile(licence, VENDOR / f"LICENSE-{package.strip('@').replace('/', '-')}.txt")
    return {
        "package": package,
        "version": about["version"],
        "license": about["license"],
        "sha256": sha256(VENDOR / target),
    }


def shipped(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Sources and targets of one library: its file, and the modules `beside` it that it imports."""
    source, target = PurePosixPath(entry["from"]), PurePosixPath(entry["file"])
    names = [(source.name, target.name), *((name, name) for name in entry.get("beside", ()))]
    return [(str(source.with_name(one)), str(target.with_name(other))) for one, other in names]


def fetch(*, tools: bool = False) -> None:
    """Fill the vendor folder with what package.json names under `vendor`; `tools`: also install what checks the pages.

    Raises Missing when npm cannot.
    """
    say(f"fetching the pages' libraries{' and the tools that check the pages' if tools else ''} from npm")
    npm(*INSTALL, *(() if tools else ("--omit=dev",)))
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["vendor"]
    files = {target: ship(source, target) for entry in wanted.values() for source, target in shipped(entry)}
    imports = {name: entry["file"] for name, entry in wanted.items()}
    listing = json.dumps({"imports": imports, "files": files}, indent=2, sort_keys=True)
    (VENDOR / "vendor.json").write_text(f"{listing}\n", encoding="utf-8")


def whole() -> bool:
    """Whether every listed file is there with its hash."""
    listing = VENDOR / "vendor.json"
    if not listing.is_file():
        return False
    files = json.loads(listing.read_text(encoding="utf-8"))["files"]
    return all((VENDOR / name).is_file() and sha256(VENDOR / name) == said["sha256"] for name, said in files.items())


def has_tools() -> bool:
    """Whether the tools that check the pages are installed."""
    return (MODULES / "eslint").is_dir()


def generate_types() -> int:
    """Write build/types/protocol.d.ts from the protocol's models, unless it is there; the exit status."""
    before = SCHEMA.read_bytes() if SCHEMA.is_file() else b""
    run(PYTHON, "-m", "tests.support.page_types")
    if before == SCHEMA.read_bytes() and SCHEMA.with_name("protocol.d.ts").is_file():
        return 0
    return npm_script("types")


def main() -> int:
    """Run a script of package.json; its status, or 1 with a sentence when there is no npm."""
    script = sys.argv[1]
    try:
        return (script == "check" and generate_types()) or npm_script(script)
    except Missing as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
