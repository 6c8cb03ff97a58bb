"""Impossible vitals are refused by name, unlikely ones are asked back by age."""

from datetime import UTC, datetime

import pytest

from server.domain.errors import HallError
from server.domain.triage import check_vitals, unlikely
from server.protocol.terms import ErrorCode

GOOD = {
    "respiration": 16, "spo2": 98, "oxygen": False, "hypercapnic": False, "systolic": 120, "diastolic": 80,
    "pulse": 70, "temperature": 36.6, "consciousness": "A", "gcs": 15, "pain": 0, "glucose": 5.5, "potassium": 4.1,
}  # fmt: skip
BAD = [
    ("temperature", 400), ("temperature", -36), ("temperature", 0), ("temperature", "36,5"), ("temperature", "36，5"),
    ("temperature", "warm"), ("temperature", "36.5"), ("temperature", float("nan")), ("temperature", float("inf")),
    ("pulse", -1), ("pulse", 351), ("pulse", True), ("pulse", [70]), ("spo2", 101), ("spo2", -1), ("systolic", 1200),
    ("respiration", 121), ("gcs", 2), ("gcs", 16), ("gcs", 12.5), ("pain", 11), ("pain", -1), ("pain", 3.5),
    ("glucose", -0.1), ("potassium", 21), ("oxygen", "yes"), ("oxygen", 1), ("hypercapnic", "no"),
    ("consciousness", "X"), ("consciousness", "alert"), ("consciousness", ["A"]), ("measured_at", "now"),
    ("measured_at", "2026-01-01T08:00:00"),
    ("measured_at", datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)), ("blood_pressure", 120),
]  # fmt: skip


def test_a_whole_set_is_taken_as_it_is():
    vitals = check_vitals(GOOD | {"measured_at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert GOOD == {key: getattr(vitals, key) for key in GOOD}


def test_the_time_of_measuring_may_be_written_as_in_json():
    moment = datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert moment == check_vitals({"measured_at": "2026-01-01T08:00:00Z"}).measured_at
    assert moment == check_vitals({"measured_at": "2026-01-01T16:00:00+08:00"}).measured_at


def test_nothing_measured_is_a_set_too():
    assert check_vitals({}) == check_vitals({"pulse": None, "consciousness": None, "oxygen": None})


@pytest.mark.parametrize(("vital", "value"), BAD)
def test_an_impossible_value_is_refused_and_named(vital, value):
    with pytest.raises(HallError) as refused:
        check_vitals(GOOD | {vital: value})
    assert ErrorCode.INVALID == refused.value.code
    assert f"vitals.{vital}" == refused.value.extra["field"]
    assert {"zh", "en"} == set(refused.value.extra["reason"].names())


def test_a_decimal_comma_is_answered_with_the_point():
    with pytest.raises(HallError, match=r"such as 36\.5"):
        check_vitals({"temperature": "36,5"})


def test_a_diastolic_above_the_systolic_pressure_is_refused():
    with pytest.raises(HallError, match="diastolic 130 is above systolic 120"):
        check_vitals({"systolic": 120, "diastolic": 130})


@pytest.mark.parametrize(
    ("vital", "value", "age", "asked"),
    [
        ("temperature", 30.0, 40, True), ("temperature", 36.6, 40, False), ("temperature", 42.0, 40, True),
        ("pulse", 170, 0.5, False), ("pulse", 190, 40, True), ("pulse", 60, 0.5, True), ("pulse", 60, 40, False),
        ("respiration", 45, 0.5, False), ("respiration", 46, 40, True), ("systolic", 70, 0.5, False),
        ("systolic", 130, 0.5, True), ("systolic", 250, 40, True), ("spo2", 69, 40, True), ("potassium", 2.4, 40, True),
        ("pulse", 190, None, True),
    ],
)  # fmt: skip
def test_an_unlikely_value_is_asked_back_by_age(vital, value, age, asked):
    questions = unlikely(check_vitals({vital: value}), age)
    assert ([vital] if asked else []) == [question.vital for question in questions]


def test_the_question_reads_in_both_languages():
    (question,) = unlikely(check_vitals({"temperature": 30.0}), 40)
    assert "体温 30 °C,确定吗?" == question.message.text("zh")
    assert "Temperature 30 °C: is that right?" == question.message.text("en")
