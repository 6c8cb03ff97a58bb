import pytest

from hardware.escpos.device.questions import LETTERS
from hardware.escpos.device.status import PROCESS_ID, listen, status_of
from hardware.ports import Reason
from hardware.virtual.faults import Faults


@pytest.mark.parametrize(
    ("answers", "health"),
    [
        ("12121212", Reason.FINE),
        ("1212121e", Reason.NEAR_END),
        ("1a32127e", Reason.PAPER_OUT),
        ("1a161212", Reason.COVER_OPEN),
        ("1a121212", Reason.OFFLINE),
        ("1a521a12", Reason.CUTTER),
        ("1a523212", Reason.FAULT),
        ("1a525212", Reason.RESTING),
    ],
)
def test_four_status_bytes_mean_one_thing(answers, health):
    status = status_of(list(bytes.fromhex(answers)))
    assert health == status.health()
    assert answers == status.hex
    assert (status.trouble() is None) == (health in {Reason.FINE, Reason.NEAR_END})


@pytest.mark.parametrize(
    ("faults", "answers"),
    [
        (Faults(), "12121212"),
        (Faults(near_end=True), "1212121e"),
        (Faults(paper_out=True), "1a32127e"),
        (Faults(cover_open=True), "1a161212"),
        (Faults(offline=True), "1a121212"),
    ],
)
def test_the_virtual_printer_answers_as_real_ones_do(faults, answers):
    assert answers == bytes(faults.status(number) for number in (1, 2, 3, 4)).hex()


def test_answers_to_real_time_and_ordered_questions_are_told_apart():
    heard = listen(bytes((0x12, 0x00, 0x1E, 0x0C)))
    assert (0x12, 0x1E) == heard.realtime
    assert (0x00, 0x0C) == heard.ordered


def test_flow_control_and_automatic_status_are_dropped():
    heard = listen(bytes((0x13, 0x10, 0x00, 0x00, 0x0F, 0x11, 0x12)))
    assert (0x12,) == heard.realtime
    assert () == heard.ordered


def test_half_an_automatic_status_waits_for_its_rest():
    first = listen(bytes((0x12, 0x10, 0x00)))
    assert b"\x10\x00" == first.rest
    assert (0x16,) == listen(first.rest + bytes((0x00, 0x00, 0x16))).realtime


def test_a_status_needs_four_answers():
    with pytest.raises(ValueError, match="unpack"):
        status_of([0x12, 0x12])


def test_a_process_id_is_heard_whole_and_a_torn_one_is_taken_for_nothing():
    """L9: a part of a name must not look like an answer to another question."""
    said = PROCESS_ID + b"QS19\x00"
    assert ((b"QS19",), (0x12,), ()) == _heard(b"\x12" + said)
    first = listen(said[:4])
    assert said[:4] == first.rest
    assert (b"QS19",) == listen(first.rest + said[4:]).names
    for lost in range(2, 6):
        torn = _heard(said[:lost] + said[lost + 1 :] + b"\x12\x12")
        assert ((), ()) == (torn[0], torn[1][2:]), lost
    assert all(letter & 0x93 not in (0x10, 0x12) and letter & 0x90 for letter in LETTERS)


def _heard(data):
    heard = listen(data)
    return heard.names, heard.realtime, heard.ordered
