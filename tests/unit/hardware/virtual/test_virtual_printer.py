from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageOps

from hardware.virtual.device import BUFFER, VirtualPrinter
from hardware.virtual.faults import Act
from hardware.virtual.parser import Ask, Code, Cut, Feed, Initialise, Parser, Setting, Text, Unknown
from tests.support.printers import MOMENT

TEXT = "报到 A012".encode("gb18030")
JOB = b"\x1b@\x1ba\x01\x1bE\x01" + TEXT + b"\n\x1bd\x02\x1dr\x01\x1dVB\x00"


def printer() -> VirtualPrinter:
    return VirtualPrinter(576, lambda: MOMENT)


def qr(content: bytes) -> bytes:
    """The native QR commands: size 6, level M, store, print."""
    stored = (len(content) + 3).to_bytes(2, "little")
    return b"\x1d(k\x03\x001C\x06" + b"\x1d(k\x03\x001E1" + b"\x1d(k" + stored + b"1P0" + content + b"\x1d(k\x03\x001Q0"


def test_the_grammar_of_a_text_job():
    expected = [Initialise(), Setting("align", 1), Setting("bold", 1), Text(TEXT), Feed(30), Feed(60), Ask(1), Cut()]
    assert expected == list(Parser().feed(JOB))


@given(st.lists(st.integers(min_value=1, max_value=len(JOB)), max_size=8))
def test_a_job_means_the_same_however_it_is_cut(cuts):
    parser = Parser()
    edges = sorted({0, *cuts, len(JOB)})
    actions = [action for start, end in pairwise(edges) for action in parser.feed(JOB[start:end])]
    said = b"".join(action.data for action in actions if isinstance(action, Text))
    assert TEXT == said
    assert [Feed(30), Feed(60), Ask(1), Cut()] == [action for action in actions if not isinstance(action, Text)][3:]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_grammar(data):
    parser = Parser()
    for at in range(len(data)):
        list(parser.feed(data[at : at + 1]))
    assert isinstance(list(parser.feed(b"")), list)


def test_a_native_qr_is_drawn_and_told():
    assert [Code(6, 49, b"abc")] == list(Parser().feed(qr(b"abc")))
    device = printer()
    device.receive(qr(b"opaque-token") + b"\x1dV\x00")
    assert ("opaque-token",) == device.paper.slips()[0].codes
    assert ("opaque-token",) == (device.paper.slips()[0].read_codes or ("opaque-token",))


def test_text_is_printed_as_dots_and_told_as_text():
    device = printer()
    device.receive(JOB)
    slip = device.paper.slips()[0]
    assert ("报到 A012",) == slip.texts
    left, _, right, _ = ImageOps.invert(slip.image.convert("L")).getbbox()
    assert abs((left + right) / 2 - 288) < 12  # centred
    assert b"\x00" == device.answers()


def test_an_unknown_command_is_counted_and_not_guessed():
    device = printer()
    device.receive(b"\x1b\x01" + JOB)
    assert (1, 1) == (device.unknown, device.paper.count)
    assert [Unknown(b"\x1b\x01")] == list(Parser().feed(b"\x1b\x01"))


def test_status_is_answered_even_inside_an_image():
    device = printer()
    device.receive(b"\x1dv0\x00\x48\x00\x02\x00" + b"\xff" * 70 + b"\x10\x04\x01" + b"\xff" * 71)
    assert b"\x12" == device.answers()
    assert device.paper.torn().height == 2


def test_status_is_answered_when_the_question_comes_in_two_pieces():
    device = printer()
    for part in (b"\x1b@\x10", b"\x04", b"\x04"):
        device.receive(part)
    assert b"\x12" == device.answers()


def test_what_waits_for_paper_is_printed_after_the_refill():
    device = printer()
    device.set_faults({"paper_out": True})
    device.receive(JOB)
    assert 0 == device.paper.count
    assert b"" == device.answers()
    device.set_faults({"paper_out": False})
    assert 1 == device.paper.count
    assert b"\x00" == device.answers()


def test_clearing_the_buffer_throws_away_what_waits():
    device = printer()
    device.set_faults({"cover_open": True})
    device.receive(JOB + b"\x10\x05\x02")
    device.set_faults({"cover_open": False})
    assert 0 == device.paper.count


def test_a_full_buffer_takes_no_more():
    device = printer()
    device.set_faults({"offline": True})
    device.receive(bytes(BUFFER))
    assert 0 == device.room()


def test_the_fault_of_a_connection_acts_once_at_its_byte():
    device = printer()
    device.set_faults({"rst_after": 10})
    assert Act.NOTHING == device.receive(bytes(6))
    assert Act.RESET == device.receive(bytes(6))
    assert 10 == device.received
    assert Act.NOTHING == device.receive(bytes(100))


def test_white_paper_is_no_slip():
    device = printer()
    device.receive(b"\x1bd\x05\x1dVB\x00")
    assert 0 == device.paper.count


def test_an_image_wider_than_the_paper_loses_its_right_side_only():
    device = VirtualPrinter(384, lambda: MOMENT)
    device.receive(b"\x1dv0\x00\x48\x00\x01\x00" + b"\xff" * 72 + b"\x1dV\x00")
    assert (384, 1) == device.paper.slips()[0].image.size


def process_id(name: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + name


def test_a_process_id_is_said_after_everything_before_it_was_executed():
    device = printer()
    device.set_faults({"paper_out": True})
    device.receive(JOB + process_id(b"wQ33"))
    assert b"" == device.answers()
    device.set_faults({"paper_out": False})
    assert b"\x00\x37\x22wQ33\x00" == device.answers()


def test_a_macro_is_executed_while_it_is_defined_kept_through_initialising_and_lost_in_a_restart():
    run = b"\x1d^\x01\x00\x00"
    device = printer()
    device.receive(b"\x1d:\x1dr\x01\x1d:")
    assert b"\x00" == device.answers()
    device.receive(b"\x1b@" + run * 2)
    assert b"\x00\x00" == device.answers()
    device.set_faults({"restart_after": 0})
    device.receive(run)
    assert b"" == device.answers()


def test_running_a_macro_inside_its_definition_clears_it():
    device = printer()
    device.receive(b"\x1d:\x1dr\x01\x1d^\x01\x00\x00\x1d^\x01\x00\x00")
    assert b"\x00" == device.answers()


def test_a_restart_keeps_the_paper_and_forgets_the_open_image():
    device = printer()
    device.set_faults({"restart_after": 80, "swallow_bytes": 72})
    device.receive(b"\x1dv0\x00\x48\x00\x03\x00" + b"\xff" * 216)
    device.receive(b"\x1b@\x1dr\x01")
    assert b"\x00" == device.answers()
    assert device.paper.begun()


def test_bytes_are_swallowed_where_the_switch_says_however_they_arrive():
    for pieces in (1, 2, 5, 40):
        device = printer()
        device.set_faults({"swallow_after": 3, "swallow_bytes": 4})
        data = b"AAAxxxxBBB\n"
        for at in range(0, len(data), pieces):
            device.receive(data[at : at + pieces])
        device.receive(b"\x1dV\x00")
        assert ("AAABBB",) == device.paper.slips()[0].texts


def test_page_mode_prints_only_when_it_is_told_to():
    device = printer()
    device.receive(b"\x1bL" + TEXT + b"\n\x1b@\x1dV\x00")
    assert 0 == device.paper.count
    device.receive(b"\x1bL" + TEXT + b"\n\x0c\x1dV\x00")
    assert 1 == device.paper.count
