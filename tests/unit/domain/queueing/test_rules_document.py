"""docs/rules.md says every rule with its true default and a test that exists; the example files load and play."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from server.domain.queueing.discipline import ReasonCode
from server.domain.queueing.rule_faults import faults_of
from server.domain.queueing.rules import Rules
from server.services.halls.hall_file import read
from tests.unit.domain.queueing.play import Play

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
KEEPERS = [*Path(__file__).parent.glob("test_*.py"), *(ROOT / "tests" / "integration").glob("test_discipline_*.py")]
SOURCES = "".join(path.read_text(encoding="utf-8") for path in KEEPERS)
ROWS = {
    cells[0].strip("` "): [cell.strip() for cell in cells]
    for line in DOCUMENT.splitlines()
    if line.startswith("| `") and len(cells := line.strip("| ").split("|")) == 7
}


def as_written(value) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict) or hasattr(value, "items"):
        return ", ".join(f"{tag} {minutes}" for tag, minutes in value.items())
    if isinstance(value, tuple):
        numbers = any(isinstance(item, int) for item in value)
        return ", ".join(as_written(item) for item in value) if numbers else " ".join(value)
    return f"`{value}`" if isinstance(value, str) else str(value)


def test_the_document_tells_every_rule_and_no_other():
    assert {field.name for field in fields(Rules)} == set(ROWS)


@pytest.mark.parametrize("name", [field.name for field in fields(Rules)])
def test_the_document_tells_the_true_default(name):
    assert as_written(getattr(Rules(), name)) == ROWS[name][3]


@pytest.mark.parametrize("name", [field.name for field in fields(Rules)])
def test_the_document_names_places_and_tests_that_exist(name):
    kept_by, test = ROWS[name][5], ROWS[name][6]
    for path in re.findall(r"[\w/]+\.py", kept_by):
        assert (ROOT / path).exists(), path
    if test != "–":
        assert f"def {test}(" in SOURCES


def test_the_document_tells_every_reason():
    assert all(f"`{code.value}`" in DOCUMENT for code in ReasonCode)


def example(name: str, queue: str) -> Rules:
    text = (ROOT / "docs" / "examples" / f"{name}.toml").read_text(encoding="utf-8")
    (hall,) = read(text).hall
    part = next(one for one in hall.queue if one.id == queue)
    rules = TypeAdapter(Rules).validate_python(part.rules)
    assert [] == faults_of(rules, mode=part.mode, has_sessions=bool(part.sessions or hall.sessions))
    return rules


@pytest.mark.parametrize(("passes", "place"), [(1, 5), (2, 5), (3, 8)])
def test_lcrmyy_as_a_hall_file_puts_back_five_five_and_last(passes, place):
    play = Play(example("lcrmyy", "IM"))
    play.check_in(*(str(number) for number in range(1, 9)))
    play.rejoin("P", passes=passes, minute=5, session_end=240)
    assert place == play.call(9, minute=5).index("P")


def test_cqszyy_as_a_hall_file_takes_nobody_early_and_sends_late_and_passed_to_the_end_of_the_slot():
    play = Play(example("cqszyy", "TCM"))
    play.check_in("on time", minute=31, slot=(30, 60))
    play.check_in("late", minute=31, slot=(0, 30))
    play.rejoin("passed", passes=3, minute=32)
    play.check_in("on time too", minute=33, slot=(30, 60))
    assert ["on time", "on time too", "late", "passed"] == play.call(4, minute=40)
    with pytest.raises(Exception, match="too_early"):
        play.check_in("early", minute=40, slot=(60, 90))


def test_cqszyy_exempts_the_emergency_queue():
    assert Rules() == example("cqszyy", "ED")
