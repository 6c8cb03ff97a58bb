"""Hostile texts through the real doors: refused by a code, or drawn. All five hundred are in tests/bench/fuzz.py."""

import pytest

from tests.support.hostile_doors import DOORS


@pytest.mark.parametrize(("door", "count"), [("check-in", 20), ("reports", 8), ("hall names", 16)])
def test_each_hostile_text_is_refused_by_a_code_or_drawn_and_no_printer_gets_it_as_text(api, tmp_path, door, count):
    seen = DOORS[door](api, tmp_path / "spool", count)
    assert [] == seen.faults
    assert seen.ends["printed"] > 3
    assert seen.ends["422 hall_file_rejected" if door == "hall names" else "422 invalid"] > 0
