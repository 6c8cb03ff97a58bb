"""Who a report is about, which values are critical, which version counts, how old it is, which range applies."""

from datetime import UTC, datetime

import pytest

from server.domain.reports.dates import as_printed, latest
from server.domain.reports.person import Person, fold_name
from server.domain.reports.received import Order
from server.domain.reports.versions import Version, is_newer
from tests.support.reports import observation, read, read_value, reasons


def interpreted(*concepts):
    return {"interpretation": list(concepts)}


def coded(*codes):
    return {"coding": [{"code": code} for code in codes]}


CRITICAL = {
    "by its code": {"result": interpreted(coded("HH"))},
    "in the second concept": {"result": interpreted(coded("H"), coded("HH"))},
    "in the second coding": {"result": interpreted(coded("H", "LL"))},
    "in small letters": {"result": interpreted(coded("hh"))},
    "as a text": {"result": interpreted({"text": "危急值"})},
    "as an English text": {"result": interpreted({"text": "Critical high"})},
    "as a display": {"result": interpreted({"coding": [{"code": "x", "display": "Panic"}]})},
    "in full width": {"result": interpreted({"text": "ＨＨ"})},
    "in a note": {"result": {"note": [{"text": "危急值，已电话通知"}]}},
    "in the conclusion": {"report": {"conclusion": "血钾危急值"}},
    "in the title": {"report": {"code": {"text": "危急值报告"}}},
    "in a category": {"report": {"category": [{"text": "危急值"}]}},
    "as a line of its own": {"result": {"code": {"text": "危急值标志"}, "valueQuantity": None, "valueBoolean": True}},
    "in the unit": {"result": {"valueQuantity": {"value": 9.9, "unit": "危急值"}}},
    **{
        f"by the mark {mark}": {"result": interpreted({"text": mark})}
        for mark in [
            "危机值",
            "危 急 值",
            "报警值",
            "CRIT",
            "HH*",
            "H!!",
            "HH,A",
            "HH 危",
            "PH",
            "↑↑↑",
            "↓↓",
            "危",
            "!!",
        ]
    },
    **{f"by the code {code}": {"result": interpreted(coded(code))} for code in ["HH*", "H!!", "PL", "LL!", "CRIT"]},
    **{
        f"by the note {note}": {"result": {"note": [{"text": note}]}}
        for note in [
            "critical",
            "Panic!",
            "结果危及生命，立即就诊",
            "是非危急值",
            "危 急 值",
            "是否为危急值: 是",
            "危机值",
        ]
    },
    "of a component": {
        "result": {"component": [{"code": {"text": "钾"}, "valueInteger": 8, "interpretation": [coded("HH")]}]}
    },
    "of a member": {
        "result": {"hasMember": [{"reference": "Observation/k"}]},
        "more": [observation("k", "钾", valueInteger=8, interpretation=[coded("AA")])],
    },
}


@pytest.mark.parametrize("parts", CRITICAL.values(), ids=CRITICAL.keys())
def test_a_critical_value_waits_until_somebody_answers_for_it(parts):
    """P8, B9"""
    assert ["critical"] == reasons(**parts)
    assert [] == reasons(acknowledged=True, **parts)


@pytest.mark.parametrize(
    "concept", [coded("H"), coded("A"), {"text": "偏高"}, {"text": "非危急值"}, coded("N"), {"text": "↑"}, coded("POS")]
)
def test_an_abnormal_value_is_not_critical(concept):
    """P8, P16"""
    assert [] == reasons(result=interpreted(concept))


@pytest.mark.parametrize(
    "parts",
    [
        {"result": {"code": {"text": "危急值标志"}, "valueQuantity": None, "valueBoolean": False}},
        {"result": {"code": {"text": "是否危急值"}, "valueQuantity": None, "valueString": "否"}},
        {"result": {"note": [{"text": "危急值：无"}]}},
        {"result": {"note": [{"text": "本次结果非危急值"}]}},
        {"result": {"note": [{"text": "Critical care unit"}]}},
        {"report": {"category": [{"text": "Critical Care Medicine"}]}},
        {"result": {"referenceRange": [{"text": "危急值>6.0"}]}},
    ],
)
def test_a_report_that_says_no_value_is_critical_prints(parts):
    """B9, P16"""
    assert [] == reasons(**parts)


def test_the_critical_flag_is_the_one_on_the_paper():
    """P8"""
    assert "HH" == read(result=interpreted(coded("H"), coded("hh"))).lines[0].flag


