"""How long records are kept: what the document says is what the rule does."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.domain.privacy.retention import KEPT, Record, kept_since

NOW = datetime(2026, 3, 9, 4, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[4] / "docs" / "privacy.md"
TABLES = {
    Record.EVENT: "journal",
    Record.RECEIPT: "receipt",
    Record.IDENTIFICATION: "identification_attempt",
    Record.WRONG_LOGIN: "login_attempt",
    Record.RIGHT_LOGIN: "login_attempt",
}


@pytest.mark.parametrize("record", Record)
def test_the_document_says_how_long_each_is_kept(record):
    row = next(line for line in DOCUMENT.read_text().splitlines() if line.startswith(f"| `{TABLES[record]}` |"))
    told = [timedelta(**{f"{unit}s": int(count)}) for count, unit in re.findall(r"(\d+) (hour|day)", row)]
    assert KEPT[record] in told


def test_what_is_a_week_old_goes_and_what_is_younger_stays():
    assert datetime(2026, 3, 2, 4, tzinfo=UTC) == kept_since(Record.RECEIPT, NOW)
