"""The benches that read a data set take another one of the same columns: make bench-triage DATA=FILE."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("target", ["bench-triage", "bench-policy"])
def test_a_file_that_is_not_there_is_named(target):
    recipe = subprocess.run(
        ["make", "-n", target, "DATA=none.csv"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    command = recipe.stdout.strip().splitlines()[-1].replace('"', "").split()

    said = subprocess.run([str(ROOT / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert 2 == said.returncode
    assert "cannot use none.csv" in said.stderr
