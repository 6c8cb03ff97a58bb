"""docs/reports.md tells the truth: every reason, class and limit stands there as the code has it."""

import re
from pathlib import Path
from typing import get_args

from server.domain.reports.decision import Reason
from server.integrations.fhir import MOST_REPORTS
from server.integrations.fhir.bundle import MOST_ENTRIES
from server.integrations.fhir.lines import MOST_LINES
from server.integrations.fhir.values import READERS
from server.protocol.reports import DeskReason
from server.web.reports import BundleBody

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "reports.md").read_text(encoding="utf-8")


def test_every_reason_for_the_desk_is_explained_and_no_other():
    assert [reason.value for reason in Reason] == re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", TEXT, re.MULTILINE)
    assert {reason.value for reason in Reason} == set(get_args(DeskReason))


def test_every_kind_of_value_has_its_row():
    rows = TEXT.split("## Values")[1]
    words = {"String": "string", "Boolean": "boolean", "Integer": "integer", "Time": "time", "DateTime": "dateTime"}

    assert [] == [kind for kind in READERS if words.get(kind, kind) not in rows]


def test_the_limits_are_those_of_the_code():
    limits = TEXT.split("## Limits")[1]

    assert f"{BundleBody.largest // 1024 // 1024} MiB" in limits
    assert f"{MOST_ENTRIES:,} and {MOST_REPORTS} in a bundle" in limits
    assert f"more than {MOST_LINES} lines" in TEXT
