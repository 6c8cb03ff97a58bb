"""A caller against a real server: calls are spoken once, aloud, in order; what comes next lies ready."""

import wave

import pytest

from caller.agent import Agent
from caller.speech.speakers import SilentSpeaker
from hardware.voice import open_voice
from hardware.voice.speaker import VoiceSpeaker
from server.protocol.stream.follower import Pace
from tests.support.hall import until

BRISK = Pace(wake=0.5, quiet=1.0, lost=3.0)


@pytest.fixture
def speak(hall, tmp_path):
    """Starts callers with the virtual voice: each announcement becomes a WAV file in `tmp_path`."""
    agents = []

    def begin():
        speaker = VoiceSpeaker(open_voice(f"file://{tmp_path}?engine=tone&speed=0.4&slack=8"))
        agent = Agent(hall.client("caller"), speaker, pace=BRISK).follow("H1", "H1")
        agents.append(agent)
        until(lambda: agent.follower.position)
        return agent

    yield begin
    for agent in agents:
        agent.stop()


def outcomes(hall):
    """The outcomes in the journal, oldest first."""
    events = hall.client("console").events("H1", 0).events
    return [event.reason for event in events if event.kind == "announcement.outcome"]


def loudness(path):
    """The highest of the samples of a 16-bit WAV file."""
    with wave.open(str(path)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        return max(abs(sample) for sample in samples)


def test_calls_in_one_second_are_all_spoken_in_order_and_reported(hall, speak, tmp_path):
    speak()
    hall.check_in("甲", "乙", "丙")
    desk = hall.client("console")
    called = [desk.call_next(f"R{n}").ticket for n in (1, 2, 3)]
    until(lambda: len(outcomes(hall)) == 3, within=90.0, every=0.3)
    assert ["spoken"] * 3 == outcomes(hall)
    recordings = sorted(tmp_path.glob("*.wav"))
    assert 3 == len(recordings)
    assert all(loudness(path) > 1000 for path in recordings)
    for ticket in called:
        desk.start(ticket.id)
        desk.finish(ticket.id)


def test_a_recall_of_somebody_who_is_already_in_the_room_is_not_spoken(hall, speak):
    before = len(outcomes(hall))
    (ticket,) = hall.check_in("丁")
    desk = hall.client("console")
    desk.call_next("R4")
    desk.recall(ticket)
    desk.start(ticket)
    agent = speak()
    snapshot = hall.client("caller").snapshot("H1")
    until(lambda: agent.follower.position.seq >= snapshot.seq)
    desk.finish(ticket)
    until(lambda: agent.follower.position.seq > snapshot.seq)
    assert before == len(outcomes(hall))


def test_a_caller_that_starts_just_after_a_call_speaks_it(hall, speak):
    before = len(outcomes(hall))
    (ticket,) = hall.check_in("戊")
    hall.client("console").call_next("R1")
    speak()
    until(lambda: len(outcomes(hall)) > before, within=90.0, every=0.3)
    assert "spoken" == outcomes(hall)[-1]
    hall.client("console").act(ticket, "cancel", reason="test")


def test_the_server_hears_from_the_device_how_far_it_followed_and_how_it_is(hall, speak):
    speak()

    def seen():
        devices = hall.client("console").snapshot("H1").devices
        return next((d for d in devices if d.role == "caller" and d.online and d.health), None)

    device = until(seen)
    assert (0, "fine") == (device.health["screens"], device.health["voice"])


def facts(hall, after):
    """What the caller is sent after a number."""
    return hall.client("caller").events("H1", after).events


def test_the_sentence_of_the_next_call_is_rendered_before_it_is_called(hall, tmp_path):
    speaker = VoiceSpeaker(open_voice(f"file://{tmp_path}?engine=tone&speed=0.4&slack=8"))
    agent = Agent(hall.client("caller"), speaker, pace=BRISK).follow("H1", "H1")
    try:
        until(lambda: agent.follower.position)
        hall.check_in("张小三", "欧阳明")
        likely = until(lambda: hall.client("caller").likely_calls("H1").calls)
        texts = next(call.texts for call in likely if call.station == "R3")
        until(lambda: all(speaker.voice._chain.has(text, language) for language, text in texts.items()), within=90)
        seq = hall.client("caller").snapshot("H1").seq

        hall.client("console").call_next("R3")

        heard = until(lambda: next((e.announcement for e in facts(hall, seq) if e.announcement), None))
        assert texts == heard.texts
        assert {"zh", "en"} == set(texts)
    finally:
        agent.stop()


def test_a_hall_without_a_loudspeaker_asks_nothing(hall):
    agent = Agent(hall.client("caller"), SilentSpeaker(), pace=BRISK).follow("H1", "H1")
    try:
        until(lambda: agent.follower.position)

        assert not agent._prefetcher._thread.is_alive()
    finally:
        agent.stop()
