"""Red flags and the fever pre-screen at check-in."""

import pytest

from server.domain.errors import HallError
from server.domain.triage import FLAGS, Screened, has_fever, patient_text, screen
from server.protocol.terms import ErrorCode, FeverSign, RedFlag
from server.protocol.texts import Texts
from tests.support.catalogues import messages


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


def test_every_flag_and_answer_has_its_text():
    assert [] == [flag for flag in FLAGS if {"zh", "en"} != set(Texts("triage").names(f"flag.{flag}"))]
    assert "Fever (37.3 °C or more)" == FLAGS["fever"].message.text("en")
    assert all({"zh", "yue", "en"} == set(patient_text(found).names()) for found in Screened)
    assert "Please wait here and do not leave" == patient_text(Screened.RED_FLAG).text("en")


def test_a_kiosk_asks_in_its_own_words_for_what_the_rules_list():
    asked = {f"flag.{flag}" for flag in RedFlag} | {f"sign.{sign}" for sign in FeverSign}

    assert set(FLAGS) == {*RedFlag, *FeverSign, "red_flag"}
    assert asked == {key for key in messages("kiosk", "zh") if key.startswith(("flag.", "sign."))}


@pytest.mark.parametrize(("celsius", "fever"), [(37.2, False), (37.3, True), (38.0, True)])
def test_fever_begins_at_37_3_unless_the_hospital_says_otherwise(celsius, fever):
    assert fever == has_fever(celsius)
    assert not has_fever(celsius, threshold=38.1)
