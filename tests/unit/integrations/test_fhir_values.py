"""Every value, component, member and note of a report is on its paper, or the report goes to the desk."""

import base64

import pytest

from server.domain.reports.phrases import phrase
from server.integrations.fhir.texts import clean
from tests.support.reports import observation, read, read_value, reasons

DIGITS = {
    "7.20": "7.20",
    "0.00": "0.00",
    "100.00": "100.00",
    "1.2E+2": "120",
    "1e3": "1000",
    "0.0000001": "0.0000001",
    "12345678901234567": "12345678901234567",
    "-0.50": "-0.50",
    "1E-7": "0.0000001",
    "5": "5",
    "1.50e1": "15.0",
}


@pytest.mark.parametrize(("sent", "printed"), DIGITS.items())
def test_a_number_keeps_its_digits_and_shows_no_exponent(sent, printed):
    """P15"""
    line = read_value(f'{{"valueQuantity": {{"value": {sent}, "unit": "mmol/L"}}}}')

    assert (printed, "mmol/L") == (line.value, line.unit)


VALUES = {
    "a quantity with a comparator": ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "U/mL"}}, "<5", "U/mL"),
    "a quantity by its code": ({"valueQuantity": {"value": 5, "code": "g/L"}}, "5", "g/L"),
    "a concept by its text": ({"valueCodeableConcept": {"text": "弱阳性", "coding": [{"display": "x"}]}}, "弱阳性", ""),
    "a concept by its display": ({"valueCodeableConcept": {"coding": [{"code": "1", "display": "A型"}]}}, "A型", ""),
    "a concept by a code people read": ({"valueCodeableConcept": {"coding": [{"code": "++"}]}}, "++", ""),
    "a text": ({"valueString": "黄色"}, "黄色", ""),
    "a whole number": ({"valueInteger": 7}, "7", ""),
    "a range": ({"valueRange": {"low": {"value": 3, "unit": "g"}, "high": {"value": 5, "unit": "g"}}}, "3-5", "g"),
    "a range with one end": ({"valueRange": {"high": {"value": 5, "unit": "/HP"}}}, "≤5", "/HP"),
    "a titre": ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128", ""),
    "a ratio with units": (
        {"valueRatio": {"numerator": {"value": 5, "unit": "mg"}, "denominator": {"value": 1, "unit": "L"}}},
        "5 mg / 1 L",
        "",
    ),
    "a time": ({"valueTime": "08:30:00"}, "08:30:00", ""),
    "a date": ({"valueDateTime": "2026-11"}, "2026-11", ""),
    "a moment": ({"valueDateTime": "2026-11-28T08:30:00+08:00"}, "2026-11-28 08:30:00+08:00", ""),
    "a period": ({"valuePeriod": {"start": "2026-11-28", "end": "2026-11-29"}}, "2026-11-28 – 2026-11-29", ""),
}


@pytest.mark.parametrize(("value", "printed", "unit"), VALUES.values(), ids=VALUES.keys())
def test_every_kind_of_value_is_printed(value, printed, unit):
    """P6"""
    (line,) = read(result={"valueQuantity": None, **value}).lines

    assert (printed, unit, None) == (line.value, line.unit, line.problem)


@pytest.mark.parametrize(("given", "zh", "en"), [(True, "是", "Yes"), (False, "否", "No")])
def test_yes_and_no_are_words_of_the_reader(given, zh, en):
    """P6: not True and False."""
    (line,) = read(result={"valueQuantity": None, "valueBoolean": given}).lines

    assert (zh, en) == (phrase(line.phrase, "zh"), phrase(line.phrase, "en"))


@pytest.mark.parametrize(("code", "says"), [("260385009", "阴性"), ("10828004", "阳性"), ("LA33-6", "是")])
def test_a_usual_answer_sent_as_a_code_only_is_a_word(code, says):
    """P6"""
    (line,) = read(result={"valueQuantity": None, "valueCodeableConcept": {"coding": [{"code": code}]}}).lines

    assert (says, None) == (phrase(line.phrase, "zh"), line.problem)


TO_THE_DESK = {
    "no value and no reason": ({}, "incomplete"),
    "a unit without a value": ({"valueQuantity": {"unit": "g/L"}}, "incomplete"),
    "an empty text": ({"valueString": " "}, "incomplete"),
    "sampled data": (
        {"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2"}},
        "unsettable_value",
    ),
    "a code that nobody can read": ({"valueCodeableConcept": {"coding": [{"code": "734840008"}]}}, "unsettable_value"),
    "half a ratio": ({"valueRatio": {"numerator": {"value": 1}}}, "unsettable_value"),
    "a preliminary result": ({"valueString": "x", "status": "preliminary"}, "not_final_result"),
    "a cancelled result": ({"valueString": "x", "status": "cancelled"}, "not_final_result"),
    "a result about a donor": ({"valueString": "x", "focus": [{"display": "供者"}]}, "unsettable_value"),
    "a result without a name": ({"valueString": "x", "code": {"coding": [{"code": "718-7"}]}}, "unsettable_value"),
    "a value longer than a paper": ({"valueString": "长" * 2001}, "too_long"),
}


