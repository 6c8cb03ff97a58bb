import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from hardware.escpos.layout import fonts
from hardware.escpos.layout.sheet import Sheet, Style
from hardware.escpos.layout.slip import draw_slip, number_face
from hardware.escpos.layout.words import wait_at
from hardware.ports import Profile
from server.protocol.texts import languages
from tests.support.catalogues import plain
from tests.support.printers import P58, P80, differing_dots, make_slip

LONG = {
    "hospital": {"zh": "内蒙古自治区呼和浩特市第一附属医科大学人民医院国际医疗部门诊楼"},
    "queue": {"zh": "风湿免疫与变态反应专科联合门诊", "en": "Rheumatology, immunology and allergy joint clinic"},
    "hall": {"zh": "三号楼二层东区风湿免疫候诊区"},
    "display_name": "𠮷*䶮㐂阿卜杜热合曼·买买提依明江阿不都热西提·Wolfeschlegelsteinhausenbergerdorff",
    "doctor": "阿依古丽·买买提江主任医师",
    "number": "AB1234",
}


def dot_rows(page: Image.Image) -> list[bool]:
    """For each row, whether anything is printed in it."""
    return [page.crop((0, row, page.width, row + 1)).getextrema()[0] == 0 for row in range(page.height)]


def tallest_block(page: Image.Image) -> int:
    """The height of the tallest block of printed rows without a white row in it."""
    best = run = 0
    for printed in dot_rows(page):
        run = run + 1 if printed else 0
        best = max(best, run)
    return best


def number_height(slip_number: str, profile: Profile) -> int:
    """The height of the number on paper: what differs between this slip and one whose number is blank."""
    page = draw_slip(make_slip(number=slip_number), profile)
    rows = dot_rows(page.crop((0, 0, page.width, 340)))
    blocks, start = [], None
    for row, printed in enumerate([*rows, False]):
        if printed and start is None:
            start = row
        elif not printed and start is not None:
            blocks.append(row - start)
            start = None
    return max(blocks)


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
@pytest.mark.parametrize("number", ["A001", "A1000", "IM012"])
def test_the_number_is_at_least_ten_and_at_most_eighteen_millimetres_high(profile, number):
    height = number_height(number, profile) / profile.dots_per_mm
    assert 10 <= height <= 18.5


def test_a_usual_number_is_twelve_to_eighteen_millimetres_high_on_both_papers():
    assert 12 <= number_height("A012", P80) / P80.dots_per_mm <= 18
    assert 12 <= number_height("A012", P58) / P58.dots_per_mm <= 18


def test_a_number_too_long_for_one_line_keeps_ten_millimetres_on_two():
    face, height = number_face("ENTA1000", P58)
    assert height >= 10 * P58.dots_per_mm - 1
    assert face.getlength("ENTA1000") > P58.width
    whole = draw_slip(make_slip(number="ENTA1000"), P58)
    assert tallest_block(whole) >= height


@pytest.mark.parametrize("profile", [P80, P58, Profile(width=512, dpi=180)], ids=["80mm", "58mm", "180dpi"])
@pytest.mark.parametrize("language", ["zh", "en", "yue"])
def test_nothing_touches_the_right_edge_even_with_the_longest_names(profile, language):
    page = draw_slip(make_slip(language=language, **LONG), profile)
    assert page.width == profile.width
    edge = page.crop((page.width - 1, 0, page.width, page.height))
    dashed_rule_only = edge.histogram()[0]
    assert dashed_rule_only <= 2


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="内科候诊，。（）AbcWm 12.-𠮷↑", min_size=1, max_size=40),
    st.integers(min_value=48, max_value=300),
    st.sampled_from(["left", "center", "right"]),
    st.booleans(),
)
def test_no_text_leaves_its_column(text, width, align, bold):
    sheet = Sheet(576, "zh")
    sheet.text(text, Style(24, bold, align), left=100, width=width)
    printed = ImageOps.invert(sheet.finish().convert("L")).getbbox()
    if printed is not None:
        left, _, right, bottom = printed
        assert left >= 98
        assert right <= 100 + width + 2
        assert bottom <= sheet.y + 8


@pytest.mark.parametrize("character", "𠮷㐂䶮张Aé，℃·Ж")
def test_a_rare_character_is_drawn_and_is_not_the_box_of_a_missing_glyph(character):
    assert fonts.has("zh", character)
    assert fonts.has("yue", character)


def test_every_character_of_the_printed_words_can_be_drawn():
    said = {character for code in languages() for text in plain("paper", code).values() for character in text}
    said -= {"\n"}
    assert {character for character in said if not fonts.drawable("zh", character)} == set()


