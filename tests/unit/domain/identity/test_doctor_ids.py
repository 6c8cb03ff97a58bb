"""What may stand for a doctor in the events of a room."""

import pytest

from server.domain.identity.doctor_ids import is_plain


@pytest.mark.parametrize("id", ["D1", "101", "0000123456", "zhang.san@ward-3", "DOC_7", "7", "a" * 64])
def test_a_short_code_is_a_doctor_of_tomorrow(id):
    """C1"""
    assert is_plain(id)


@pytest.mark.parametrize(
    "id",
    ["张三 13800001111 乙肝", "张医生", "two words", "13800001111", "x110101199001011234", "a" * 65, "", "-D1", "D1\n",
     "１２３", "D\u202e1", "<b>", "D1;D2"],
)  # fmt: skip
def test_words_and_numbers_of_persons_are_no_code(id):
    """C1: `open` took any text as doctor, and every screen's event carried it."""
    assert not is_plain(id)
