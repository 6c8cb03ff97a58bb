"""The announcer: one sentence at a time, twice, in order, none stale, each with its outcome."""

import threading

from caller.speech.announcer import LAG, OLDEST, ROOM, Announcer, Summons, next_turn, queued, sentences
from hardware.ports import Utterance
from server.protocol.terms import AnnouncementOutcome

TEXTS = {"zh": "请 A 零 零 一 号", "en": "Number A zero zero one"}


def a_summons(id="a1", ticket="t1", kind="call", called_at=0.0, texts=None):
    return Summons(id, kind, ticket, texts or TEXTS, called_at)


def test_summons_are_spoken_in_the_order_they_came():
    waiting = queued(queued((), a_summons("a1", "t1")).waiting, a_summons("a2", "t2")).waiting
    turn = next_turn(waiting, 0.0, lambda summons: True)
    assert ("a1", ["a2"], ()) == (turn.spoken.id, [s.id for s in turn.waiting], turn.shown_only)


def test_a_repeated_call_of_one_ticket_takes_the_place_of_the_older():
    waiting = (a_summons("a1", "t1"), a_summons("a2", "t2"))
    turn = queued(waiting, a_summons("a3", "t1", kind="recall"))
    assert ["a3", "a2"] == [s.id for s in turn.waiting]
    assert ["a1"] == [s.id for s in turn.shown_only]


def test_a_full_queue_sheds_its_oldest_to_the_screen():
    waiting = tuple(a_summons(f"a{n}", f"t{n}") for n in range(ROOM))
    turn = queued(waiting, a_summons("late", "t-late"))
    assert (ROOM, ["a0"]) == (len(turn.waiting), [s.id for s in turn.shown_only])


def test_what_is_older_than_a_minute_is_only_shown():
    waiting = (a_summons("old", "t1", called_at=0.0), a_summons("young", "t2", called_at=1.0))
    turn = next_turn(waiting, OLDEST, lambda summons: True)
    assert ("young", ["old"]) == (turn.spoken.id, [s.id for s in turn.shown_only])


def test_what_makes_no_sense_any_more_is_only_shown():
    turn = next_turn((a_summons("gone"), a_summons("here", "t2")), 1.0, lambda summons: summons.id == "here")
    assert ("here", ["gone"]) == (turn.spoken.id, [s.id for s in turn.shown_only])


def test_the_sentence_is_said_in_the_halls_languages_in_their_order():
    assert [Utterance(TEXTS["en"], "en"), Utterance(TEXTS["zh"], "zh")] * 2 == sentences(
        a_summons(), ["en", "zh", "yue"], times=2
    )


def test_a_sentence_in_another_language_is_better_than_silence():
    assert [Utterance("請", "yue")] == sentences(a_summons(texts={"yue": "請"}), ["zh"], times=1)


class Loudspeaker:
    """A speaker into a list; it can be told to wait for a gate, to fail, or to break."""

    name = "list"

    def __init__(self, outcomes=()):
        self.said, self.prepared, self.overlaps, self.closed = [], [], 0, False
        self.gate, self.began = threading.Event(), threading.Event()
        self.gate.set()
        self._outcomes, self._busy = list(outcomes), threading.Lock()

    def prepare(self, utterance):
        self.prepared.append(utterance)

    def speak(self, utterances):
        if not self._busy.acquire(blocking=False):
            self.overlaps += 1
        self.began.set()
        assert self.gate.wait(30)
        self.said.append(list(utterances))
        self._busy.release()
        outcome = self._outcomes.pop(0) if self._outcomes else AnnouncementOutcome.SPOKEN
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def close(self):
        self.closed = True
        self.gate.set()


class Outcomes:
    """Collects outcomes and lets a test wait for a number of them."""

    def __init__(self):
        self.seen, self._more = [], threading.Condition()

    def __call__(self, summons, outcome):
        with self._more:
            self.seen.append((summons.id, outcome))
            self._more.notify_all()

    def wait_for(self, count):
        with self._more:
            assert self._more.wait_for(lambda: len(self.seen) >= count, timeout=30)
        return self.seen


