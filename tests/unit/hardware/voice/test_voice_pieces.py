"""A sentence that was not foreseen is spoken in two pieces: nobody waits for the second to hear the first."""

import threading
from types import SimpleNamespace

import pytest

from hardware.errors import FailedInUse, NotAvailable
from hardware.voice.audio import sound
from hardware.voice.audio.cache import Cache
from hardware.voice.audio.chime import chime
from hardware.voice.engines.base import SYSTEM_VOICES, ChildEngine, Choice
from hardware.voice.engines.phrases import halves
from hardware.voice.engines.pyttsx3 import system_voice
from hardware.voice.process.engine_process import _answer
from hardware.voice.render.fallback import FallbackChain
from hardware.voice.voice import Voice
from server.protocol.terms import AnnouncementOutcome

HEAD, REST = "请 A 零 一 二 号", "到 三诊室 就诊"
CALL = f"{HEAD} {REST}"


@pytest.mark.parametrize(
    ("language", "sentence", "spoken"),
    [
        ("zh", CALL, [HEAD, REST]),
        ("zh", "请 A 零 一 二 号 张女士 到 三诊室 就诊", [HEAD, "张女士, 到 三诊室 就诊"]),
        ("zh", "再次呼叫:A 零 一 二 号,请尽快到 三诊室", ["再次呼叫:A 零 一 二 号", "请尽快到 三诊室"]),
        ("en", "Number A zero one two, please go to Room three", ["Number A zero one two", "please go to Room three"]),
        ("en", "Second call: number A zero one two, please go", ["Second call: number A zero one two", "please go"]),
        ("zh", "请稍候", ["请稍候"]),
        ("zh", "", [""]),
    ],
)
def test_the_first_half_of_a_sentence_holds_its_number(language, sentence, spoken):
    assert spoken == halves(sentence, language)


class Hall:
    """An engine and a player that note what happened, in order; the engine may wait for the player, or fail."""

    def __init__(self, name="neural", waits_for=None, fails=()):
        self.name, self.waits_for, self.fails = name, waits_for, fails
        self.happened, self.spoken, self.live, self.factor = [], threading.Event(), True, 0.6

    def choice(self, language):
        return Choice("zf", 1.0)

    def render(self, text, language):
        if text in self.fails:
            raise FailedInUse(self.name, "died")
        if text == self.waits_for:
            assert self.spoken.wait(30)
        self.happened.append(f"rendered {text}")
        return chime()

    def play(self, played):
        self.happened.append("played")
        if self.happened.count("played") > 1:  # the first is the chime
            self.spoken.set()

    def warm(self):
        pass

    def close(self):
        pass


def opened(hall, folder):
    return Voice(FallbackChain([hall], Cache(folder)), hall)


def test_the_number_is_spoken_while_the_rest_is_still_to_be_rendered(tmp_path):
    hall = Hall(waits_for=REST)
    voice = opened(hall, tmp_path)
    outcome = voice.speak(CALL, "zh")
    voice.close()

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert {"played", f"rendered {HEAD}"} == set(hall.happened[:2])  # the chime
    assert ["played", f"rendered {REST}", "played"] == hall.happened[2:5]


def test_what_is_heard_later_is_rendered_meanwhile_and_whole(tmp_path):
    hall, other = Hall(), "Number A zero one two, please go to Room three"
    voice = opened(hall, tmp_path)
    voice.announce([(CALL, "zh"), (CALL, "zh"), (other, "en")])
    voice.close()

    rendered = [f"rendered {HEAD}", f"rendered {REST}", f"rendered {other}"]
    assert rendered == [one for one in hall.happened if one != "played"]


def test_a_sentence_that_was_rendered_ahead_is_spoken_whole(tmp_path):
    hall = Hall()
    voice = opened(hall, tmp_path)
    voice._chain.render(CALL, "zh")
    voice.speak(CALL, "zh")
    voice.close()

    assert [f"rendered {CALL}"] == [one for one in hall.happened if one != "played"]


