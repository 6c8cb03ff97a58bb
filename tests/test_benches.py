"""The benches that read a data set take another one of the same columns: make bench-triage DATA=FILE."""

import math
import os
import subprocess
from pathlib import Path

import pytest

from server.services.core.rule_files import load_findings, load_scales
from tests.bench.triage import COLUMNS, rates, read, with_findings
from tests.bench.triage import SCALE as EMERGENCY

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


def triage_file(folder, *rows, columns=(*COLUMNS, "ward"), encoding="utf-8", end="\n"):
    """A file of the study's columns and one more; what a row does not name is blank."""
    lines = [",".join(columns), *(",".join(str(row.get(column, "")) for column in columns) for row in rows)]
    path = folder / "rows.csv"
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_triage_rows_are_read_whatever_wrote_the_file(tmp_path, encoding, end):
    row = {"age": 70, "chief_complaint": "측불 chest pain", "sbp": 150, "mental": 1, "ktas_expert": 2}
    columns = ("age", *(column for column in COLUMNS if column != "age"))
    (case,) = read(triage_file(tmp_path, row, columns=columns, encoding=encoding, end=end))
    assert (70, 150, "A", 2) == (case.age, case.vitals.systolic, case.vitals.consciousness, case.expert)
    assert case.complaint.endswith("chest pain")


def test_dirty_triage_values_count_as_not_measured(tmp_path):
    row = {"age": "nan", "sbp": "측불", "hr": "-5", "temp_c": "36;5", "rr": "inf", "spo2": "??", "ktas_expert": 3}
    (case,) = read(triage_file(tmp_path, row, {"age": 30, "ktas_expert": "#BO"}, {}))
    assert (None, None) == (case.age, case.vitals.systolic)
    scale, catalogue = load_scales(None)[EMERGENCY], load_findings(None)
    assert 4 == with_findings(case, scale, catalogue).rank


def test_a_triage_file_without_its_columns_says_which(tmp_path):
    with pytest.raises(ValueError, match="no column hr, ktas_expert"):
        list(read(triage_file(tmp_path, columns=[one for one in COLUMNS if one not in ("hr", "ktas_expert")])))


def test_a_share_of_nobody_is_not_a_number(tmp_path):
    scale, catalogue = load_scales(None)[EMERGENCY], load_findings(None)
    result = [(case, with_findings(case, scale, catalogue)) for case in read(triage_file(tmp_path, {"ktas_expert": 4}))]
    sensitivity, specificity = rates(result)
    assert math.isnan(sensitivity)
    assert 1.0 == specificity
