"""The scales of the package, and a hospital's own in their place."""

import pytest

from server import cli
from server.domain.errors import HallError
from server.domain.triage import Acuity
from server.protocol.terms import ErrorCode
from server.services.core.rule_files import load_findings, load_scales

SCALES = load_scales(None)
TARGETS = {
    "CN-ED-2018": {"Ⅰ": 0, "Ⅱ": 10, "Ⅲ": 30, "Ⅳa": 60, "Ⅳb": 120},
    "CN-ED-2011": {"Ⅰ": 0, "Ⅱ": 15, "Ⅲ": 30, "Ⅳ": 60},
    "CN-OPD": {"R": 0, "U": 30, "N": None},
    "CN-5": {"1": 0, "2": 10, "3": 30, "4": 60, "5": 120},
    "ESI": {"1": 0, "2": 10, "3": None, "4": None, "5": None},
    "MTS": {"1": 0, "2": 10, "3": 60, "4": 120, "5": 240},
    "CTAS": {"1": 0, "2": 15, "3": 30, "4": 60, "5": 120},
    "ATS": {"1": 0, "2": 10, "3": 30, "4": 60, "5": 120},
}


@pytest.mark.parametrize("scale_id", TARGETS)
def test_a_scale_has_its_levels_in_order_with_their_target_minutes(scale_id):
    levels = SCALES[scale_id].levels
    assert TARGETS[scale_id] == {level.code: level.target_minutes for level in levels}
    assert list(range(1, len(levels) + 1)) == [level.rank for level in levels]


def test_the_package_has_these_scales_and_no_others():
    assert set(TARGETS) == set(SCALES)


@pytest.mark.parametrize("scale_id", TARGETS)
def test_only_the_first_level_bypasses_the_queue(scale_id):
    scale = SCALES[scale_id]
    assert [scale.first.code] == [level.code for level in scale.levels if level.bypasses_queue]


@pytest.mark.parametrize("scale_id", TARGETS)
def test_no_two_levels_share_their_shape_and_all_have_words_in_both_languages(scale_id):
    levels = SCALES[scale_id].levels
    assert len(levels) == len({level.symbol for level in levels})
    assert all(level.names["zh"] and level.names["en"] for level in levels)


def test_in_outpatients_u_goes_to_the_urgent_lane_and_n_is_the_last():
    scale = SCALES["CN-OPD"]
    assert ["U"] == [level.code for level in scale.levels if level.urgent]
    assert "N" == scale.last.code


@pytest.mark.parametrize("scale_id", TARGETS)
def test_in_a_graded_queue_only_the_first_level_that_queues_goes_before_all_others(scale_id):
    levels = SCALES[scale_id].levels
    assert [levels[1]] == [level for level in levels if level.goes_first("graded")]
    assert [level for level in levels if level.urgent] == [level for level in levels if level.goes_first("woven")]


@pytest.mark.parametrize(
    ("scale_id", "codes"),
    [("CN-OPD", "RRUNN"), ("CN-ED-2018", ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳa", "Ⅳb"]), ("CN-ED-2011", "ⅠⅡⅢⅣⅣ"), ("MTS", "12345")],
)
def test_each_row_of_the_yardstick_has_its_level(scale_id, codes):
    assert list(codes) == [SCALES[scale_id].covering(acuity).code for acuity in Acuity]


@pytest.mark.parametrize(("written", "code"), [("Ⅲ", "Ⅲ"), ("III", "Ⅲ"), ("IVa", "Ⅳa"), ("Ⅳb", "Ⅳb")])
def test_a_level_is_found_in_roman_letters_too(written, code):
    assert code == SCALES["CN-ED-2018"].level(written).code


@pytest.mark.parametrize("code", ["", "r", "X", "Ⅴ", "IV", "1"])
def test_an_unknown_level_is_refused_with_those_there_are(code):
    with pytest.raises(HallError) as refused:
        SCALES["CN-ED-2018"].level(code)
    assert ErrorCode.UNKNOWN_LEVEL == refused.value.code
    assert ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳa", "Ⅳb"] == refused.value.extra["levels"]


OWN = """
id = "{id}"
names = {{zh = "本院两级", en = "Ours"}}
source = "this hospital"

[[level]]
code = "A"
rank = 1
names = {{zh = "急", en = "Soon"}}
colour = "red"
symbol = "■"
covers = ["I", "II", "III"]

[[level]]
code = "B"
rank = 2
names = {{zh = "缓", en = "Later"}}
colour = "green"
symbol = "●"
covers = ["IVa", "IVb"]
"""


def test_a_hospital_adds_a_scale_and_replaces_another(tmp_path):
    (tmp_path / "ours.toml").write_text(OWN.format(id="OURS"), encoding="utf-8")
    (tmp_path / "opd.toml").write_text(OWN.format(id="CN-OPD"), encoding="utf-8")
    scales = load_scales(tmp_path)
    assert set(TARGETS) | {"OURS"} == set(scales)
    assert ["A", "B"] == [level.code for level in scales["CN-OPD"].levels]


def test_two_files_for_one_scale_are_refused(tmp_path):
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(OWN.format(id="OURS"), encoding="utf-8")
    with pytest.raises(HallError, match=r"two\.toml, line 1: overlap: scale OURS has two files"):
        load_scales(tmp_path)


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(HallError) as refused:
        load_scales(tmp_path / "nowhere")
    assert ErrorCode.HALL_FILE_REJECTED == refused.value.code


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "bad.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(HallError, match=r"bad\.toml, line 1: not readable as UTF-8"):
        load_scales(tmp_path)


def test_a_mark_of_byte_order_before_the_text_does_not_matter(tmp_path):
    (tmp_path / "ours.toml").write_text(OWN.format(id="OURS"), encoding="utf-8-sig")
    assert "OURS" in load_scales(tmp_path)


def test_a_server_with_a_wrong_scale_does_not_start_and_says_why_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "ours.toml").write_text(OWN.format(id="OURS").replace("rank = 2", "rank = 3"), encoding="utf-8")
    monkeypatch.setenv("HALL_SCALES_DIR", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr("server.run.run", lambda settings: pytest.fail("it started"))
        assert 1 == cli.main(["run"])
    said = capsys.readouterr().err.strip()
    assert "ours.toml, line 16: gap: rank 2 expected, found 3" in said
    assert 1 == len(said.splitlines())


def test_every_finding_has_its_words_and_its_clinical_source():
    catalogue = load_findings(None)
    assert len(catalogue.findings) > 90
    for finding in catalogue.findings.values():
        assert finding.source.strip()
        assert {"zh", "en"} == set(finding.names)
        assert finding.complaint_en, finding.id
        assert finding.complaint_zh, finding.id