def test_a_character_that_no_font_has_is_printed_as_geta_mark_and_not_left_out():
    page = draw_slip(make_slip(display_name="张\U0010fffe"), P80)
    marked = draw_slip(make_slip(display_name="张〓"), P80)
    assert differing_dots(page, marked) == 0


def test_names_with_rare_characters_differ_on_paper():
    pages = [draw_slip(make_slip(display_name=name), P80) for name in ("𠮷*", "㐂*", "䶮*", "*")]
    different = {page.tobytes() for page in pages}
    assert len(different) == 4


def test_a_reprint_says_so_in_a_black_band_at_the_top():
    first = draw_slip(make_slip(), P80)
    copy = draw_slip(make_slip(copy_number=1), P80)
    band = copy.crop((0, 0, copy.width, 30))
    assert band.histogram()[0] > band.width * band.height / 2
    assert first.crop((0, 0, first.width, 30)).histogram()[0] < band.histogram()[0] / 4
    assert copy.height > first.height


def test_time_is_printed_on_the_hospitals_clock():
    shanghai = draw_slip(make_slip(), P80)
    london = draw_slip(make_slip(timezone="Europe/London"), P80)
    assert ImageChops.logical_xor(shanghai, london).getbbox() is not None


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
def test_the_qr_code_reads_back_as_the_opaque_code_and_as_nothing_else(profile):
    zxingcpp = pytest.importorskip("zxingcpp", reason="no QR reader installed")
    page = draw_slip(make_slip(code="q7Zt3bYx0K1mVw9dRj2c5A"), profile)
    found = zxingcpp.read_barcodes(page.convert("L"))
    assert [code.text for code in found] == ["q7Zt3bYx0K1mVw9dRj2c5A"]
    assert "M" in str(found[0].ec_level)


@pytest.mark.parametrize("profile", [P80, P58, Profile(width=512, dpi=180)], ids=["80mm", "58mm", "180dpi"])
@pytest.mark.parametrize("length", [60, 200, 300, 400])
def test_a_long_code_is_made_smaller_and_reads_back_whole(profile, length):
    """R19: a code of more than 200 characters was cropped at 58 mm."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="no QR reader installed")
    code = ("https://hall.example/t?c=" + "q7Zt3bYx0K1mVw9dRj2c5A" * 20)[:length]
    page = draw_slip(make_slip(code=code), profile)
    assert [code] == [found.text for found in zxingcpp.read_barcodes(page.convert("L"))]


@pytest.mark.parametrize("length", [700, 4000])
def test_a_code_that_no_paper_holds_is_printed_as_text(length):
    """R19: never cropped; a slip without a code says the code in characters."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="no QR reader installed")
    code = "q7Zt3bYx0K" * (length // 10)
    page = draw_slip(make_slip(code=code), P58)
    assert [] == zxingcpp.read_barcodes(page.convert("L"))
    assert page.height > draw_slip(make_slip(), P58).height


def test_nobody_ahead_says_you_are_next_and_unknown_says_nothing():
    nobody = draw_slip(make_slip(ahead=0, wait_low=None, wait_high=None), P80)
    unknown = draw_slip(make_slip(ahead=None, wait_low=None, wait_high=None), P80)
    assert nobody.height > unknown.height


def test_the_servers_own_sentence_is_printed_as_it_is():
    sentence = draw_slip(make_slip(place={"zh": "请到内科候诊区候诊，听叫号就诊"}), P80)
    built = draw_slip(make_slip(), P80)
    assert differing_dots(sentence, built) == 0


@pytest.mark.parametrize("profile", [P80, P58])
def test_a_slip_tells_the_way_where_the_hall_file_has_one(profile):
    """The building and floor of the hall are a line more, and nothing runs over the edge."""
    way = {"zh": "门诊楼二楼西区", "en": "Outpatient building, first floor, west wing, beside the lifts"}
    plain = draw_slip(make_slip(language="en"), profile)
    told = draw_slip(make_slip(language="en", way=way), profile)

    assert told.height > plain.height
    assert told.width == profile.width


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("clinic", "请到内科候诊区候诊，听叫号就诊"),
        ("pharmacy", "请到内科候诊区等候，听叫号取药"),
        ("laboratory", "请到内科候诊区等候，听叫号检查"),
        ("cashier", "请到内科候诊区等候，听叫号缴费"),
        ("registration", "请到内科候诊区等候，听叫号挂号"),
        ("a kind of a newer server", "请到内科候诊区候诊，听叫号就诊"),
    ],
)
def test_a_slip_says_what_the_patient_waits_for(kind, sentence):
    """Q11: a slip of the pharmacy said 听叫号就诊."""
    assert sentence == wait_at(kind, "zh", "内科候诊区")
