"""docs/faults.md: a row for each of the 55 faults, and each test that a row names is there."""

import re
from pathlib import Path

from tests.support.invariants import INVARIANTS

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
FAULTS = range(1, 56)


def rows():
    return [(int(number), does, TEST.findall(tests), tests) for number, _, does, tests in ROW.findall(TEXT)]


def test_each_of_the_55_faults_has_one_row_in_order():
    assert list(FAULTS) == [number for number, *_ in rows()]


def test_each_row_names_a_test_or_says_why_there_is_none():
    assert [] == [number for number, does, tests, _ in rows() if not tests and not does.startswith("none: ")]


def test_each_named_test_exists():
    missing = []
    for number, _, tests, written in rows():
        assert len(tests) == written.count("::"), f"row {number}"
        for file, name in tests:
            path = ROOT / "tests" / file
            if not path.exists() or f"def {name}(" not in path.read_text(encoding="utf-8"):
                missing.append(f"{number}: {file}::{name}")
    assert [] == missing


def test_the_invariants_are_those_of_the_checker():
    assert list(INVARIANTS) == re.findall(r"^\| (I\d+) \|", TEXT, re.MULTILINE)
