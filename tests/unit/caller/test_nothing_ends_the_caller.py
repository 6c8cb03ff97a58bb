"""Nothing ends the caller: an outcome that cannot be told, a voice or a screen that fails; the next call is spoken."""

import threading

import httpx
import pytest

from caller.agent import Reporter
from caller.cli import identity
from caller.speech.announcer import Announcer
from caller.speech.prefetch import Prefetcher
from server.protocol.client import HallClient
from server.protocol.terms import AnnouncementOutcome
from tests.unit.caller.speech.test_announcer import a_summons


class Voice:
    name = "test"

    def __init__(self):
        self.said, self.second = [], threading.Event()

    def prepare(self, _utterance):
        """Nothing."""

    def speak(self, utterances):
        self.said.append(utterances[0].text)
        if len(self.said) == 2:
            self.second.set()
        return AnnouncementOutcome.SPOKEN

    def close(self):
        """Nothing."""


@pytest.mark.parametrize("what", ["wanted", "settled"])
def test_a_screen_that_fails_leaves_the_loudspeaker_alone(what):
    """O1: siblings: one exception of whoever hears of outcomes, and the hall was silent until somebody noticed."""

    def broken(*_):
        raise BrokenPipeError("a fault of ours")

    voice = Voice()
    hears = {"wanted": lambda _: True, "settled": lambda *_: None} | {what: broken}
    announcer = Announcer(voice, **hears, languages=lambda: ["zh"], clock=lambda: 0.0).start()
    announcer.offer(a_summons("a1", "t1", texts={"zh": "一"}))
    announcer.offer(a_summons("a2", "t2", texts={"zh": "二"}))
    assert voice.second.wait(30)
    announcer.stop()
    assert ["一", "二"] == voice.said


class Deaf:
    """A client whose first words fail."""

    def __init__(self):
        self.told, self.heard = [], threading.Event()

    def patient(self, _budget):
        return self

    def announcement_outcome(self, announcement, _outcome):
        self.told.append(announcement)
        if len(self.told) == 1:
            raise TypeError("a fault of ours")
        self.heard.set()


def test_an_outcome_that_cannot_be_told_holds_up_no_other():
    client = Deaf()
    reporter = Reporter(client)
    reporter.start()
    reporter.report("a1", AnnouncementOutcome.SPOKEN)
    reporter.report("a2", AnnouncementOutcome.SPOKEN)
    assert client.heard.wait(30)
    reporter.stop()
    assert ["a1", "a2"] == client.told


def test_looking_ahead_goes_on_after_a_fault():
    asked = threading.Event()
    rounds = []

    def ask():
        rounds.append(1)
        if len(rounds) == 1:
            prefetcher.nudge()
            raise ValueError("a fault of ours")
        asked.set()
        return []

    prefetcher = Prefetcher(ask, lambda _: None, quiet=0.001)
    prefetcher.start()
    prefetcher.nudge()
    assert asked.wait(30)
    prefetcher.stop()


class Impatient(threading.Event):
    """An end that is never waited for."""

    def wait(self, _seconds=None):
        return self.is_set()


def test_a_network_that_refuses_in_place_of_the_hall_ends_no_caller():
    """B5: siblings: a proxy's 403 counted as a refused token, and the program ended."""
    device = {"id": "d1", "role": "caller", "hall": "H1", "name": "墙"}
    answers = iter([httpx.Response(403, text="<html>"), httpx.Response(302), httpx.Response(200, json=device)])
    with HallClient("http://hall", http_transport=httpx.MockTransport(lambda _request: next(answers))) as client:
        assert "H1" == identity(client, Impatient()).hall


def test_a_token_that_the_hall_refuses_ends_the_caller():
    refusal = httpx.Response(401, json={"code": "unauthenticated"})
    with HallClient("http://hall", http_transport=httpx.MockTransport(lambda _request: refusal)) as client:
        assert identity(client, Impatient()) is None
