"""The sentences of calls, byte for byte."""

import pytest

from server.domain.wording import (
    AnnouncementKind,
    say_number,
    say_place_en,
    say_place_zh,
    shown,
    spoken,
)
from server.protocol.terms import QueueKind
from tests.support.catalogues import messages

ROOM_3 = {"zh": "3诊室", "yue": "3診室", "en": "Room 3"}
ROOM_101 = {"zh": "101诊室", "yue": "101診室", "en": "Room 101"}
MEDICINE = {"zh": "内科", "yue": "內科", "en": "Internal medicine"}

SPOKEN = [
    ("call", ROOM_3, "zh", "请 A 零 一 二 号 张姓患者 到 内科三诊室 就诊"),
    ("call", ROOM_3, "yue", "請 A 零一二 號 张姓病人 到 內科三診室"),
    ("call", ROOM_3, "en", "Number A zero one two, please go to Room three, Internal medicine"),
    ("call", ROOM_101, "zh", "请 A 零 一 二 号 张姓患者 到 内科一零一诊室 就诊"),
    ("call", ROOM_101, "yue", "請 A 零一二 號 张姓病人 到 內科一零一診室"),
    ("call", ROOM_101, "en", "Number A zero one two, please go to Room one zero one, Internal medicine"),
    ("recall", ROOM_3, "zh", "再次呼叫:A 零 一 二 号 张姓患者,请尽快到 三诊室"),
    ("recall", ROOM_3, "yue", "再次呼叫 A 零一二 號,請即到 三診室"),
    ("recall", ROOM_3, "en", "Second call: number A zero one two, please go to Room three now"),
    ("stage", ROOM_3, "zh", "请 A 零 一 二 号 张姓患者 到 三诊室 候诊区准备"),
    ("stage", ROOM_3, "yue", "請 A 零一二 號到 三診室 準備"),
    ("stage", ROOM_3, "en", "Number A zero one two, please wait at Room three; you are next"),
    ("passed", ROOM_3, "zh", "A 零 一 二 号已过号,请到分诊台或自助机重新报到"),
    ("passed", ROOM_3, "yue", "A 零一二 號已過號,請到分流站重新登記"),
    ("passed", ROOM_3, "en", "Number A zero one two was missed. Please check in again at the desk or a kiosk"),
]

WINDOW_3 = {"zh": "3号窗口", "yue": "3號窗口", "en": "Window 3"}
PHARMACY_WINDOW = {"zh": "门诊药房一号窗口", "yue": "門診藥房一號窗口", "en": "Outpatient pharmacy, window one"}
PURPOSES = [
    ("clinic", ROOM_3, "zh", "请 A 零 一 二 号 张姓患者 到 内科三诊室 就诊"),
    ("imaging", ROOM_3, "zh", "请 A 零 一 二 号 张姓患者 到 内科三诊室 检查"),
    ("imaging", ROOM_3, "yue", "請 A 零一二 號到 三診室 檢查"),
    ("imaging", ROOM_3, "en", "Number A zero one two, please go to Room three for your examination"),
    ("laboratory", WINDOW_3, "zh", "请 A 零 一 二 号到 三 号采血窗口"),
    ("laboratory", {"zh": "3号采血窗口"}, "zh", "请 A 零 一 二 号到 三 号采血窗口"),
    ("laboratory", WINDOW_3, "yue", "請 A 零一二 號到 三 號抽血窗口"),
    ("laboratory", WINDOW_3, "en", "Number A zero one two, blood collection window three"),
    ("laboratory", ROOM_3, "zh", "请 A 零 一 二 号 张姓患者 到 内科三诊室 检查"),
    ("laboratory", ROOM_3, "en", "Number A zero one two, please go to Room three for your test"),
    ("pharmacy", WINDOW_3, "zh", "请 A 零 一 二 号 张姓患者 到 三 号窗口取药"),
    ("pharmacy", WINDOW_3, "yue", "請 A 零一二 號 张姓病人 到 三 號窗口取藥"),
    ("pharmacy", WINDOW_3, "en", "Number A zero one two, medicine is ready at window three"),
    ("pharmacy", PHARMACY_WINDOW, "zh", "请 A 零 一 二 号 张姓患者 到 内科门诊药房一号窗口 取药"),
    ("pharmacy", {"zh": "2楼3号窗口"}, "zh", "请 A 零 一 二 号 张姓患者 到 内科二楼三号窗口 取药"),
    ("cashier", WINDOW_3, "zh", "请 A 零 一 二 号 张姓患者 到 三 号窗口缴费"),
    ("cashier", WINDOW_3, "yue", "請 A 零一二 號 张姓病人 到 三 號窗口繳費"),
    ("cashier", WINDOW_3, "en", "Number A zero one two, please pay at window three"),
    ("registration", WINDOW_3, "zh", "请 A 零 一 二 号 张姓患者 到 三 号窗口挂号"),
    ("registration", WINDOW_3, "yue", "請 A 零一二 號 张姓病人 到 三 號窗口掛號"),
    ("registration", WINDOW_3, "en", "Number A zero one two, please register at window three"),
]

SHOWN = [
    ("call", "张*三", "zh", "请 A012 号 张*三 到 内科3诊室 就诊"),
    ("call", None, "zh", "请 A012 号 到 内科3诊室 就诊"),
    ("call", "张*三", "yue", "請 A012 號 张*三 到 內科3診室"),
    ("call", "张*三", "en", "Number A012, please go to Room 3, Internal medicine"),
    ("recall", None, "zh", "再次呼叫:A012 号,请尽快到 3诊室"),
    ("stage", "张*三", "zh", "请 A012 号 张*三 到 3诊室 候诊区准备"),
    ("passed", "张*三", "en", "Number A012 was missed. Please check in again at the desk or a kiosk"),
]


