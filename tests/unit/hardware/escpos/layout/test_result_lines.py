import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.escpos.layout.documents import ReportLine
from hardware.escpos.layout.result_lines import TooWide, plan_columns, rows_of
from hardware.escpos.layout.sheet import Sheet
from hardware.escpos.layout.units import flag_text, unit_text
from tests.support.laboratory_day import DAY, result, text

PAPERS = {"80 mm": 576, "80 mm 180 dpi": 512, "58 mm": 384}
NUMBER = st.tuples(
    st.sampled_from(["", "", "<", ">=", "≤"]),
    st.sampled_from(["", "", "-"]),
    st.integers(0, 99_999_999).map(str),
    st.sampled_from(["", "", ".0", ".50", ".0001", ":320", "×10⁴"]),
).map("".join)
RESULT = NUMBER | st.sampled_from(
    ["阴性", "阳性(+)", "2+", "±", "1:1280 核颗粒型，1:320 胞浆型", "无结果：标本溶血", ""]
)
RANGE = (
    st.tuples(NUMBER, st.sampled_from(["-", "–", "～", "--"]), NUMBER).map("".join)
    | NUMBER
    | st.sampled_from(["", "阴性", "阴性<1:100，弱阳性1:100-1:320", "男 130-175 女 115-150"])
)
UNIT = st.sampled_from(["", "1", "mmol/L", "10*9/L", "mL/min/1.73m²", "IU/mL", "24h", "mg/L FEU"])
FLAG = st.sampled_from(["", "N", "H", "LL", "A", "R", "X?"])
NAME = st.sampled_from(
    ["钾", "平均血红蛋白浓度", "25-羟基维生素D3", "Anti-neutrophil cytoplasmic antibody", "抗体" * 20]
)
LINES = st.lists(st.builds(result, NAME, RESULT, UNIT, FLAG, RANGE, st.integers(0, 3)), min_size=1, max_size=6)


def laid_out(lines, width, language="zh"):
    """For each line its rows, and how wide a piece is."""
    sheet = Sheet(width, language)
    models = [ReportLine.model_validate(line) for line in lines]
    columns = plan_columns(models, width, language, sheet.measure)
    return [(model, rows_of(model, columns, width, language, sheet.measure)) for model in models], sheet.measure


def said(rows, part):
    """What stands in the rows of one part, read from top to bottom; lines end where they end on paper."""
    return [piece.text for row in rows for piece in row if piece.part == part]


def numbers(text):
    return re.findall(r"\d+(?:[.,:]\d+)*", text)


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from(sorted(PAPERS.values())), st.sampled_from(["zh", "en", "yue"]))
def test_every_value_reads_on_paper_as_it_was_sent(lines, width, language):
    """R1: no digit of any result, unit or range changes its place, is torn or is cut, on any paper, bold or not."""
    found, measure = laid_out(lines, width, language)
    for line, rows in found:
        for part, sent in (("name", line.name), ("result", line.result), ("unit", unit_text(line.unit))):
            read = said(rows, part)
            if sent or part != "result":  # a line without a value says so
                assert (sent or "").replace(" ", "") == "".join(read).replace(" ", "")
            assert numbers(sent or "") == [number for one in read for number in numbers(one)]
        around = said(rows, "range")
        assert "".join(around).replace(" ", "").endswith((line.range or "").replace(" ", ""))
        assert numbers(line.range or "") == [number for one in around for number in numbers(one)]
        assert flag_text(line.flag, language).replace("\n", "") == "".join(said(rows, "flag"))
        for row in rows:
            places = sorted((piece.left, piece.left + measure(piece.text, piece.style)) for piece in row)
            assert all(right <= left for (_, right), (left, _) in pairwise(places)), row
            assert all(right <= width for _, right in places), row


