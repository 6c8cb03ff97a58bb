"""A program whose libraries are not installed says in one line what to install; a fault stays a traceback."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
BLOCKER = """
import os, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in os.environ["NOT_INSTALLED"].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def without(missing: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python as on a machine that lacks these modules."""
    (folder / "sitecustomize.py").write_text(BLOCKER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NOT_INSTALLED": missing}
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def script(program: str) -> str:
    """What the installed command of this name runs."""
    module, function = SCRIPTS[program].split(":")
    return f"import sys; sys.argv = ['{program}', 'run']; from {module} import {function}; sys.exit({function}())"


@pytest.mark.parametrize(
    ("program", "missing"),
    [
        ("hall-kiosk", "PIL"),  # as from an install of [server]
        ("hall-station", "PIL"),
        ("hall-caller", "flask"),  # as from an install without extras
        ("hall-server", "sqlalchemy"),
        ("hall-server", "gunicorn"),  # imported only when it runs
        ("hall-kiosk", "pydantic"),
        ("hall-station", "httpx"),
        ("hall-caller", "pydantic_settings"),
        ("hall-server", "socketio"),
    ],
)
def test_a_missing_library_is_one_line_with_the_extra_to_install(tmp_path, program, missing):
    ended = without(missing, tmp_path, "-c", script(program))

    extra = program.removeprefix("hall-")
    line = f"{missing} is not installed. This program needs: pip install 'outpatient-hall[{extra}]'\n"
    assert (2, line) == (ended.returncode, ended.stderr)


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("kiosk", "run"), "kiosk"),
        (("hardware", "station", "run"), "station"),
        (("hardware", "virtual-printer"), "station"),
    ],
)
def test_python_m_says_the_same(tmp_path, words, extra):
    ended = without("PIL", tmp_path, "-m", *words)

    assert (2, True) == (ended.returncode, ended.stderr.endswith(f"pip install 'outpatient-hall[{extra}]'\n"))
    assert 1 == ended.stderr.count("\n")


@pytest.mark.parametrize("missing", ["kiosk.machine.flow", "sqlite3", "PIL.Image"])
def test_what_is_missing_of_our_own_or_inside_a_package_stays_a_traceback(tmp_path, missing):
    ended = without(missing, tmp_path, "-c", script("hall-kiosk"))

    assert 1 == ended.returncode
    assert "Traceback" in ended.stderr
