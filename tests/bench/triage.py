"""Measures the suggested grade on real emergency patients: `make bench-triage`, with `DATA=FILE` for another file.

The file has the columns of the KTAS study (Moon et al., PLoS One 2019;14:e0216972): sex, age, arrival_mode, injury,
chief_complaint, mental (1 alert … 4 unresponsive), pain, nrs_pain, sbp, dbp, hr, rr, temp_c, spo2, ktas_nurse,
ktas_expert. Two methods: rules (vital signs only) and rules+findings (and the chief complaint). `--list` names the
missed cases of level 1–2 by row. Dirty values count as not measured.
"""

import argparse
import csv
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server.domain.errors import HallError
from server.domain.triage import Catalogue, Scale, Suggestion, Vitals, check_vitals, find_findings, suggest_grade
from server.services.core.rule_files import load_findings, load_scales

MENTAL: dict[float, str] = {1: "A", 2: "V", 3: "P", 4: "U"}
NUMBERS = {
    "systolic": "sbp", "diastolic": "dbp", "pulse": "hr", "respiration": "rr", "temperature": "temp_c", "spo2": "spo2",
}  # fmt: skip
COLUMNS = (*NUMBERS.values(), "age", "chief_complaint", "mental", "pain", "nrs_pain", "ktas_nurse", "ktas_expert")
# The five rows of CN-ED-2018 stand against the five levels of the study; it is the product's emergency default.
SCALE = "CN-ED-2018"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "ed_triage_ktas_dev.csv"


@dataclass(frozen=True)
class Case:
    """One patient of the study; `row` is the line of the file (the header is line 1)."""

    row: int
    age: float | None
    complaint: str
    vitals: Vitals
    expert: int
    nurse: int | None


def main() -> int:
    """Prints the result lines and tables; 2 when the file cannot be used, 0 when no data set is here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED, help="a file of the study's columns")
    parser.add_argument("--list", action="store_true", help="name the missed cases of level 1-2 by row")
    options = parser.parse_args()
    if options.data == SHARED and not SHARED.exists():
        print("bench-triage: skipped, ../shared/data is not here; give a file with DATA=FILE")
        return 0
    try:
        cases = list(read(options.data))
    except (OSError, ValueError, csv.Error) as error:
        print(f"cannot use {options.data}: {error}", file=sys.stderr)
        return 2
    if not cases:
        print(f"cannot use {options.data}: no row has an expert's level 1-5", file=sys.stderr)
        return 2
    scale, catalogue = load_scales(None)[SCALE], load_findings(None)
    methods: dict[str, Callable[[Case], Suggestion]] = {
        "rules": lambda case: suggest_grade(case.vitals, [], case.age, False, scale),
        "rules+findings": lambda case: with_findings(case, scale, catalogue),
    }
    results = {name: [(case, method(case)) for case in cases] for name, method in methods.items()}
    for name, result in results.items():
        print(f"RESULT {name} " + "sensitivity={:.2f} specificity={:.2f}".format(*rates(result)))
    for name, result in results.items():
        report(name, result)
    nurses(cases)
    if options.list:
        missed(results["rules+findings"])
    return 0


def read(path: Path) -> Iterator[Case]:
    """The patients with an expert's level; bytes that are no UTF-8 become question marks.

    Raises ValueError when columns are missing, whatever else the file has.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        table = csv.DictReader(file, restval="")
        missing = [column for column in COLUMNS if column not in (table.fieldnames or [])]
        if missing:
            raise ValueError(f"no column {', '.join(missing)}; commas part columns, the first line names them")
        for row, line in enumerate(table, start=2):
            expert = level(line["ktas_expert"])
            if expert is not None:
                complaint, nurse = line["chief_complaint"], level(line["ktas_nurse"])
                yield Case(row, number(line["age"]), complaint, vitals(line), expert, nurse)


def level(text: str) -> int | None:
    """A level from 1 to 5, or None."""
    value = number(text)
    return int(value) if value in {1, 2, 3, 4, 5} else None


def vitals(line: dict[str, str]) -> Vitals:
    """What was measured; a value that the product would refuse is left out, as a nurse would measure again."""
    raw: dict[str, object] = {}
    for vital, column in NUMBERS.items():
        raw = accepted(raw, vital, number(line[column]))
    if number(line["pain"]) == 1:
        raw = accepted(raw, "pain", number(line["nrs_pain"]))
    mental = number(line["mental"])
    return check_vitals(accepted(raw, "consciousness", MENTAL.get(mental or 0)))


def accepted(raw: dict[str, object], vital: str, value: object) -> dict[str, object]:
    """The values with this one, or without it when it is impossible."""
    try:
        check_vitals(raw | {vital: value})
    except HallError:
        return raw
    return raw | {vital: value}


def number(text: str) -> float | None:
    """A number, or None for what is blank or dirty."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def with_findings(case: Case, scale: Scale, catalogue: Catalogue) -> Suggestion:
    """Vital signs and what the chief complaint names."""
    findings = catalogue.pick(find_findings(case.complaint, catalogue))
    return suggest_grade(case.vitals, findings, case.age, False, scale)


def rates(result: list[tuple[Case, Suggestion]]) -> tuple[float, float]:
    """Sensitivity and specificity for level 1-2 against the rest."""
    return shares([(suggestion.rank, case.expert) for case, suggestion in result])


def shares(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Sensitivity and specificity of (said, expert); a share of nobody is not a number."""
    ill = [said <= 2 for said, expert in pairs if expert <= 2]
    well = [said > 2 for said, expert in pairs if expert > 2]
    return (sum(ill) / len(ill) if ill else math.nan), (sum(well) / len(well) if well else math.nan)


def report(name: str, result: list[tuple[Case, Suggestion]]) -> None:
    """Under- and over-triage in levels, and the confusion table."""
    count = len(result)
    under = sum(suggestion.rank > case.expert for case, suggestion in result)
    over = sum(suggestion.rank < case.expert for case, suggestion in result)
    table = Counter((case.expert, suggestion.rank) for case, suggestion in result)
    exact = count - under - over
    print(f"\n{name}: {count} patients, exact {exact / count:.3f}, ", end="")
    print(f"under-triage {under / count:.3f}, over-triage {over / count:.3f}")
    print("expert \\ suggested     1     2     3     4     5")
    for expert in range(1, 6):
        print(f"{expert:>18}" + "".join(f"{table[expert, rank]:>6}" for rank in range(1, 6)))


def nurses(cases: list[Case]) -> None:
    """The nurses of the study, for comparison."""
    sensitivity, specificity = shares([(case.nurse, case.expert) for case in cases if case.nurse is not None])
    print(f"\nnurses of the study: sensitivity={sensitivity:.2f} specificity={specificity:.2f}")


def missed(result: list[tuple[Case, Suggestion]]) -> None:
    """The patients of level 1-2 whom the rules would let wait, with what they saw."""
    print("\nmissed, level 1-2:")
    for case, suggestion in result:
        if case.expert <= 2 < suggestion.rank:
            reasons = "; ".join(criterion.message.text("en") for criterion in suggestion.criteria) or "nothing fired"
            nurse = f"nurse {case.nurse}" if case.nurse else "nurse ?"
            seen = f"row {case.row}: expert {case.expert}, {nurse}, suggested {suggestion.rank}"
            print(f"{seen}: {case.complaint!r}, {case.age} years: {reasons}")


if __name__ == "__main__":
    raise SystemExit(main())