def an_announcer(speaker, outcomes, now=0.0, wanted=lambda summons: True):
    return Announcer(
        speaker, wanted=wanted, settled=outcomes, languages=lambda: ["zh", "en"], clock=lambda: now
    ).start()


def test_a_fresh_call_is_prepared_spoken_twice_and_reported():
    speaker, outcomes = Loudspeaker(), Outcomes()
    announcer = an_announcer(speaker, outcomes)
    announcer.offer(a_summons())
    assert [("a1", AnnouncementOutcome.SPOKEN)] == outcomes.wait_for(1)
    announcer.stop()
    assert [["zh", "en", "zh", "en"]] == [[u.language for u in said] for said in speaker.said]
    assert ["zh", "en"] == [u.language for u in speaker.prepared]
    assert speaker.closed


def test_calls_in_one_second_are_spoken_one_after_another():
    speaker, outcomes = Loudspeaker(), Outcomes()
    speaker.gate.clear()
    announcer = an_announcer(speaker, outcomes)
    for n in range(5):
        announcer.offer(a_summons(f"a{n}", f"t{n}"))
    speaker.gate.set()
    assert [(f"a{n}", AnnouncementOutcome.SPOKEN) for n in range(5)] == outcomes.wait_for(5)
    announcer.stop()
    assert 0 == speaker.overlaps


def test_a_call_that_had_to_wait_is_said_once():
    speaker, outcomes = Loudspeaker(), Outcomes()
    announcer = an_announcer(speaker, outcomes, now=LAG)
    announcer.offer(a_summons(called_at=0.0))
    outcomes.wait_for(1)
    announcer.stop()
    assert [["zh", "en"]] == [[u.language for u in said] for said in speaker.said]


def test_a_call_that_comes_a_minute_late_is_reported_as_shown_only():
    speaker, outcomes = Loudspeaker(), Outcomes()
    announcer = an_announcer(speaker, outcomes, now=OLDEST)
    announcer.offer(a_summons(called_at=0.0))
    assert [("a1", AnnouncementOutcome.SHOWN_ONLY)] == outcomes.wait_for(1)
    announcer.stop()
    assert [] == speaker.said


def test_an_engine_that_fails_or_breaks_is_reported_and_the_next_call_speaks():
    speaker, outcomes = Loudspeaker([AnnouncementOutcome.FAILED, RuntimeError("engine")]), Outcomes()
    announcer = an_announcer(speaker, outcomes)
    for n in range(3):
        announcer.offer(a_summons(f"a{n}", f"t{n}"))
    failed, spoken = AnnouncementOutcome.FAILED, AnnouncementOutcome.SPOKEN
    assert [("a0", failed), ("a1", failed), ("a2", spoken)] == outcomes.wait_for(3)
    announcer.stop()


def test_a_recall_of_somebody_who_came_meanwhile_is_not_spoken():
    speaker, outcomes, came = Loudspeaker(), Outcomes(), set()
    speaker.gate.clear()
    announcer = an_announcer(speaker, outcomes, wanted=lambda summons: summons.ticket not in came)
    announcer.offer(a_summons("a1", "t1"))
    assert speaker.began.wait(30)
    announcer.offer(a_summons("a2", "t2", kind="recall"))
    came.add("t2")
    speaker.gate.set()
    assert [("a1", AnnouncementOutcome.SPOKEN), ("a2", AnnouncementOutcome.SHOWN_ONLY)] == outcomes.wait_for(2)
    announcer.stop()


def test_announcements_that_fail_one_after_the_other_are_counted_until_one_is_heard():
    """U4: two in a row are a loudspeaker nobody hears."""
    failed, spoken, shown = AnnouncementOutcome.FAILED, AnnouncementOutcome.SPOKEN, AnnouncementOutcome.SHOWN_ONLY
    speaker, outcomes = Loudspeaker([failed, shown, failed, spoken]), Outcomes()
    announcer = an_announcer(speaker, outcomes)
    counted = []
    for number in range(1, 5):
        announcer.offer(a_summons(f"a{number}", f"t{number}"))
        outcomes.wait_for(number)
        counted.append(announcer.failures)
    announcer.stop()

    assert [1, 1, 2, 0] == counted