@pytest.mark.parametrize(("result", "reason"), TO_THE_DESK.values(), ids=TO_THE_DESK.keys())
def test_what_cannot_be_set_sends_the_report_to_the_desk(result, reason):
    """P6"""
    assert [reason] == reasons(result={"valueQuantity": None, **result})


def test_a_result_without_a_value_says_why():
    """P6"""
    known = {"coding": [{"code": "not-performed"}]}
    (line,) = read(result={"valueQuantity": None, "dataAbsentReason": known}).lines
    assert "未做" == phrase(line.phrase, "zh")
    (line,) = read(result={"valueQuantity": None, "dataAbsentReason": {"text": "标本溶血"}}).lines
    assert "标本溶血" == line.value
    assert [] == reasons(result={"valueQuantity": None, "dataAbsentReason": known})


def panel(*members, **more):
    return {"valueQuantity": None, "hasMember": [{"reference": f"Observation/{id}"} for id in members], **more}


def test_members_at_any_depth_stand_below_their_panel():
    """P6: 血常规组套 was one empty line, its HH unseen."""
    members = [
        observation("wbc", valueQuantity={"value": 5.1, "unit": "10*9/L"}),
        observation("ions", "电解质", hasMember=[{"reference": "Observation/k"}]),
        observation("k", "钾", valueQuantity={"value": 7.9}, interpretation=[{"coding": [{"code": "HH"}]}]),
    ]
    report = read(result=panel("wbc", "ions", code={"text": "血常规组套"}), more=members)

    assert [
        ("heading", 0, "血常规组套", ""),
        ("result", 1, "白细胞", "5.1"),
        ("heading", 1, "电解质", ""),
        ("result", 2, "钾", "7.9"),
    ] == [(line.kind, line.level, line.name, line.value) for line in report.lines]
    assert ["critical"] == reasons(result=panel("wbc", "ions", code={"text": "血常规组套"}), more=members)


def test_a_heading_of_unknown_status_holds_nothing_back():
    """P6: many laboratory systems leave the status of a group unknown; its members are final."""
    wbc = observation("wbc", valueString="5")
    assert [] == reasons(result=panel("wbc", status="unknown"), more=[wbc])
    assert ["not_final_result"] == reasons(result=panel("wbc", status="preliminary"), more=[wbc])
    assert ["not_final_result"] == reasons(result=panel("wbc"), more=[wbc | {"status": "unknown"}])


def test_a_title_that_is_a_code_only_is_not_shown_to_a_reader():
    """P18"""
    code = {"code": {"coding": [{"code": "11502-2"}]}}
    assert "检验检查报告 Diagnostic report" == read(report=code).title
    assert "生化" == read(report=code | {"category": [{"text": "生化"}]}).title


def test_a_panel_that_names_itself_or_goes_round_ends():
    """P6: a guard against cycles."""
    round = [
        observation("a", "甲", valueString="1", hasMember=[{"reference": "Observation/b"}]),
        observation("b", "乙", valueString="2", hasMember=[{"reference": "Observation/a"}]),
    ]
    results = [{"reference": "Observation/a"}, {"reference": "Observation/b"}]
    assert ["甲", "乙"] == [line.name for line in read(report={"result": results}, more=round).lines]
    assert ["血糖"] == [line.name for line in read(result={"hasMember": [{"reference": "Observation/o"}]}).lines]


def test_a_member_that_the_report_names_too_stands_once():
    """P6"""
    results = [{"reference": "Observation/wbc"}, {"reference": "urn:uuid:o"}]
    wbc = observation("wbc", valueString="5")
    report = read(report={"result": results}, result=panel("wbc"), more=[wbc])

    assert [("血糖", 0), ("白细胞", 1)] == [(line.name, line.level) for line in report.lines]


def test_panels_inside_panels_without_end_go_to_the_desk():
    """P6"""
    chain = [
        observation(f"n{i}", f"第{i}层", valueString="1", hasMember=[{"reference": f"Observation/n{i + 1}"}])
        for i in range(1500)
    ]
    assert "too_long" in reasons(report={"result": [{"reference": "Observation/n0"}]}, more=chain)


def test_components_are_lines_below_their_result():
    """P6"""
    parts = [
        {"code": {"text": "收缩压"}, "valueQuantity": {"value": 128, "unit": "mmHg"}},
        {"code": {"text": "舒张压"}, "dataAbsentReason": {"text": "测不出"}},
    ]
    report = read(result={"valueQuantity": None, "code": {"text": "血压"}, "component": parts})

    assert [("heading", 0, ""), ("result", 1, "128"), ("result", 1, "测不出")] == [
        (line.kind, line.level, line.value) for line in report.lines
    ]


