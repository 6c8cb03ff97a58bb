"""Looking ahead: one question for a burst of facts, only what our loudspeaker would say, nothing held up by it."""

import threading

import pytest

from caller.speech.prefetch import Prefetcher, utterances
from hardware.ports import Utterance
from server.protocol.answers import LikelyCall, LikelyCalls
from server.protocol.client import HallUnreachable


def a_call(number, zone="H1", **texts):
    texts = texts or {"zh": f"请 {number}"}
    return LikelyCall(ticket=f"t-{number}", number=number, station="R1", zone=zone, texts=texts)


def likely(*calls):
    return LikelyCalls(seq=1, calls=list(calls))


def test_the_soonest_call_comes_first_in_the_halls_languages():
    known = likely(a_call("A001", zh="请", yue="請", en="go"), a_call("A002", zh="请二", en="two"))

    said = [(one.text, one.language) for one in utterances(known, ["en", "zh"], None)]

    assert [("go", "en"), ("请", "zh"), ("two", "en"), ("请二", "zh")] == said


def test_what_another_loudspeaker_would_say_is_not_rendered_here():
    known = likely(a_call("A001", zone="east"), a_call("A002", zone="west"))

    assert [Utterance("请 A002", "zh")] == utterances(known, ["zh"], "west")


class Server:
    """Answers with what it is told to, or with a failure; counts the questions."""

    def __init__(self, *answers):
        self.answers, self.asked, self.prefetched = list(answers), 0, []
        self._changed = threading.Condition()

    def ask(self):
        with self._changed:
            self.asked += 1
            self._changed.notify_all()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def prefetch(self, wanted):
        with self._changed:
            self.prefetched.append(list(wanted))
            self._changed.notify_all()

    def wait_for(self, seen):
        with self._changed:
            assert self._changed.wait_for(seen, timeout=30)


@pytest.fixture
def looking():
    begun = []

    def begin(server, nudges=0):
        begun.append(Prefetcher(server.ask, server.prefetch, quiet=0.2))
        for _ in range(nudges):
            begun[0].nudge()
        begun[0].start()
        return begun[0]

    yield begin
    for one in begun:
        one.stop()


ONE, TWO = [Utterance("一", "zh")], [Utterance("二", "zh")]


def test_a_burst_of_facts_is_one_question(looking):
    server = Server(ONE)
    looking(server, nudges=50)
    server.wait_for(lambda: server.prefetched)

    assert (1, [ONE]) == (server.asked, server.prefetched)


def test_the_same_answer_is_not_rendered_anew_and_another_one_is(looking):
    server = Server(ONE, ONE, TWO)
    prefetcher = looking(server)
    for times in (1, 2, 3):
        prefetcher.nudge()
        server.wait_for(lambda times=times: server.asked == times)
    server.wait_for(lambda: len(server.prefetched) == 2)

    assert [ONE, TWO] == server.prefetched


def test_a_server_that_does_not_answer_is_asked_again_at_the_next_fact(looking):
    server = Server(HallUnreachable(None, OSError("gone")), ONE)
    prefetcher = looking(server)
    prefetcher.nudge()
    server.wait_for(lambda: server.asked == 1)
    prefetcher.nudge()
    server.wait_for(lambda: server.prefetched)

    assert [ONE] == server.prefetched


def test_nothing_is_asked_while_nothing_happens_and_stopping_is_prompt():
    server = Server(ONE)
    prefetcher = Prefetcher(server.ask, server.prefetch, quiet=60.0)
    prefetcher.start()
    prefetcher.nudge()
    prefetcher.stop()

    assert 0 == server.asked
