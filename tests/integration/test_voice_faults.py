"""An engine or a player hangs, dies, lies or is missing: over in bounded time, said in the outcome, and the next call
speaks (docs/faults.md, row 52). Engines and players here are real child processes."""

import os
import signal
import stat
import threading

import pytest

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, TimedOut
from hardware.voice import open_voice
from hardware.voice.audio import sound
from hardware.voice.play.players import LocalPlayer
from hardware.voice.process.worker import Worker
from server.protocol.terms import AnnouncementOutcome
from tests.support.hall import until

CALL = "请 A 零 一 二 号 到 内科三诊室 就诊"
NEXT = "请 A 零 一 三 号 到 内科三诊室 就诊"
BOUND = 60.0


def loaded(voice):
    """Wait until the engine says that it is ready: a call waits seconds for that, a busy machine may take more."""
    worker = voice._chain._engines[0].worker
    until(lambda: worker._ready or (worker.process_id and not worker._answers.empty()), within=BOUND)


@pytest.fixture
def hall(tmp_path):
    voice = open_voice(f"file://{tmp_path}?engine=tone")
    loaded(voice)
    voice.speak("请 稍候", "zh", repeat=1)
    yield voice
    voice.close()


@pytest.fixture
def asked(hall, monkeypatch):
    """The texts the engine is asked for from now on."""
    worker, texts = hall._chain._engines[0].worker, []
    ask = worker.ask
    monkeypatch.setattr(
        worker, "ask", lambda request, deadline: (texts.append(request["text"]), ask(request, deadline))[1]
    )
    return texts


def switch(folder, fault):
    (folder / "fault").write_text(fault)


def spoken_files(folder):
    return sorted(path.name for path in folder.glob("0*.wav"))


@pytest.mark.parametrize(
    ("fault", "word"), [("hang 1", "no answer in time"), ("die 1", "died"), ("silence 1", "silence")]
)
def test_an_engine_that_fails_is_said_and_the_next_call_speaks(hall, tmp_path, fault, word):
    switch(tmp_path, fault)
    failed = hall.speak(CALL, "zh")  # an engine that hangs does so for ever
    loaded(hall)
    spoken = hall.speak(NEXT, "zh")

    assert AnnouncementOutcome.FAILED == failed.outcome
    assert word in failed.reason
    assert "chime" == failed.engine
    assert AnnouncementOutcome.SPOKEN == spoken.outcome
    assert sound.is_audible(sound.read(spoken.wav))


def test_an_engine_that_fails_leaves_the_chime_to_call_eyes_to_the_screen(hall, tmp_path):
    before = len(spoken_files(tmp_path))
    switch(tmp_path, "die 1")
    hall.speak(CALL, "zh")
    files = spoken_files(tmp_path)

    assert before + 1 == len(files)
    assert pytest.approx(0.9, abs=0.01) == sound.read(tmp_path / files[-1]).seconds


def test_an_engine_that_is_stopped_by_the_system_is_killed_and_replaced(hall):
    worker = hall._chain._engines[0].worker
    stopped = worker.process_id
    os.kill(stopped, signal.SIGSTOP)
    failed = hall.speak(CALL, "zh")
    loaded(hall)
    spoken = hall.speak(NEXT, "zh")

    assert AnnouncementOutcome.FAILED == failed.outcome
    assert AnnouncementOutcome.SPOKEN == spoken.outcome
    assert stopped != worker.process_id


def test_a_sentence_rendered_before_is_spoken_without_asking_the_engine_which_is_broken(hall, tmp_path, asked):
    hall.speak(CALL, "zh")
    switch(tmp_path, "hang")
    asked.clear()
    again = hall.speak(CALL, "zh")

    assert AnnouncementOutcome.SPOKEN == again.outcome
    assert [] == asked


def test_an_engine_that_keeps_failing_is_left_alone_and_costs_no_more_time(hall, tmp_path, asked):
    switch(tmp_path, "hang")
    for number in "四五":
        loaded(hall)
        hall.speak(f"请 A 零 一 {number} 号", "zh")
    assert asked
    asked.clear()
    resting = hall.speak("请 A 零 一 六 号", "zh")

    assert AnnouncementOutcome.SPOKEN != resting.outcome
    assert [] == asked


def test_a_broken_first_engine_gives_way_to_the_next(tmp_path):
    voice = open_voice(f"file://{tmp_path}?engine=neural,clips,tone&voice_zh=zf_nobody&slack=8")
    outcome = voice.speak(CALL, "zh")
    voice.close()

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert "tone" == outcome.engine


