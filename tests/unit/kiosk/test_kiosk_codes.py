"""What of a scan is a code, whatever its width, ending and noise."""

import pytest

from kiosk.machine.codes import clean_code, code_of


@pytest.mark.parametrize(
    ("text", "code"),
    [(" C1 ", "C1"), ("C\x1b[2J1\r\n", "C[2J1"), ("\x00\x07", ""), ("x" * 513, ""), ("javascript:alert(1)",) * 2],
)
def test_a_code_loses_what_is_no_text(text, code):
    assert code == clean_code(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("００１２３４５６７８", "0012345678"),
        ("１１０１０１１９９００３０７７５Ⅹ", "1101011990030775X"),
        ("ｐ１００１", "P1001".lower()),
        ("P1001\u200b", "P1001"),
        ("\x02P1001\x03", "P1001"),
    ],
)
def test_the_same_code_in_other_letters_is_the_same_code(text, code):
    """R10: full-width digits and the Roman ten of an input method are not another number."""
    assert code == code_of(text)


@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t", "\n\n", "\x1d", " "])
def test_a_code_is_the_same_whatever_ends_it(end):
    """R9: a reader may be set to any ending."""
    assert "0012345678" == code_of("0012345678" + end)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "1", "123", "\n\n", "a1234\nb1234", "BEGIN:VCARD\r\nEND:VCARD", "x" * 513, "NR"],
)
def test_what_cannot_be_a_code_is_none(text):
    """R11: several lines, too long, too short, and the word of a reader that saw nothing."""
    assert code_of(text) is None
