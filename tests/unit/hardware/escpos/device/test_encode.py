import re

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardware.escpos.device.encode import CUTS, bands, page_bytes, process_id, resynchronise
from hardware.escpos.layout.slip import draw_slip
from hardware.virtual.parser import Ask, Cut, Initialise, Parser, Raster
from tests.support.printers import GUARDED, P58, P80, as_sent, differing_dots, make_slip

REALTIME = re.compile(rb"\x10[\x04\x05\x14]")


def decoded(data: bytes, width: int, pieces: int = 0) -> Image.Image:
    """What a printer draws from these bytes, given whole or in pieces."""
    parser = Parser()
    chunks = [data[at : at + pieces] for at in range(0, len(data), pieces)] if pieces else [data]
    rows = b"".join(action.data for chunk in chunks for action in parser.feed(chunk) if isinstance(action, Raster))
    row_bytes = (width + 7) // 8
    inverted = bytes(255 - value for value in rows)
    return Image.frombytes("1", (width, len(rows) // row_bytes), inverted)


def test_a_slip_decoded_from_its_bytes_is_the_slip_that_was_drawn():
    for profile in (P80, P58):
        page = draw_slip(make_slip(), profile)
        assert 0 == differing_dots(as_sent(page), decoded(b"".join(bands(page)), page.width))


def test_bands_are_at_most_24_rows_and_of_the_pages_width():
    """R7, R8: two of them fit into a buffer of 4 kB, and a line of 9600 baud carries one in two seconds."""
    page = Image.new("1", (576, 100), 0)
    heights = [int.from_bytes(band[6:8], "little") for band in bands(page)]
    assert [24, 24, 24, 24, 4] == heights
    assert all(band[:4] == b"\x1dv0\x00" and band[4:6] == b"\x48\x00" for band in bands(page))


def test_a_band_that_lost_its_head_takes_the_first_byte_of_the_question_behind_it():
    """L9: one byte lost in a band's head, and 3 mm of a report were missing from a paper that counted as printed."""
    band = next(bands(Image.new("1", (576, 24), 1)))
    for lost in range(8):
        parser = Parser()
        actions = parser.feed(band[:lost] + band[lost + 1 :] + process_id(b"QSUW"))
        assert not [action for action in actions if isinstance(action, Ask)], lost


def test_a_width_that_is_no_multiple_of_eight_leaves_the_spare_dots_white():
    page = Image.new("1", (12, 2), 0)
    assert b"\xff\xf0\xff\xf0" == page_bytes(page)


@settings(max_examples=60)
@given(st.binary(min_size=72, max_size=72 * 40), st.integers(min_value=1, max_value=500))
def test_any_picture_survives_any_cutting_of_its_bytes_but_for_single_dots_of_defused_commands(raw, pieces):
    raw = raw[: len(raw) // 72 * 72]
    page = Image.frombytes("1", (576, len(raw) // 72), raw)
    back = decoded(b"".join(bands(page, 16)), 576, pieces)
    defused = len(REALTIME.findall(bytes(255 - value for value in raw)))
    body = (0, 0, 576 - GUARDED, page.height)
    assert differing_dots(page.crop(body), back.crop(body)) <= defused


@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x02, 0x00]), min_size=72, max_size=72 * 4))
def test_no_picture_holds_a_real_time_command(values):
    raw = bytes(255 - value for value in values[: len(values) // 72 * 72])
    page = Image.frombytes("1", (576, len(raw) // 72), raw)
    assert REALTIME.search(page_bytes(page)) is None


def test_a_printer_in_the_middle_of_an_image_is_back_at_the_start_of_a_sheet_after_resynchronising():
    parser = Parser()
    band = next(bands(Image.new("1", (576, 240), 0), 240))
    list(parser.feed(band[:1000]))
    actions = list(parser.feed(resynchronise(576) + CUTS["partial"] + b"\x1dr\x01"))
    assert Ask(1) == actions[-1]
    assert Cut() in actions
    assert Initialise() in actions


def test_a_printer_at_the_start_of_a_sheet_prints_nothing_of_resynchronising():
    actions = list(Parser().feed(resynchronise(576) + CUTS["full"]))
    assert [Initialise(), Cut()] == actions