FITTING = {
    "family and given without text": [{"family": "张", "given": ["三"]}],
    "the official name second": [{"use": "old", "text": "张五"}, {"use": "official", "text": "张三"}],
    "pinyin first": [
        {
            "text": "Zhang San",
            "extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", "valueCode": "SYL"}
            ],
        },
        {"text": "张三"},
    ],
    "pinyin first, unmarked": [{"text": "Zhang San"}, {"text": "张三"}],
    "blanks": [{"text": " 张 三 "}],
    "an honorific": [{"text": "张三先生"}],
}


@pytest.mark.parametrize("name", FITTING.values(), ids=FITTING.keys())
def test_a_name_that_fits_is_said_to_fit(name):
    """P19"""
    assert [] == reasons(report={"subject": {"reference": "#p"}, "contained": [_patient(name)]})


def _patient(name, **more):
    number = [{"value": "MR1"}]
    return {"resourceType": "Patient", "id": "p", "identifier": number, "name": name} | more


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("买买提·艾力", "买买提•艾力"),
        ("买买提·艾力", "买买提.艾力"),
        ("John Smith", "Mr. John Smith"),
        ("John Smith", "SMITH, John"),
        ("José", "Jose\u0301"),
        ("Zoe", "Ｚｏｅ"),
        ("张\u200b三", "张三"),
        ("𠮷田", "𠮷 田"),
    ],
)
def test_two_spellings_of_one_name_are_one(ours, theirs):
    """P19"""
    assert fold_name(ours) == fold_name(theirs)


@pytest.mark.parametrize(("ours", "theirs"), [("张三", "张五"), ("John Smith", "Jon Smith"), ("张三", "Zhang San")])
def test_another_name_stays_another(ours, theirs):
    assert fold_name(ours) != fold_name(theirs)


@pytest.mark.parametrize("name", [[{"text": "张五"}], [{"use": "old", "text": "张三"}], []])
def test_a_name_that_does_not_fit_is_for_the_desk(name):
    contained = {"subject": {"reference": "#p"}, "contained": [_patient(name)]}
    assert ["name_mismatch"] == reasons(report=contained)


@pytest.mark.parametrize(("born", "fits"), [("1990", True), ("1990-01", True), ("1991", False), ("1990-02", False)])
def test_a_birth_date_is_compared_as_far_as_it_goes(born, fits):
    """P19"""
    assert ([] if fits else ["name_mismatch"]) == reasons(result={}, **born_in(born))


def born_in(born):
    return {"report": {"subject": {"reference": "#p"}, "contained": [_patient([{"text": "张三"}], birthDate=born)]}}


@pytest.mark.parametrize("number", [" MR1", "mr1", "ＭＲ１", "M R1"])
def test_a_number_with_a_blank_or_a_small_letter_is_the_same_number(number):
    """P4: an identifier with a blank or a lower-case x was not matched, silently."""
    person = Person("张三", None, None, frozenset({number}))
    assert [] == reasons(person=person)


LI_SI = [{"family": "李", "given": ["四"]}]
PERFORMERS = {
    "an organization in the bundle": ({"resourceType": "Organization", "id": "x", "name": "检验科"}, "检验科"),
    "a practitioner": ({"resourceType": "Practitioner", "id": "x", "name": LI_SI}, "李四"),
}


@pytest.mark.parametrize(("resource", "name"), PERFORMERS.values(), ids=PERFORMERS.keys())
def test_a_performer_by_reference_is_named(resource, name):
    """P19: 12 of 50 public files were said not to be verified."""
    parts = {"resultsInterpreter": None, "performer": [{"reference": f"{resource['resourceType']}/x"}]}
    assert name == read(report=parts, more=[resource]).performer
    assert [] == reasons(report=parts, more=[resource])


def test_a_role_is_named_by_its_person_and_its_house():
    """P19"""
    more = [
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": "Practitioner/d"},
            "organization": {"display": "中心实验室"},
        },
        {"resourceType": "Practitioner", "id": "d", "name": [{"text": "李四"}]},
    ]
    report = read(report={"performer": [{"reference": "PractitionerRole/role"}]}, more=more)
    assert "李四 中心实验室" == report.performer


def test_a_report_that_names_nobody_takes_who_made_its_results():
    """P19"""
    nobody = {"performer": None, "resultsInterpreter": None}
    assert [] == reasons(report=nobody, result={"performer": [{"display": "生化组"}]})
    assert ["not_verified"] == reasons(report=nobody)


# ------------------------------------------------------------------------------------------------------- versions
def version(status="final", *, id="DiagnosticReport/r", number=None, updated=None, issued=None):
    return Version(id, Order(number, updated, issued), status)


