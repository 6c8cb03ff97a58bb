import pytest

from hardware.errors import CannotOpen, NotAvailable
from hardware.voice import open_voice
from hardware.voice.play.players import local_player
from server.protocol.terms import AnnouncementOutcome


@pytest.mark.parametrize(
    "url", ["sapi:", "auto:?volume=3", "auto:?engine=festival", "tone:?fault=hang", "tone:?slack=much", "tone://host/"]
)
def test_a_voice_that_does_not_exist_is_refused_by_name(url):
    with pytest.raises(NotAvailable):
        open_voice(url)


def test_an_unknown_fault_switch_is_refused(tmp_path):
    with pytest.raises(NotAvailable):
        open_voice(f"file://{tmp_path}?engine=tone&fault=smoke")


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(CannotOpen):
        open_voice(f"file://{tmp_path}/taken?engine=tone")


def test_a_hall_without_a_voice_shows_only():
    voice = open_voice("none")
    outcome = voice.speak("请 A 零 一 二 号", "zh")
    voice.close()

    assert AnnouncementOutcome.SHOWN_ONLY == outcome.outcome
    assert "" == outcome.engine


def test_a_voice_says_what_speaks_each_language():
    voice = open_voice("pyttsx3")
    languages = voice.languages()
    voice.close()

    assert {"zh": "pyttsx3 system", "yue": "pyttsx3 system", "en": "pyttsx3 system"} == languages


def test_a_neural_voice_whose_parts_are_missing_says_that_nothing_speaks(caplog):
    voice = open_voice("neural:?voice_zh=zf_nobody")
    languages = voice.languages()
    voice.close()

    assert {"zh": "", "yue": "", "en": ""} == languages
    assert "the voice zf_nobody" in caplog.text


def test_a_machine_without_players_has_none():
    assert None is local_player(find=lambda program: None, system="linux")


def test_players_are_tried_in_the_order_of_how_well_they_tell_failure():
    player = local_player(find=lambda program: f"/usr/bin/{program}", system="linux")

    assert player is not None
    assert "pw-play" == player.name
