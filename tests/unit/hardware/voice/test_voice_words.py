import pytest

from hardware.voice.engines.phonemes import english, mandarin
from hardware.voice.engines.phrases import paused, phrases

CALL = "请 A 零 一 二 号 张女士 到 内科三诊室 就诊"


def read_chinese(piece):
    return piece if piece.startswith("{") else "".join(piece.split())


def read_english(piece):
    return f"<{piece.strip()}>"


@pytest.mark.parametrize(
    ("sentence", "rests"),
    [
        (CALL, "请 A 零 一 二 号, 张女士, 到 内科三诊室 就诊"),
        ("请 A 零 一 二 号 到 内科三诊室 就诊", "请 A 零 一 二 号, 到 内科三诊室 就诊"),
        ("A 零 二 五 号已过号,请到分诊台或自助机重新报到", "A 零 二 五 号, 已过号, 请到分诊台或自助机重新报到"),
        ("请 A 零 一 二 号到 三 号采血窗口", "请 A 零 一 二 号, 到 三 号采血窗口"),
        ("三诊室 暂停接诊,请耐心等候", "三诊室 暂停接诊, 请耐心等候"),
    ],
)
def test_the_voice_rests_after_the_number_and_before_the_place(sentence, rests):
    assert rests == paused(sentence)


def test_a_chinese_sentence_falls_into_phrases_that_never_cut_a_number():
    assert ["请 A 零 一 二 号", "张女士", "到 内科三诊室 就诊"] == phrases(CALL, "zh")


def test_an_english_sentence_falls_into_phrases_at_its_marks():
    sentence = "Number A zero one two, please go to Room three, Internal medicine"

    assert ["Number A zero one two", "please go to Room three", "Internal medicine"] == phrases(sentence, "en")


def test_an_empty_sentence_has_no_phrases():
    assert [] == phrases("", "zh")


def test_letters_of_a_number_get_their_chinese_names():
    assert mandarin("请 A 零 一 二 号", read_chinese, read_english).startswith("请, {ei1} 零一二号")


def test_an_abbreviation_is_spelled():
    assert "{sei1} {ti4}" in mandarin("到 CT室 检查", read_chinese, read_english)


@pytest.mark.parametrize(
    ("name", "reading"),
    [("单女士", "{shan4}"), ("仇先生", "{qiu2}"), ("查姓患者", "{zha1}"), ("尉迟先生", "{yu4 chi2}")],
)
def test_a_surname_gets_its_surname_reading(name, reading):
    assert reading in mandarin(f"请 {name} 到 三诊室", read_chinese, read_english)


def test_the_same_character_elsewhere_keeps_its_usual_reading():
    assert "{" not in mandarin("请到三诊室检查", read_chinese, read_english)


def test_an_english_name_inside_a_chinese_sentence_is_read_as_english():
    assert "<Smith>" in mandarin("请 Smith 到 三诊室", read_chinese, read_english)


def test_full_width_letters_are_letters():
    assert "{bi4}" in mandarin("请 B 一 二 号", read_chinese, read_english)


def test_the_letter_of_an_english_number_is_not_the_article():
    assert "<Number> ˈA <zero one two, please>" == english("Number A zero one two, please", read_english)


def test_a_word_that_begins_with_a_capital_stays_a_word():
    assert "<Please check in again>" == english("Please check in again", read_english)


def test_the_word_i_and_an_apostrophe_are_left_to_the_reader():
    assert "<I'm at the desk>" == english("I'm at the desk", read_english)