EARLY, LATE = "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"
NEWER = {
    "a higher versionId": (version(number="10"), version(number="9"), "yes"),
    "a lower versionId": (version("amended", number="1"), version(number="2"), "no"),
    "another resource's versionId says nothing": (
        version(number="1", id="DiagnosticReport/x"),
        version(number="2"),
        "doubtful",
    ),
    "a later lastUpdated": (version(updated=LATE, issued=EARLY), version(updated=EARLY, issued=LATE), "yes"),
    "an earlier issued": (version(issued=EARLY), version(issued=LATE), "no"),
    "a late preliminary": (version("preliminary"), version(), "no"),
    "a late preliminary of the same time": (version("preliminary", issued=EARLY), version(issued=EARLY), "no"),
    "the final after the preliminary": (version(), version("preliminary"), "yes"),
    "an amendment without times": (version("amended"), version(), "yes"),
    "a withdrawal without times": (version("entered-in-error"), version(issued=EARLY), "yes"),
    "a withdrawal older than the report": (version("cancelled", issued=EARLY), version(issued=LATE), "no"),
    "a late final after the withdrawal": (version(), version("entered-in-error"), "no"),
    "a late final after a withdrawal without times": (version(issued=LATE), version("entered-in-error"), "no"),
    "a newer final after the withdrawal": (version(issued=LATE), version("entered-in-error", issued=EARLY), "yes"),
    "a final beside an amendment, nothing known": (version(), version("amended"), "doubtful"),
    "a final beside another final, nothing known": (version(), version(), "doubtful"),
    "two finals of one time": (version(issued=EARLY), version(issued=EARLY), "doubtful"),
    "an amendment beside a correction, nothing known": (version("corrected"), version("amended"), "doubtful"),
    "a preliminary beside another, nothing known": (version("preliminary"), version("preliminary"), "yes"),
    "half a second later": (
        version(issued="2026-03-02T08:00:00.500Z"),
        version(issued="2026-03-02T08:00:00Z"),
        "yes",
    ),
    "the same moment in another zone": (
        version("preliminary", issued="2026-03-02T16:00:00+08:00"),
        version(issued=EARLY),
        "no",
    ),
}


@pytest.mark.parametrize(("new", "current", "answer"), NEWER.values(), ids=NEWER.keys())
def test_the_order_of_versions_is_the_sources_own(new, current, answer):
    """P5: the order of arrival was taken for the order of versions."""
    assert answer == is_newer(new, current).value


# ---------------------------------------------------------------------------------------------------------- dates
DATES = {
    "2026-11-28": "2026-11-28",
    "2026-11": "2026-11",
    "2019": "2019",
    "2026-11-28T10:00:00+08:00": "2026-11-28T02:00:00Z",
    "2026-11-28T10:00:60Z": "2026-11-28T10:01:00Z",
    "2026-11-28T10:00:00": "2026-11-28",
    "2026-11-28/2026-11-29": "2026-11-28/2026-11-29",
    "2026-11-28T00:00:00Z/2026-11": "2026-11-28T00:00:00Z/2026-11",
}


@pytest.mark.parametrize(("sent", "printed"), DATES.items())
def test_a_date_keeps_its_precision(sent, printed):
    """P14: a date became a time of the day before in New York."""
    assert printed == as_printed(sent)


def test_a_year_counts_as_its_last_day_and_a_period_as_its_end():
    """P14"""
    assert datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC) == latest("2019")
    assert datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC) == latest("2024-02")
    assert datetime(2026, 11, 28, 10, 1, tzinfo=UTC) == latest("2026-11-28T10:00:60Z")
    assert latest("2026-11-29") == latest("2026-11-28/2026-11-29")


OLD = {
    "a year": {"report": {"effectiveDateTime": "2019"}},
    "a period with an end only": {"report": {"effectiveDateTime": None, "effectivePeriod": {"end": "2025-01-01"}}},
    "the date of the result": {"report": {"effectiveDateTime": None}, "result": {"effectiveDateTime": "2019-05-01"}},
    "the date of the specimen": {
        "report": {"effectiveDateTime": None, "specimen": [{"reference": "Specimen/s"}]},
        "more": [{"resourceType": "Specimen", "id": "s", "collection": {"collectedDateTime": "2019-05-01"}}],
    },
    "a date before the first": {"report": {"effectiveDateTime": "0001-01-01T00:00:00+14:00"}},
}


@pytest.mark.parametrize("parts", OLD.values(), ids=OLD.keys())
def test_a_sample_of_long_ago_is_for_the_desk_wherever_its_date_stands(parts):
    """P14: a sample of 2019 printed."""
    assert ["old"] == reasons(**parts)


def test_a_sample_of_this_year_is_not_old():
    """P14"""
    assert [] == reasons(report={"effectiveDateTime": "2026"})


