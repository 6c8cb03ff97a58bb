"""The rules of docs/sources.md, Masking of names, and what may be spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.privacy.masking import display_name, mask, spoken_name, surname

TABLE = [
    ("张三", "张*"),
    ("张小三", "张*三"),
    ("欧阳明", "欧*明"),
    ("欧阳小明", "欧**明"),
    ("买买提·艾力", "买**·艾*"),
    ("John Smith", "J*** S****"),
    ("张", "*"),
    ("", "*"),
    (None, "*"),
]

ODDITIES = [
    ("张 小 三", "张*三", "spaces inside a Chinese name"),
    ("　张三 ", "张*", "wide space around"),
    ("   ", "*", "only spaces"),
    ("𠮷田", "𠮷*", "extension B counts as one character"),
    ("\ud842\udfb7田三", "𠮷*三", "two halves of a surrogate pair are one character"),
    ("葛\U000e0101城三", "葛\U000e0101*三", "a variation selector stays with its base"),
    ("Jose\u0301 Nu\u0301n\u0303ez", "J*** N****", "combining marks count with their base"),
    ("E\u0301va", "É**", "a combined first letter is shown whole"),
    ("买买提•艾力", "买**·艾*", "another dot"),
    ("买买提.艾力", "买**·艾*", "a full stop typed for the dot"),
    ("J. Smith", "J* S****", "an initial"),
    ("Sam", "S**", "one Latin part"),
    ("X", "*", "one Latin letter"),
    ("阿Q", "阿*", "mixed scripts"),
    ("김철수", "김*수", "Hangul"),
    ("محمد علي", "م*** ع**", "right to left"),
    ("张\u200b三\u202e", "张*", "invisible characters are dropped"),
    ("·", "*", "nothing but a dot"),
    ("买买提·艾力·玉素甫", "买**·艾*·玉**", "three parts"),
    ("一" * 20, "一" + "*" * 18 + "一", "twenty characters"),
]


@pytest.mark.parametrize(("name", "masked"), TABLE)
def test_a_name_is_masked_by_the_table(name, masked):
    assert masked == mask(name)


@pytest.mark.parametrize(("name", "masked", "why"), ODDITIES)
def test_an_odd_name_is_masked_as_a_reader_would_count(name, masked, why):
    assert masked == mask(name), why


def test_number_only_shows_no_name():
    assert display_name("张小三", "number_only") is None


def test_masked_shows_the_masked_name():
    assert "张*三" == display_name("张小三", "masked")


def test_full_shows_the_name():
    assert "张小三" == display_name("张小三", "full")


@pytest.mark.parametrize("privacy", ["masked", "full"])
def test_an_unknown_name_is_a_star(privacy):
    assert "*" == display_name(None, privacy)


@given(st.text(max_size=100))
def test_a_masked_name_never_holds_more_than_half_of_a_long_word(name):
    for word in mask(name).replace("·", " ").split():
        assert len(word) < 4 or "*" in word or not word.isalnum()


@given(st.text(alphabet="张王李欧阳小明𠮷龘三", min_size=3, max_size=20))
def test_a_chinese_name_shows_only_its_ends(name):
    assert name[0] + "*" * (len(name) - 2) + name[-1] == mask(name)


@pytest.mark.parametrize(
    ("name", "mode", "language", "said"),
    [
        ("张三", "surname", "zh", "张姓患者"),
        ("欧阳小明", "surname", "zh", "欧阳姓患者"),
        ("欧阳", "surname", "zh", "欧姓患者"),
        ("張三", "surname", "yue", "張姓病人"),
        ("张三", "surname", "en", None),
        ("张三", "none", "zh", None),
        ("张三", "full", "zh", "张三"),
        ("John Smith", "surname", "zh", None),
        ("John Smith", "full", "en", "John Smith"),
        ("买买提·艾力", "surname", "zh", None),
        ("买买提·艾力", "full", "zh", "买买提·艾力"),
        ("𠮷田三", "surname", "zh", None),
        ("𠮷田三", "full", "zh", None),
        ("张", "surname", "zh", None),
        (None, "full", "zh", None),
    ],
)
def test_the_loudspeaker_says_only_what_the_mode_allows(name, mode, language, said):
    assert said == spoken_name(name, mode, language)


def test_a_compound_surname_is_kept_whole():
    assert "司马" == surname("司马光")
