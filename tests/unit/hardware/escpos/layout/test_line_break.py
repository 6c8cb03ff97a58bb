import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.escpos.layout.line_break import NEVER_FIRST, NUMBER, balanced_lines, break_lines, fit, tears


def cells(text: str) -> float:
    """Chinese two cells, everything else one."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def test_latin_breaks_between_words():
    assert ["Internal", "medicine"] == break_lines("Internal medicine", 10, cells)


def test_chinese_breaks_anywhere():
    assert ["内科候", "诊区"] == break_lines("内科候诊区", 6, cells)


def test_a_comma_never_begins_a_line():
    assert ["请到内", "科，听"] == break_lines("请到内科，听", 6, cells)


def test_an_opening_bracket_never_ends_a_line():
    assert ["甲乙", "（丙）"] == break_lines("甲乙（丙）", 6, cells)
    assert ["阳性", "(+)"] == break_lines("阳性(+)", 6, cells)


def test_a_word_longer_than_the_line_is_cut():
    assert ["abcd", "efgh", "ij"] == break_lines("abcdefghij", 4, cells)


def test_a_newline_breaks_always():
    assert ["↑↑", "危急"] == break_lines("↑↑\n危急", 20, cells)


def test_what_does_not_fit_ends_with_an_ellipsis():
    assert "abc…" == fit("abcdefg", 4, cells)
    assert "abcd" == fit("abcd", 4, cells)


def test_centred_lines_are_of_like_length_so_that_no_character_stands_alone():
    assert ["请到内科候诊区听", "到叫号后就诊"] == break_lines("请到内科候诊区听到叫号后就诊", 16, cells)
    assert ["请到内科候诊区", "听到叫号后就诊"] == balanced_lines("请到内科候诊区听到叫号后就诊", 16, cells)


def test_two_centred_lines_break_behind_a_comma_where_both_parts_fit():
    assert ["请到内科候诊区候诊，", "听叫号就诊"] == balanced_lines("请到内科候诊区候诊，听叫号就诊", 20, cells)
    assert ["请到内科候诊区候", "诊，听叫号就诊"] == balanced_lines("请到内科候诊区候诊，听叫号就诊", 18, cells)


def test_balancing_cuts_no_word_that_fits():
    lines = balanced_lines("Otorhinolaryngology and head surgery", 20, cells)
    assert ["Otorhinolaryngology", "and head surgery"] == lines


@given(st.text(alphabet="内科候诊Ab c", max_size=40), st.integers(min_value=2, max_value=20))
def test_balancing_needs_no_more_lines_and_loses_nothing(text, width):
    plain, even = break_lines(text, width, cells), balanced_lines(text, width, cells)
    assert len(plain) == len(even)
    assert text.replace(" ", "") == "".join(even).replace(" ", "")


@given(st.text(alphabet="内科候诊，。（）Abc 12.-𠮷", max_size=60), st.integers(min_value=2, max_value=20))
def test_no_line_is_wider_than_the_paper_and_no_character_is_lost(text, width):
    lines = break_lines(text, width, cells)
    assert all(cells(line) <= width for line in lines)
    assert text.replace(" ", "") == "".join(lines).replace(" ", "")


@given(st.text(alphabet="内科候诊室", min_size=1, max_size=8), st.sampled_from("，。）"))
def test_punctuation_stays_with_the_word_before_it(text, sign):
    lines = break_lines(text + sign + "请", 8, cells)
    assert all(line[0] not in NEVER_FIRST for line in lines)


NUMBERS = st.tuples(
    st.sampled_from(["", "", "<", "≥", "> "]),
    st.sampled_from(["", "", "-"]),
    st.integers(1, 999_999).map(str),
    st.sampled_from(["", ".0", ".25", ":320", "×10⁹", ",000"]),
    st.sampled_from(["", "", "%", "+"]),
).map("".join)
HYPHENS = st.sampled_from(["-", "–", "～", "~", "—"])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("137.0-147.0", ["137.0-", "147.0"]),
        ("-12.0--11.5", ["-12.0-", "-11.5"]),
        ("20000000", ["20000000"]),
        ("结果20000000", ["结果", "20000000"]),
        ("1 000 000", ["1 000 000"]),
        ("< 0.0001", ["< 0.0001"]),
        ("1:100-1:320", ["1:100-", "1:320"]),
        ("mL/min/1.73m²", ["mL/min/", "1.73m²"]),
        ("计数为12345。", ["计数为", "12345。"]),
        ("直径 8.5 mm。", ["直径", "8.5 mm。"]),
        ("13.50 - 17.25", ["13.50 -", "17.25"]),
        ("共2.4 x 10^5", ["共", "2.4 x 10^5"]),
        ("8.5 mm×6.2 mm", ["8.5 mm×", "6.2 mm"]),
        ("2026-11-28", ["2026-11-", "28"]),
        ("5.0×10⁹", ["5.0×10⁹"]),
    ],
)
def test_a_number_is_never_torn_and_a_range_breaks_behind_its_hyphen(text, lines):
    """R1: "137.0-147.0" was set as "137.0-14" and "7.0"."""
    assert lines == break_lines(text, max(9, *map(cells, lines)), cells)


@given(NUMBERS, HYPHENS, NUMBERS, st.integers(min_value=18, max_value=40))
def test_a_range_of_any_two_numbers_keeps_both_whole(low, hyphen, high, width):
    """R1: each bound of a range reads on paper as it was sent."""
    lines = break_lines(f"{low}{hyphen}{high}", width, cells)
    assert lines in ([f"{low}{hyphen}{high}"], [f"{low}{hyphen}", high])


@given(st.lists(NUMBERS | st.text(alphabet="阳性未见异常细胞，。（）ab ", max_size=6), max_size=8), st.integers(16, 30))
def test_numbers_in_a_sentence_stay_whole(parts, width):
    """R1: also in a note or a conclusion, whatever stands around the number."""
    text = "和".join(parts)
    lines = break_lines(text, width, cells)
    assert all(cells(line) <= width for line in lines)
    numbers = re.findall(NUMBER, text)
    assert numbers == [number for line in lines for number in re.findall(NUMBER, line)]


def test_a_number_wider_than_the_line_is_told_before_it_is_cut():
    """R1: such a number is for whoever draws the paper to refuse."""
    assert tears("结果123456789012", 10, cells)
    assert not tears("结果1234567890，正常", 10, cells)