# --------------------------------------------------------------------------------------------------------- ranges
def limits(low, high, *, sex=None, kind=None, age=None, text=None, unit=None):
    named = {"unit": unit} if unit else {}
    made = {"low": {"value": low, **named}, "high": {"value": high, **named}}
    if sex:
        made["appliesTo"] = [{"coding": [{"code": sex}]} if sex.isascii() else {"text": sex}]
    if kind:
        made["type"] = {"coding": [{"code": kind}], "text": kind}
    if age:
        low, high, unit = age
        made["age"] = {"low": {"value": low, "code": unit}, "high": {"value": high, "code": unit}}
    return made | ({"text": text} if text else {})


RANGES = {
    "of the own sex": ([limits(115, 150, sex="female"), limits(130, 175, sex="male")], "130-175"),
    "of the own sex, by a word": ([limits(115, 150, sex="女"), limits(130, 175, sex="男")], "130-175"),
    "of the own sex before the general one": ([limits(1, 2), limits(130, 175, sex="male")], "130-175"),
    "normal before treatment": ([limits(2, 3, kind="treatment"), limits(1, 2, kind="normal")], "1-2"),
    "treatment alone says so": ([limits(2, 3, kind="treatment")], "treatment 2-3"),
    "of the own age": ([limits(1, 2, age=(0, 18, "a")), limits(3, 4, age=(18, 99, "a"))], "3-4"),
    "of the own age in months": ([limits(1, 2, age=(0, 12, "mo")), limits(3, 4)], "3-4"),
    "several left": ([limits(1, 2, sex="卵泡期"), limits(3, 4, sex="黄体期")], "卵泡期 1-2; 黄体期 3-4"),
    "a text with digits": ([limits(1, 2, text="1.0-2.0 (空腹)")], "1.0-2.0 (空腹)"),
    "a text without digits": ([limits(1, 2, text="成人")], "1-2 (成人)"),
    "another unit": ([limits(1, 2, unit="mg/dL")], "1-2 mg/dL"),
    "only the other sex": ([limits(115, 150, sex="F")], ""),
}


@pytest.mark.parametrize(("ranges", "printed"), RANGES.values(), ids=RANGES.keys())
def test_the_reference_range_is_the_one_for_this_patient(ranges, printed):
    """P13: the range of the other sex made a low value look normal. The patient is a man of 36."""
    assert printed == read(result={"referenceRange": ranges}).lines[0].range


def test_where_the_sex_is_not_known_both_ranges_are_named():
    """P13"""
    ranges = [limits(115, 150, sex="女"), limits(130, 175, sex="男")]
    report = read(result={"referenceRange": ranges}, patient={"gender": "unknown"})
    assert "女 115-150; 男 130-175" == report.lines[0].range


def test_a_range_keeps_its_digits():
    """P15"""
    text = '{"valueInteger": 1, "referenceRange": [{"low": {"value": 3.90}, "high": {"value": 6.10}}]}'
    assert "3.90-6.10" == read_value(text).range


NUMBER, OF_1980 = "110101199003077213", "110101198005010018"
ZHANG_WEI = Person("张伟", None, None, frozenset({"1001", NUMBER}))


def of_zhang_wei(*numbers):
    return {"patient": {"identifier": list(numbers), "name": [{"text": "张伟"}], "gender": None, "birthDate": None}}


def test_an_identity_number_of_somebody_else_is_somebody_else_though_number_and_name_agree():
    """A3, P3"""
    assert ["name_mismatch"] == reasons(person=ZHANG_WEI, **of_zhang_wei({"value": "1001"}, {"value": OF_1980}))
    assert [] == reasons(person=ZHANG_WEI, **of_zhang_wei({"value": "1001"}, {"value": NUMBER}))
    born = Person("张伟", None, "1990-03-07", frozenset({"1001"}))
    assert ["name_mismatch"] == reasons(person=born, **of_zhang_wei({"value": "1001"}, {"value": OF_1980}))


NOBODYS = [
    {"value": "1001", "type": {"coding": [{"code": "VN"}]}},
    {"value": "1001", "type": {"text": "就诊号"}},
    {"value": "1001", "use": "old"},
    {"value": "1001", "period": {"end": "2001-01-01"}},
]


@pytest.mark.parametrize("number", NOBODYS)
def test_a_number_of_a_visit_or_of_former_times_names_nobody(number):
    """A3, P3"""
    assert ["name_mismatch"] == reasons(person=ZHANG_WEI, **of_zhang_wei(number))


@pytest.mark.parametrize(
    "record", [{"active": False}, {"link": [{"other": {"reference": "Patient/o"}, "type": "replaced-by"}]}]
)
def test_a_record_that_no_longer_counts_is_for_the_desk(record):
    """C8, P3"""
    assert ["name_mismatch"] == reasons(patient=record)