def test_an_engine_that_starts_anew_for_each_sentence_gets_it_whole(tmp_path):
    hall = Hall(name="pyttsx3")
    voice = opened(hall, tmp_path)
    voice.speak(CALL, "zh")
    voice.close()

    assert [f"rendered {CALL}"] == [one for one in hall.happened if one != "played"]


def test_an_engine_that_is_slower_than_speech_gets_it_whole_for_the_rest_would_come_after_a_silence(tmp_path):
    hall = Hall()
    hall.factor = 1.5
    voice = opened(hall, tmp_path)
    voice.speak(CALL, "zh")
    voice.close()

    assert [f"rendered {CALL}"] == [one for one in hall.happened if one != "played"]


def test_a_call_that_breaks_off_has_failed_although_its_number_was_heard(tmp_path):
    hall = Hall(fails=(REST,))
    voice = opened(hall, tmp_path)
    outcome = voice.speak(CALL, "zh")
    voice.close()

    assert AnnouncementOutcome.FAILED == outcome.outcome
    assert "died" in outcome.reason
    assert "neural" == outcome.engine
    assert 2 == hall.happened.count("played")


def test_a_browser_has_the_chime_before_anything_is_rendered_and_the_number_before_the_rest(tmp_path):
    hall = Hall(waits_for=REST)
    voice = opened(hall, tmp_path)
    files = voice.files([(CALL, "zh")] * 2)

    assert chime() == sound.read(next(files))
    assert [] == hall.happened

    assert chime() == sound.read(next(files))
    assert [f"rendered {HEAD}"] == hall.happened

    hall.spoken.set()
    rest = [sound.read(path) for path in files]
    voice.close()

    assert 3 * chime().seconds < sum(one.seconds for one in rest)


class Zh(Hall):
    """A hall whose engine speaks no Cantonese."""

    def choice(self, language):
        return super().choice(language) if language == "zh" else None


def test_a_language_that_nobody_speaks_is_left_out_and_the_others_are_heard(tmp_path):
    hall = Zh()
    voice = opened(hall, tmp_path)
    outcome = voice.announce([("請 A 零一二 號", "yue"), (CALL, "zh")] * 2)
    voice.close()

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert [f"rendered {HEAD}", f"rendered {REST}"] == [one for one in hall.happened if one != "played"]


def test_when_nobody_speaks_any_of_the_languages_there_is_the_chime(tmp_path):
    hall = Zh()
    voice = opened(hall, tmp_path)
    outcome = voice.speak("請 A 零一二 號", "yue")
    voice.close()

    assert (AnnouncementOutcome.SHOWN_ONLY, "chime") == (outcome.outcome, outcome.engine)
    assert ["played"] == hall.happened


class Answers:
    """A child process that says what it is told to."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def ask(self, request, deadline):
        self.asked += 1
        return self.answer


def test_a_system_without_a_voice_for_a_language_is_asked_once(tmp_path):
    worker = Answers({"unspoken": "no voice for yue on this system"})
    engine = ChildEngine("pyttsx3", worker, SYSTEM_VOICES, tmp_path)
    chain = FallbackChain([engine], Cache(tmp_path))
    for _ in range(3):
        with pytest.raises(NotAvailable):
            chain.render("請", "yue")

    assert 1 == worker.asked
    assert {"zh": "pyttsx3 system", "yue": "", "en": "pyttsx3 system"} == chain.languages()


def test_a_child_tells_a_voice_that_is_missing_from_an_engine_that_fails(tmp_path):
    def render(text, language, voice, speed, path):
        system_voice(Systems(), language)

    request = {"text": "請", "language": "yue", "voice": "system", "speed": 1.0, "path": str(tmp_path / "said.wav")}

    assert {"unspoken": "no voice for yue on this system"} == _answer(render, request, None)


class Systems:
    """A system with one voice, an English one."""

    def getProperty(self, name):  # pyttsx3's name
        return [SimpleNamespace(id="gmw/en-US", name="English (America)")]