@pytest.mark.parametrize(("kind", "station", "language", "sentence"), SPOKEN)
def test_a_sentence_is_spoken_byte_for_byte(kind, station, language, sentence):
    said = spoken(
        kind,
        number="A012",
        name="张小三",
        voice_mode="surname",
        station_names=station,
        queue_names=MEDICINE,
        languages=[language],
    )

    assert {language: sentence} == said


@pytest.mark.parametrize(("purpose", "station", "language", "sentence"), PURPOSES)
def test_a_pharmacy_calls_to_collect_medicine_and_a_laboratory_to_a_test(purpose, station, language, sentence):
    """Q11: what the queue is for stands in the call, at a window by its number, elsewhere by its name."""
    said = spoken(
        "call",
        purpose=purpose,
        number="A012",
        name="张小三",
        voice_mode="surname",
        station_names=station,
        queue_names=MEDICINE,
        languages=[language],
    )

    assert {language: sentence} == said


@pytest.mark.parametrize("kind", ["recall", "stage", "passed"])
def test_only_the_call_itself_says_what_a_queue_is_for(kind):
    """Q11: a recall, a staging and a missed number are worded alike for every kind of queue."""
    told = {purpose: shown(kind, purpose=purpose, number="A012", station_names=ROOM_3) for purpose in QueueKind}

    assert all(told[QueueKind.CLINIC] == one for one in told.values())


@pytest.mark.parametrize(("kind", "name", "language", "sentence"), SHOWN)
def test_a_sentence_is_shown_byte_for_byte(kind, name, language, sentence):
    seen = shown(kind, number="A012", name=name, station_names=ROOM_3, queue_names=MEDICINE, languages=[language])

    assert {language: sentence} == seen


def test_every_kind_has_a_sentence_in_every_language():
    purposes = {f"call.{purpose}" for purpose in set(QueueKind) - {QueueKind.CLINIC}}

    for language in ("zh", "yue", "en"):
        written = set(messages("calls", language))
        assert {*AnnouncementKind, *purposes, "room", "window"} == {
            key for key in written if not key.startswith("call_window.")
        }
        assert {key.replace("call_window.", "call.") for key in written if key.startswith("call_window.")} < purposes


def test_languages_come_in_the_order_of_the_hall():
    assert ["en", "zh"] == list(shown("call", number="A012", station_names=ROOM_3, languages=["en", "zh"]))


def test_a_language_without_sentences_is_left_out():
    assert {} == shown("call", number="A012", station_names=ROOM_3, languages=["fr"])


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="sing"):
        shown("sing", number="A012")


def test_no_name_is_spoken_when_the_mode_is_none():
    said = spoken("call", number="A012", name="张小三", station_names=ROOM_3, languages=["zh"])

    assert "请 A 零 一 二 号 到 三诊室 就诊" == said["zh"]


@pytest.mark.parametrize(
    ("station", "language", "place"),
    [
        ({"zh": "1诊室"}, "en", "Room 1"),
        ({"en": "Room 1"}, "zh", "1诊室"),
        ({"zh": "7"}, "zh", "7诊室"),
        ({"zh": "7"}, "en", "Room 7"),
        ({"zh": "第三诊室"}, "zh", "第三诊室"),
        ({"zh": "第3诊室"}, "en", "Room 3"),
        ({"zh-CN": "3诊室"}, "zh", "3诊室"),
    ],
)
def test_a_rooms_name_is_found_in_the_language_asked_for(station, language, place):
    sentence = shown("call", purpose="registration", station_names=station, languages=[language])[language]

    assert f" {place} " in sentence


def test_a_department_that_the_room_already_names_is_not_repeated():
    seen = shown("call", number="A012", station_names={"zh": "内科12诊室"}, queue_names=MEDICINE, languages=["zh"])

    assert "请 A012 号 到 内科12诊室 就诊" == seen["zh"]


def test_an_english_sentence_leaves_out_a_department_that_has_no_english_name():
    seen = shown("call", number="A012", station_names=ROOM_3, queue_names={"zh": "内科"}, languages=["en"])

    assert "Number A012, please go to Room 3" == seen["en"]


def test_a_window_without_a_number_is_called_as_a_place():
    seen = shown("call", purpose="pharmacy", number="A012", station_names={"zh": "中药房"}, languages=["zh"])

    assert "请 A012 号 到 中药房 取药" == seen["zh"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "X R 一 零 零 八"), ("yue", "X R 一零零八"), ("en", "X R one zero zero eight")]
)
def test_a_long_number_is_said_sign_by_sign(language, said):
    assert said == say_number("XR1008", language)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("1诊室", "一诊室"),
        ("2号窗口", "二号窗口"),
        ("10诊室", "十诊室"),
        ("12诊室", "十二诊室"),
        ("20诊室", "二十诊室"),
        ("99诊室", "九十九诊室"),
        ("100诊室", "一零零诊室"),
        ("03诊室", "零三诊室"),
        ("3楼12诊室", "三楼十二诊室"),
        ("３诊室", "三诊室"),
        ("第三诊室", "第三诊室"),
    ],
)
def test_a_chinese_place_is_said_as_people_say_it(place, said):
    assert said == say_place_zh(place)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Room 3", "Room three"),
        ("Room 12", "Room twelve"),
        ("Room 20", "Room twenty"),
        ("Room 42", "Room forty-two"),
        ("Room 101", "Room one zero one"),
        ("Room B2, 3rd floor", "Room B2, 3rd floor"),
    ],
)
def test_an_english_place_is_said_as_people_say_it(place, said):
    assert said == say_place_en(place)
