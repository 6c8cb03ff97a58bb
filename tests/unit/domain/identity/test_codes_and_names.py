"""One spelling: codes in any case and width, names of any script with nothing invisible in them."""

import pytest

from server.domain.identity.spelling import fold_code, name_key, tidy_name

EXT_H, EXT_I, PRIVATE = "张\U00031350", "李\U0002ebf0", "王\ue81e"
ZWNJ, ZWJ, RLM, ZWSP, SOFT, MONGOLIAN, BOM, FILLER = "\u200c\u200d\u200f\u200b\u00ad\u180e\ufeff\u3164"


@pytest.mark.parametrize(
    "name",
    [
        EXT_H,
        EXT_I,
        PRIVATE,
        "\U0001abcd\U000e1000x",
        "Nguyễn Thị Hồng",
        "阿依古丽·买买提",
        "ᠪᠠᠲᠤ",
        "ཚེ་རིང་",
        "O'Neill-Šimić",
        "〇",
    ],
)
def test_a_name_of_any_script_and_age_is_kept_as_it_is(name):
    """P24: ideographs younger than the tables, private use of older card readers, unassigned: never a refusal."""
    assert name == tidy_name(name)


@pytest.mark.parametrize("invisible", [ZWNJ, ZWJ, RLM, ZWSP, SOFT, MONGOLIAN, BOM, FILLER, "\u2066", "\U000e0041"])
def test_what_is_invisible_in_a_name_is_dropped(invisible):
    """P24: zero-width joiners, marks of direction, soft hyphens and the like refused the patient."""
    assert "علیرضا" == tidy_name(f"علی{invisible}رضا")
    assert "张三" == tidy_name(f"{invisible}张{invisible}三{invisible}")


@pytest.mark.parametrize("name", ["", "  ", ZWSP, FILLER * 3, "张\n三", "张\x00三", "x" * 101, "\ud800"])
def test_a_name_that_nobody_could_see_or_set_is_refused(name):
    with pytest.raises(ValueError, match="1 to 100"):
        tidy_name(name)


def test_a_hundred_characters_count_without_what_is_invisible():
    assert "𱍐" * 100 == tidy_name(f"𱍐{ZWSP}" * 100)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ab-12", "AB-12"),
        ("ＡＢ１２", "AB12"),
        ("Ⅹ", "X"),
        ("11010119800307001ⅹ", "11010119800307001X"),
        (" a1\r\n", "A1"),
        ("\ufeffa1", "A1"),
        ("１１０１０１１９９００３０７７２１３", "110101199003077213"),
        ("a\u200bb", "AB"),
        ("ß", "SS"),
    ],
)
def test_the_same_code_in_other_letters_is_the_same_code(text, code):
    """R10: Caps Lock, full width, the Roman ten for an X."""
    assert code == fold_code(text)


def test_two_spellings_of_a_name_have_one_key():
    assert 1 == len({name_key(name) for name in ("买买提·艾力", "买买提•艾力", "买买提 ・艾力")})
    assert name_key("Zoë Smith") == name_key("ZOE\u0308 SMITH")
    assert name_key("张三") != name_key("张山")
