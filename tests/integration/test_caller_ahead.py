"""The voice renders ahead: when a call comes, its sentence lies ready, at a real server with a real voice."""

from caller.agent import Agent
from caller.playing import SilentSpeaker
from hardware.voice import open_voice
from hardware.voice.speaker import VoiceSpeaker
from server.protocol.follower import Pace
from tests.support.hall import until

BRISK = Pace(wake=0.5, quiet=1.0, lost=3.0)


def facts(hall, after):
    """What the caller is sent after a number."""
    return hall.client("caller").events("H1", after).events


def test_the_sentence_of_the_next_call_is_rendered_before_it_is_called(hall, tmp_path):
    speaker = VoiceSpeaker(open_voice(f"file://{tmp_path}?engine=tone&speed=0.4"))
    agent = Agent(hall.client("caller"), speaker, pace=BRISK).follow("H1", "H1")
    try:
        until(lambda: agent.follower.position)
        hall.check_in("张小三", "欧阳明")
        likely = until(lambda: hall.client("caller").likely_calls("H1").calls)
        texts = next(call.texts for call in likely if call.station == "R3")
        until(lambda: all(speaker.voice._chain.has(text, language) for language, text in texts.items()), within=30)
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

        assert not agent._foresight._thread.is_alive()
    finally:
        agent.stop()