def test_a_hanging_engine_delays_nothing_that_is_shown(hall, monkeypatch):
    """Preparing returns at once even while the engine hangs: the thread that draws the screen never waits."""
    let_go, in_time = threading.Event(), []

    def hang(request, deadline):
        in_time.append(let_go.wait(BOUND))
        raise TimedOut("tone", "no answer in time")

    monkeypatch.setattr(hall._chain._engines[0].worker, "ask", hang)
    for number in "一二三四五六七八九":
        hall.prepare(f"请 A 零 {number} 号", "zh")
    let_go.set()

    assert until(lambda: in_time)[0], "prepared before the engine came back"


def test_sentences_and_their_phrases_are_rendered_ahead_while_nobody_calls(hall, tmp_path):
    hall.prefetch([(CALL, "zh"), (NEXT, "zh")])
    wanted = (CALL, NEXT, "请 A 零 一 二 号", "请 A 零 一 三 号", "到 内科三诊室 就诊")
    until(lambda: all(hall._chain.has(text, "zh") for text in wanted), within=BOUND)
    switch(tmp_path, "hang")
    outcome = hall.speak(CALL, "zh")

    assert AnnouncementOutcome.SPOKEN == outcome.outcome


def test_two_calls_at_once_are_spoken_one_after_the_other(hall, tmp_path):
    before = len(spoken_files(tmp_path))
    outcomes = []
    threads = [
        threading.Thread(target=lambda text=text: outcomes.append(hall.speak(text, "zh"))) for text in (CALL, NEXT)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)

    assert [AnnouncementOutcome.SPOKEN] * 2 == [outcome.outcome for outcome in outcomes]
    assert before + 2 == len(spoken_files(tmp_path))


def test_without_a_player_the_announcement_is_shown_only_and_kept_for_the_browser(tmp_path):
    voice = open_voice(f"tone:?player=none&cache={tmp_path}&slack=8")
    outcome = voice.speak(CALL, "zh")
    kept = sound.read(outcome.wav)
    voice.close()

    assert AnnouncementOutcome.SHOWN_ONLY == outcome.outcome
    assert "tone" == outcome.engine
    assert kept.seconds > 0.9 + 2 * 0.11 * 10
    assert sound.is_audible(kept)


def player(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# A player as it should be: takes as long as the sound (16-bit mono at 24 kHz).
HONEST = 'sleep $(( $(stat -c %s "$1") / 48000 )).5'


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("echo 'no sound card' >&2; exit 1", "no sound card"),
        ("exit 0", "too soon"),
        ("kill -9 $$", "ended with -9"),
    ],
)
def test_a_player_that_did_not_play_means_failed(tmp_path, script, word):
    voice = open_voice(f"tone:?player={player(tmp_path, 'aplay', script)}&cache={tmp_path}/cache&slack=8")
    outcome = voice.speak(CALL, "zh", repeat=1)
    voice.close()

    assert AnnouncementOutcome.FAILED == outcome.outcome
    assert word in outcome.reason
    assert outcome.wav is not None


def test_a_player_that_hangs_is_killed():
    with pytest.raises(TimedOut):
        LocalPlayer([["sh", "-c", "exec sleep 60"]]).play(sound.silence(24_000, 0.1))


def test_a_player_that_is_not_there_is_not_available():
    with pytest.raises(NotAvailable):
        LocalPlayer([["no-such-player"]]).play(sound.silence(24_000, 0.1))


def test_the_next_player_is_tried_when_one_fails_and_is_remembered(tmp_path):
    broken, honest = player(tmp_path, "broken", "exit 1"), player(tmp_path, "honest", HONEST)
    players = LocalPlayer([[str(broken)], [str(honest)]])
    players.play(sound.silence(24_000, 0.2))

    assert "honest" == players.name


def test_an_announcement_played_here_says_how_long_it_took_to_be_heard(tmp_path):
    voice = open_voice(f"tone:?player={player(tmp_path, 'aplay', HONEST)}&cache={tmp_path}/cache&slack=8")
    outcome = voice.speak(CALL, "zh", repeat=1)
    voice.close()

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert 0.0 == outcome.chime_after
    assert outcome.voice_after >= 0.5


def test_a_program_that_is_no_engine_cannot_be_opened():
    worker = Worker("broken", ["true"])
    with pytest.raises((CannotOpen, FailedInUse)):
        worker.ask({}, BOUND)
    worker.close()


def test_a_worker_that_cannot_be_started_says_so():
    with pytest.raises(CannotOpen):
        Worker("broken", ["/no/such/program"]).ask({}, BOUND)


def test_an_engine_that_only_loads_slowly_is_not_killed_for_it():
    worker = Worker("slow", ["sh", "-c", "exec sleep 60"])
    with pytest.raises(NotAvailable):
        worker.ask({}, 0.2)
    alive = worker.process_id
    worker.close()

    assert alive is not None


def test_closing_ends_every_child(tmp_path):
    voice = open_voice(f"file://{tmp_path}?engine=tone")
    voice.speak(CALL, "zh", repeat=1)
    child = voice._chain._engines[0].worker.process_id
    voice.close()
    voice.close()

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
