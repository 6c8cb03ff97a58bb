"""The benches that read a data set take another one of the same columns: make bench-triage DATA=FILE."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("target", ["bench-triage", "bench-policy"])
def test_a_file_that_is_not_there_is_named(target):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    ask = ["make", "--no-print-directory", "-n", target, "DATA=none.csv"]
    recipe = subprocess.run(ask, cwd=ROOT, env=plain, capture_output=True, text=True, check=True).stdout.splitlines()
    command = next(line for line in recipe if "tests.bench" in line).replace('"', "").split()

    said = subprocess.run([str(ROOT / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert 2 == said.returncode
    assert "cannot use none.csv" in said.stderr