@pytest.mark.parametrize(
    "result",
    [
        {"reference": "urn:uuid:gone"},
        {"reference": "#gone"},
        {"display": "肌钙蛋白"},
        {"identifier": {"value": "T"}},
    ],
)
def test_one_named_result_that_is_missing_sends_the_report_to_the_desk(result):
    """P7: three of four results printed as the whole report."""
    results = [{"reference": "urn:uuid:o"}] * 1 + [{"reference": f"Observation/x{i}"} for i in range(2)] + [result]
    more = [observation(f"x{i}", valueString="1") for i in range(2)]

    assert ["incomplete"] == reasons(report={"result": results}, more=more)


def test_a_missing_member_sends_the_report_to_the_desk_and_keeps_its_name():
    """P7"""
    member = {"reference": "Observation/gone", "display": "肌钙蛋白"}
    report = read(result={"valueQuantity": None, "hasMember": [member]})
    assert [("血糖", None), ("肌钙蛋白", "missing")] == [(line.name, line.problem) for line in report.lines]


def test_notes_conclusions_and_coded_conclusions_are_kept():
    """P6: 标本溶血 and 建议复查 were dropped."""
    coded = [{"coding": [{"display": "缺铁性贫血"}]}]
    report = read(
        result={"note": [{"text": "标本溶血\r\n结果仅供参考"}]},
        report={"conclusion": "建议复查。\n请随诊。", "conclusionCode": coded},
    )

    assert ("标本溶血", "结果仅供参考") == report.lines[0].notes
    assert ("建议复查。", "请随诊。", "缺铁性贫血") == report.conclusion


def test_control_characters_and_directions_never_reach_the_paper():
    """O1, P6: one carriage return ended the print station."""
    (first, second) = read(result={"valueQuantity": None, "valueString": "黄色\r\n清\x0b\x00"}).lines
    assert (("text", "血糖", "黄色"), ("text", "", "清")) == tuple(
        (line.kind, line.name, line.value) for line in (first, second)
    )
    (line,) = read(result={"valueQuantity": None, "valueString": "1\u202e2\t3\x85"}).lines
    assert "12 3" == line.value


def test_a_long_value_is_running_text():
    (line,) = read(result={"valueQuantity": None, "valueString": "可见" * 40}).lines
    assert ("text", "血糖", "可见" * 40) == (line.kind, line.name, line.value)


def test_an_interpretation_alone_is_the_result():
    """P6: susceptibilities of a culture often have no other value."""
    (line,) = read(
        result={"valueQuantity": None, "interpretation": [{"coding": [{"code": "S", "display": "敏感"}]}]}
    ).lines
    assert ("敏感", "", None) == (line.value, line.flag, line.problem)


def form(kind, data, **more):
    return {"contentType": kind, "data": base64.b64encode(data).decode(), **more}


def test_a_narrative_report_prints_its_text_and_conclusion():
    """P18: imaging, ECG and pathology could never print."""
    text = "双肺纹理清晰。\n心影不大。".encode("gb18030")
    report = {
        "result": None,
        "code": {"text": "胸部正位片"},
        "presentedForm": [form("text/plain; charset=GB18030", text)],
        "conclusion": "未见异常",
    }

    assert ("双肺纹理清晰。", "心影不大。", "未见异常") == read(report=report).conclusion
    assert [] == reasons(report=report)


@pytest.mark.parametrize(
    ("forms", "reason"),
    [
        ([form("application/pdf", b"%PDF-1.7")], "sheet_only"),
        ([{"contentType": "image/jpeg", "url": "https://pacs.example/1"}], "sheet_only"),
        ([form("text/plain; charset=klingon", b"x")], "sheet_only"),
        ([form("text/plain; charset=undefined", b"AAA")], "sheet_only"),
        ([form("text/plain; charset=unicode_escape", b"\\ud800")], "sheet_only"),
        ([form("text/plain; charset=idna", b"x")], "sheet_only"),
        ([form("text/plain; charset=rot13", b"x")], "sheet_only"),
        ([{"contentType": "text/plain", "data": "é"}], "sheet_only"),
        ([{"contentType": "text/plain", "data": "A"}], "sheet_only"),
        ([], "no_result"),
    ],
)
def test_a_report_without_text_goes_to_the_desk(forms, reason):
    """P18: a PDF is for a sheet printer. B10: a text of no character set was a 500."""
    assert [reason] == reasons(report={"result": None, "presentedForm": forms})


def test_a_conclusion_beside_a_pdf_prints_and_says_that_there_is_more():
    """P18"""
    parts = {"result": None, "presentedForm": [form("application/pdf", b"%PDF")], "conclusion": "未见异常"}
    report = read(report=parts)

    assert (("未见异常",), 1) == (report.conclusion, report.attached)
    assert [] == reasons(report=parts)


def test_half_a_surrogate_pair_is_no_part_of_a_text():
    """B10: no database and no printer takes it."""
    assert "未见异常" == clean("未见\ud800异常")