@pytest.mark.parametrize("width", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize(
    ("value", "around"),
    [
        ("140", "137.0-147.0"),
        ("20000000", "3.90-6.10"),
        ("5.05", "3.90-6.10"),
        ("-12.5", "-3.0--1.0"),
        ("<0.0001", "0.0000-0.0262"),
        ("1:1280", "<1:100"),
        ("12345678.0001", "10000000.0-99999999.9"),
    ],
)
def test_the_digits_of_a_value_stand_on_one_line(width, value, around):
    """R1: sodium 140, flag L, range "137.0-147.0" was printed as "137.0-14" / "7.0"."""
    [(_, rows)], _ = laid_out([result("钠", value, "mmol/L", "L", around)], width)
    assert [value] == said(rows, "result")
    assert numbers(around) == [number for one in said(rows, "range") for number in numbers(one)]


@pytest.mark.parametrize("width", PAPERS.values(), ids=PAPERS)
def test_a_usual_range_is_not_broken_at_all(width):
    """R1: 22 of 26 usual ranges were torn on 80 mm paper when the line was bold."""
    ranges = ["137.0-147.0", "3.90-6.10", "0.00-100.00", "3.5-5.3", "125-350", "0.270-4.200", "1.003-1.030", "57-111"]
    found, _ = laid_out([result("项目", "12.5", "mmol/L", "H", around) for around in ranges], width)
    assert ranges == [said(rows, "range")[0].removeprefix("参考 ") for _, rows in found]


@pytest.mark.parametrize("width", PAPERS.values(), ids=PAPERS)
def test_the_unit_one_is_not_printed(width):
    """R1: an INR of 1.0 was printed as "1.0 1"."""
    [(_, rows)], _ = laid_out([result("国际标准化比值", "1.0", "1", "N", "0.80-1.20")], width)
    assert [] == said(rows, "unit")
    assert ["1.0"] == said(rows, "result")


def test_a_number_wider_than_the_paper_is_refused_and_not_cut():
    """R1: half a number reads as another number."""
    with pytest.raises(TooWide):
        laid_out([result("值", "1234567890" * 6)], 384)


@pytest.mark.parametrize("name", DAY)
@pytest.mark.parametrize("width", PAPERS.values(), ids=PAPERS)
def test_every_text_of_a_laboratorys_day_is_on_the_paper_once_and_in_order(name, width):
    """P6, R1: names, values, units, ranges, notes and long texts of twelve shapes of report."""
    found, _ = laid_out(DAY[name]["items"], width)
    for line, rows in found:
        assert "".join(said(rows, "name")).replace(" ", "") == (line.name or "").replace(" ", "")
        wanted = re.sub(r"\s", "", line.result or "")
        assert wanted in re.sub(r"\s", "", "".join(said(rows, "result")))
        assert "".join(said(rows, "note")).replace(" ", "") == "".join(line.notes).replace(" ", "")


def test_a_line_without_a_value_says_so():
    """P6: an empty line looks like a result that was forgotten."""
    found, _ = laid_out([result("血氨", ""), result("皮质醇", "", "", "", "", 0, "检测中")], 576)
    assert [["（无结果）"], ["（无结果）"]] == [said(rows, "result") for _, rows in found]


def test_a_members_name_stands_further_in_than_its_groups():
    lines = [result("白细胞", "4.1", level=level) for level in range(4)]
    found, _ = laid_out(lines, 576)
    lefts = [rows[0][0].left for _, rows in found]
    assert lefts == sorted(set(lefts))


def test_a_long_text_takes_the_whole_width():
    """P18: findings of a CT are read as sentences, not as a column."""
    [(_, rows)], measure = laid_out([text("检查所见", "两肺纹理清晰，未见实变影。" * 10)], 384)
    assert ["检查所见"] == said(rows, "name")
    assert all(measure(row[0].text, row[0].style) > 300 for row in rows[1:-1])


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("1", ""),
        ("", ""),
        (None, ""),
        ("10*9/L", "×10⁹/L"),
        ("10^12/L", "×10¹²/L"),
        ("x10^9/L", "×10⁹/L"),
        ("×10^9/L", "×10⁹/L"),
        ("10*-3", "×10⁻³"),
        ("10*3/uL", "×10³/uL"),
        ("10E9/L", "10E9/L"),
        ("10*9.5/L", "10*9.5/L"),
        ("mmol/L", "mmol/L"),
        ("110*9/L", "110*9/L"),
    ],
)
def test_a_unit_is_written_as_a_clinician_writes_it_or_as_sent(sent, printed):
    """R1: only a spelling that can mean one thing is changed."""
    assert printed == unit_text(sent)


@pytest.mark.parametrize(
    ("flag", "zh", "en"),
    [
        ("H", "↑高", "↑High"),
        ("l", "↓低", "↓Low"),
        ("HH", "↑↑\n危急", "↑↑\nCritical"),
        ("LL", "↓↓\n危急", "↓↓\nCritical"),
        ("A", "异常", "Abnormal"),
        ("R", "耐药", "Resistant"),
        ("S", "敏感", "Susceptible"),
        ("N", "", ""),
        (None, "", ""),
        ("X?", "X?", "X?"),
    ],
)
def test_a_flag_is_an_arrow_and_a_word(flag, zh, en):
    assert zh == flag_text(flag, "zh")
    assert en == flag_text(flag, "en")
