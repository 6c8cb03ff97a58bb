"""Red flags and the fever pre-screen at check-in."""

import pytest

from server.domain.errors import HallError
from server.domain.triage import FLAGS, PATIENT_TEXT, Screened, has_fever, screen
from server.protocol.terms import ErrorCode


def test_nothing_ticked_leads_nowhere():
    assert screen([]) is None


@pytest.mark.parametrize("flag", [flag.id for flag in FLAGS.values() if flag.leads_to is Screened.RED_FLAG])
def test_each_red_flag_calls_staff(flag):
    assert "red_flag" == screen([flag])


@pytest.mark.parametrize("flag", ["fever", "respiratory", "diarrhoea", "contact"])
def test_fever_cough_and_diarrhoea_lead_to_the_fever_clinic(flag):
    assert "fever" == screen([flag])


def test_a_red_flag_comes_before_fever():
    assert "red_flag" == screen(["fever", "chest_pain"])
    assert "red_flag" == screen(["chest_pain", "fever"])


def test_an_unknown_flag_is_refused_with_the_nearest_known():
    with pytest.raises(HallError, match="did you mean 'chest_pain'") as refused:
        screen(["chest_pian"])
    assert ErrorCode.INVALID == refused.value.code


def test_thoughts_of_self_harm_never_go_on_paper():
    assert ["self_harm"] == [flag.id for flag in FLAGS.values() if not flag.printable]


def test_every_flag_and_answer_has_words_in_both_languages():
    for words in [flag.names for flag in FLAGS.values()] + list(PATIENT_TEXT.values()):
        assert {"zh", "en"} <= {language for language, text in words.items() if text.strip()}


@pytest.mark.parametrize(("celsius", "fever"), [(37.2, False), (37.3, True), (38.0, True)])
def test_fever_begins_at_37_3_unless_the_hospital_says_otherwise(celsius, fever):
    assert fever == has_fever(celsius)
    assert not has_fever(celsius, threshold=38.1)
