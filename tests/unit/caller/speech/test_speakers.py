"""Sound in the wall page's browser: offered, waited for, and never waited for in vain."""

import threading
import wave

import pytest

from caller.speech.speakers import BrowserSpeaker, SilentSpeaker, seconds_of
from hardware.errors import FailedInUse, NotAvailable
from hardware.ports import Utterance
from server.protocol.terms import AnnouncementOutcome

CALL = [Utterance("请 A 零 零 一 号", "zh")]


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 4000)
    return path


def a_page(speaker, outcome):
    """A page that plays whatever it is offered and says how it went."""
    speaker.nudge = lambda: threading.Thread(target=speaker.played, args=(speaker.playing()["name"], outcome)).start()
    return speaker.listening()


def test_a_hall_without_a_loudspeaker_shows_only():
    assert AnnouncementOutcome.SHOWN_ONLY is SilentSpeaker().speak(CALL)


def test_where_no_page_listens_the_call_is_shown_only_at_once(clip):
    assert AnnouncementOutcome.SHOWN_ONLY is BrowserSpeaker(lambda utterances: iter([clip])).speak(CALL)


@pytest.mark.parametrize("outcome", [AnnouncementOutcome.SPOKEN, AnnouncementOutcome.FAILED])
def test_the_page_that_plays_says_how_it_went(clip, outcome):
    speaker = BrowserSpeaker(lambda utterances: iter([clip]))
    with a_page(speaker, outcome):
        assert outcome is speaker.speak(CALL)
    assert speaker.playing() is None


def test_a_listening_page_that_says_nothing_has_failed_after_the_sound_and_its_grace(clip):
    speaker = BrowserSpeaker(lambda utterances: iter([clip]), grace=0.05)
    with speaker.listening():
        assert AnnouncementOutcome.FAILED is speaker.speak(CALL)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (FailedInUse("neural", "died"), AnnouncementOutcome.FAILED),
        (NotAvailable("voice", "no engine"), AnnouncementOutcome.SHOWN_ONLY),
    ],
)
def test_the_page_plays_the_chime_also_when_there_are_no_words(clip, error, outcome):
    offered = []

    def render(utterances):
        offered.append("chime")
        yield clip
        raise error

    speaker = BrowserSpeaker(render)
    with a_page(speaker, AnnouncementOutcome.SPOKEN):
        assert outcome is speaker.speak(CALL)
    assert ["chime"] == offered


def test_the_chime_is_offered_before_the_words_are_rendered(clip):
    happened = []

    def render(utterances):
        yield clip
        happened.append("words rendered")
        yield clip

    speaker = BrowserSpeaker(render)
    with a_page(speaker, AnnouncementOutcome.SPOKEN):
        answer = speaker.nudge
        speaker.nudge = lambda: (happened.append("offered"), answer())
        assert AnnouncementOutcome.SPOKEN is speaker.speak(CALL)
    assert ["offered", "words rendered", "offered"] == happened


def test_the_sound_is_kept_under_a_name_that_cannot_be_guessed(clip):
    speaker, names = BrowserSpeaker(lambda utterances: iter([clip]), grace=0.0), set()
    speaker.nudge = lambda: names.add(speaker.playing()["name"])
    with speaker.listening():
        speaker.speak(CALL)
        speaker.speak(CALL)
    assert 2 == len(names)
    assert [clip, clip] == [speaker.clip(name) for name in names]
    assert speaker.clip("00000001") is None


def test_closing_ends_the_wait_and_lets_the_engine_go(clip):
    released = []
    speaker = BrowserSpeaker(lambda utterances: iter([clip]), grace=30.0, release=lambda: released.append(True))
    speaker.nudge = lambda: threading.Thread(target=speaker.close).start()
    with speaker.listening():
        assert AnnouncementOutcome.FAILED is speaker.speak(CALL)
    assert [True] == released


def test_the_length_of_a_sound_file_is_read_from_it(clip, tmp_path):
    assert 0.5 == seconds_of(clip)
    (tmp_path / "noise.wav").write_bytes(b"no sound")
    assert 0.0 == seconds_of(tmp_path / "noise.wav")
