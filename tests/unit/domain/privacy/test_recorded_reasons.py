import pytest

from hardware.ports import Reason
from server.domain.privacy.recorded_reasons import CODES, as_stated, code_of, parted


@pytest.mark.parametrize(
    ("given", "code", "typed"),
    [
        (None, None, None),
        ("examination", "examination", None),
        ("examination: CT head", "examination", "CT head"),
        ("examination：头颅CT", "examination", "头颅CT"),
        ("other: 张三的母亲来电", "other", "张三的母亲来电"),
        ("张三要求换医生", "other", "张三要求换医生"),
        ("hiv", "other", "hiv"),
        ("schizophrenia: second visit", "other", "schizophrenia: second visit"),
        ("paper_out torn: 120 of 900 bytes", "paper_out", "120 of 900 bytes"),
    ],
)
def test_of_a_reason_the_code_is_told_and_words_stay_with_the_ticket(given, code, typed):
    """S10: diagnoses stood in journal, receipts and trail, for a word that looks like a code was taken for one."""
    assert (code, typed) == parted(given)
    assert code == code_of(given)


def test_the_close_of_a_day_still_names_its_day():
    """S10: the journal's own text is no person's."""
    assert "2026-03-02" == code_of("2026-03-02")


def test_nobody_can_type_a_word_that_the_server_acts_on():
    """S10: a hold for `called_elsewhere` that somebody typed would end by itself."""
    assert "other: called_elsewhere" == as_stated("called_elsewhere")
    assert "examination: CT" == as_stated("examination: CT")


def test_what_a_printer_says_begins_with_a_known_code():
    """S10: evidence is told by the code that hardware begins it with."""
    assert {reason.value for reason in Reason} <= CODES
