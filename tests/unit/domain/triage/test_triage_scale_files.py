"""A wrong scale or findings file is refused with file, line and reason."""

from importlib.resources import files

import pytest

from server.domain.errors import HallError
from server.domain.triage import parse_findings, parse_scale
from server.protocol.terms import ErrorCode

TEXT = files("server.domain").joinpath("scales", "CN-ED-2018.toml").read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def line_of(piece, nth=0):
    """Number of the nth line that contains the piece."""
    return [number for number, line in enumerate(LINES, start=1) if piece in line][nth]


def changed(number, new):
    """The file with that line replaced."""
    return "\n".join([*LINES[: number - 1], new, *LINES[number:]])


SECOND, THIRD, LAST = line_of("rank = 2"), line_of("rank = 3"), line_of("rank = 5")
WRONG = [
    ("a syntax error", changed(SECOND, "rank = = 2"), SECOND, "not valid TOML"),
    ("a gap in ranks", changed(THIRD, "rank = 4"), THIRD, "gap: rank 3 expected, found 4"),
    ("an overlap in ranks", changed(THIRD, "rank = 2"), THIRD, "overlap: rank 2 is used twice"),
    ("a code used twice", changed(line_of('code = "Ⅲ"'), 'code = "Ⅱ"'), line_of('code = "Ⅲ"'), "overlap: code 'Ⅱ'"),
    ("a gap in what is covered", changed(line_of('["III"]'), "covers = []"), line_of('["IVa"]'), "gap: Ⅲ is covered"),
    ("a last row not covered", changed(line_of('["IVb"]'), "covers = []"), line_of('["IVb"]'), "gap: Ⅳb is covered"),
    (
        "an overlap in what is covered",
        changed(line_of('["III"]'), 'covers = ["II", "III"]'),
        line_of('["III"]'),
        "overlap: Ⅱ is covered twice",
    ),
    (
        "a less urgent level with less time",
        changed(line_of("target_minutes = 60"), "target_minutes = 20"),
        line_of("target_minutes = 60"),
        "overlap: target_minutes 20 is less than that of a more urgent level (30)",
    ),
    (
        "a timer shorter than that of a more urgent level",
        changed(line_of("reassess_after_minutes = 60"), "reassess_after_minutes = 5"),
        line_of("reassess_after_minutes = 60"),
        "overlap: reassess_after_minutes 5",
    ),
    (
        "a mistyped key",
        changed(line_of("target_minutes = 10"), "target_minuts = 10"),
        line_of("target_minutes = 10"),
        "unknown key 'target_minuts'; did you mean 'target_minutes'?",
    ),
    (
        "a mistyped key of the file",
        changed(line_of("sepsis_sirs"), "sepsis_sir = 2"),
        line_of("sepsis_sirs"),
        "did you mean 'sepsis_sirs'?",
    ),
    (
        "a mistyped colour",
        changed(line_of('"orange"'), 'colour = "ornge"'),
        line_of('"orange"'),
        "colour 'ornge' is not known; did you mean 'orange'?",
    ),
    ("an unknown shape", changed(line_of('"◆"'), 'symbol = "star"'), line_of('"◆"'), "symbol 'star' is not known"),
    (
        "a mistyped row of the yardstick",
        changed(line_of('["IVa"]'), 'covers = ["IVc"]'),
        line_of('["IVa"]'),
        "covers 'IVc' is not known; did you mean",
    ),
    (
        "a name missing in one language",
        changed(line_of("急重"), 'names = {zh = "急重"}'),
        line_of("急重"),
        "'names' has no words in en",
    ),
    ("a level without names", changed(line_of("急重"), ""), SECOND - 2, "'names' is missing: give it in zh and en"),
    ("a file without an id", changed(line_of("id ="), ""), 1, "'id' is missing"),
    ("minutes that are no number", changed(line_of("target_minutes = 10"), 'target_minutes = "10"'),
     line_of("target_minutes = 10"), "must be whole minutes from 0 to 1440"),
    ("minutes below nothing", changed(line_of("target_minutes = 10"), "target_minutes = -1"),
     line_of("target_minutes = 10"), "must be whole minutes from 0 to 1440"),
    ("a flag that is a word", changed(line_of("bypasses_queue"), 'bypasses_queue = "yes"'), line_of("bypasses_queue"),
     "must be true or false"),
    ("a rank that is a word", changed(SECOND, 'rank = "two"'), SECOND, "'rank' must be a whole number"),
    ("a share above one", changed(line_of("0.99"), "fractile_target = 99"), line_of("0.99"), "must be a share"),
    ("one mark for two levels", changed(line_of('"○"'), 'symbol = "●"'), line_of('"○"'), "already marks another level"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "reason"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_scale_file_is_refused_with_line_and_reason(text, line, reason):
    with pytest.raises(HallError) as refused:
        parse_scale(text, "CN-ED-2018.toml")
    assert ErrorCode.HALL_FILE_REJECTED == refused.value.code
    assert f"CN-ED-2018.toml, line {line}: " in refused.value.detail
    assert reason in refused.value.detail
    assert line == refused.value.extra["line"]


CRITERION = """
[[criterion]]
vital = "temperature"
at_least = {low}
at_most = {high}
covers = "III"
names = {{zh = "体温", en = "Temperature"}}
source = "this hospital"
"""


def test_bands_of_a_scale_may_touch_but_not_lie_over_each_other():
    touching = TEXT + CRITERION.format(low=38, high=39) + CRITERION.format(low=39, high=40)
    assert 2 == len(parse_scale(touching, "x").criteria)
    with pytest.raises(HallError, match=f"line {len(LINES) + 11}: overlap: two bands of 'temperature'"):
        parse_scale(TEXT + CRITERION.format(low=38, high=39.5) + CRITERION.format(low=39, high=40), "x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CRITERION.format(low=39, high=38), "'at_least' 39.0 is above 'at_most' 38.0"),
        (CRITERION.format(low="nan", high=38), "'at_least' must be a number"),
        (CRITERION.format(low=38, high=39).replace("temperature", "temprature"), "did you mean 'temperature'?"),
        (CRITERION.format(low=38, high=39).replace("source", "sauce"), "did you mean 'source'?"),
    ],
)
def test_a_wrong_band_is_refused(text, reason):
    with pytest.raises(HallError) as refused:
        parse_scale(TEXT + text, "x")
    assert reason in refused.value.detail


FINDING = """
[[finding]]
id = "stroke"
covers = "II"
names = {zh = "卒中", en = "Stroke"}
source = "Table 1"
complaint_en = ["stroke"]
"""


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (FINDING + FINDING, 10, "overlap: finding 'stroke' is written twice"),
        (FINDING.replace("source", "sorce"), 6, "unknown key 'sorce'; did you mean 'source'?"),
        (FINDING.replace('source = "Table 1"', ""), 2, "'source' is missing"),
        (FINDING.replace('"II"', '"2"'), 4, "covers '2' is not known"),
        (FINDING.replace(', en = "Stroke"', ""), 5, "'names' has no words in en"),
        (FINDING + "raise = [{covers = 'I', age_ovr = 65}]", 8, "did you mean 'age_over'?"),
        (FINDING + "raise = [{covers = 'III', age_over = 65}]", 8, "a more urgent level than 'covers'"),
        (FINDING + "raise = [{covers = 'I'}]", 8, "say when"),
        (FINDING + "raise = [{covers = 'I', age_over = 'old'}]", 8, "must be a number"),
        (FINDING.replace('["stroke"]', '"stroke"'), 7, "must be a list of texts"),
        ("[findings]\nid = 1", 1, "did you mean 'finding'?"),
    ],
)
def test_a_wrong_findings_file_is_refused_with_line_and_reason(text, line, reason):
    with pytest.raises(HallError) as refused:
        parse_findings([("findings.toml", text)])
    assert ErrorCode.HALL_FILE_REJECTED == refused.value.code
    assert f"findings.toml, line {line}: " in refused.value.detail
    assert reason in refused.value.detail
