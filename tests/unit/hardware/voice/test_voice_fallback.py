import threading

import pytest

from hardware.errors import FailedInUse, NotAvailable
from hardware.voice.audio.cache import Cache
from hardware.voice.audio.chime import chime
from hardware.voice.engines.base import Choice, ClipEngine
from hardware.voice.render.fallback import REST, FallbackChain
from hardware.voice.render.prefetch import Prefetcher
from tests.support.hall import until

NEURAL = {"zh": Choice("zf", 1.0)}
CALL = "请 A 零 一 二 号 到 三诊室"
PIECES = ["请 A 零 一 二 号", "到 三诊室"]


class Twin:
    """An engine without a process: speaks the chime, or fails as it is told to."""

    def __init__(self, name, languages=("zh",), failures=()):
        self.name, self.languages, self.failures = name, languages, list(failures)
        self.rendered, self.warmed, self.factor = [], 0, 0.6

    def choice(self, language):
        return Choice("zf", 1.0) if language in self.languages else None

    def render(self, text, language):
        if self.failures:
            raise self.failures.pop(0)
        self.rendered.append(text)
        return chime()

    def warm(self):
        self.warmed += 1

    def close(self):
        pass


class Hands:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self):
        return self.now


def broken(times):
    return [FailedInUse("neural", "died")] * times


def test_the_first_engine_that_can_speaks(tmp_path):
    chain = FallbackChain([Twin("neural", failures=broken(1)), Twin("pyttsx3")], Cache(tmp_path))

    assert "pyttsx3" == chain.render(CALL, "zh").engine
    assert "neural" == chain.render("请 稍候", "zh").engine


def test_a_sentence_is_rendered_once(tmp_path):
    engine = Twin("neural")
    chain = FallbackChain([engine], Cache(tmp_path))
    chain.render(CALL, "zh")
    chain.render(CALL, "zh")

    assert [CALL] == engine.rendered


def test_an_engine_that_failed_twice_running_rests_half_a_minute(tmp_path):
    clock, first = Hands(), Twin("neural", failures=broken(2))
    chain = FallbackChain([first, Twin("pyttsx3")], Cache(tmp_path), clock=clock)
    chain.render("一", "zh")
    chain.render("二", "zh")

    assert "pyttsx3" == chain.render("三", "zh").engine
    assert [] == first.rendered

    clock.now += REST + 1

    assert "neural" == chain.render("四", "zh").engine


def test_an_engine_that_failed_loads_again_at_once_and_not_within_the_next_call(tmp_path):
    engine = Twin("neural", failures=broken(1))
    FallbackChain([engine, Twin("pyttsx3")], Cache(tmp_path)).render(CALL, "zh")

    assert 1 == engine.warmed


def test_an_engine_that_still_loads_does_not_rest_for_it(tmp_path):
    loading = [NotAvailable("neural", "still loading", permanent=False)] * 3
    chain = FallbackChain([Twin("neural", failures=loading), Twin("pyttsx3")], Cache(tmp_path))
    for text in "一二三":
        chain.render(text, "zh")

    assert "neural" == chain.render("四", "zh").engine


def test_an_engine_whose_parts_are_missing_is_never_asked_again(tmp_path):
    chain = FallbackChain(
        [Twin("neural", failures=[NotAvailable("neural", "no model")]), Twin("pyttsx3")], Cache(tmp_path)
    )
    chain.render("一", "zh")

    assert "pyttsx3 zf" == chain.languages()["zh"]


def test_a_language_that_nobody_speaks_is_not_available(tmp_path):
    chain = FallbackChain([Twin("neural")], Cache(tmp_path))

    assert "" == chain.languages()["yue"]
    with pytest.raises(NotAvailable):
        chain.render("請", "yue")


def test_when_all_engines_fail_each_is_quoted(tmp_path):
    chain = FallbackChain(
        [Twin("neural", failures=broken(1)), Twin("tone", failures=[FailedInUse("tone", "silence")])], Cache(tmp_path)
    )

    with pytest.raises(FailedInUse, match=r"neural: died; tone: silence"):
        chain.render(CALL, "zh")


def test_kept_phrases_are_joined_into_a_sentence_that_was_never_rendered(tmp_path):
    cache = Cache(tmp_path)
    for phrase in ("请 A 零 一 二 号", "到 三诊室"):
        cache.keep("neural", "zf", 1.0, phrase, chime())
    joined = ClipEngine(cache, "neural", NEURAL).render(CALL, "zh")

    assert 1.0 < joined.seconds < 2.1


def test_a_sentence_with_an_unknown_phrase_is_not_joined(tmp_path):
    with pytest.raises(NotAvailable):
        ClipEngine(Cache(tmp_path), "neural", NEURAL).render(CALL, "zh")


def test_sentences_are_rendered_ahead_before_their_phrases(tmp_path):
    engine = Twin("neural")
    ahead = Prefetcher(FallbackChain([engine], Cache(tmp_path)))
    ahead.instead([(CALL, "zh")])
    until(lambda: len(engine.rendered) == 3)
    ahead.close()

    assert [CALL, *PIECES] == engine.rendered


def test_nothing_is_rendered_ahead_while_a_call_is_on(tmp_path):
    engine = Twin("neural")
    ahead = Prefetcher(FallbackChain([engine], Cache(tmp_path)))
    with ahead:
        ahead.first(CALL, "zh")
        threading.Event().wait(0.1)
        waiting = ahead.waiting
    until(lambda: len(engine.rendered) == 2)
    ahead.close()

    assert 2 == waiting
    assert PIECES == engine.rendered


def test_rendering_ahead_waits_for_an_engine_that_still_loads(tmp_path):
    engine = Twin("neural", failures=[NotAvailable("neural", "still loading", permanent=False)])
    ahead = Prefetcher(FallbackChain([engine], Cache(tmp_path)))
    ahead.first(CALL, "zh")
    until(lambda: len(engine.rendered) == 2)
    ahead.close()

    assert PIECES == engine.rendered


class Slow(Twin):
    """An engine that renders one sentence until it is let go."""

    def __init__(self, slow):
        super().__init__("neural")
        self.slow, self.began, self.let_go = slow, threading.Event(), threading.Event()

    def render(self, text, language):
        if text == self.slow:
            self.began.set()
            assert self.let_go.wait(30)
        return super().render(text, language)


def test_a_call_whose_sentence_is_kept_does_not_wait_for_what_is_rendered_ahead(tmp_path):
    engine = Slow("二")
    chain = FallbackChain([engine], Cache(tmp_path))
    chain.render(CALL, "zh")
    ahead = Prefetcher(chain)
    ahead.instead([("二", "zh")])
    assert engine.began.wait(30)

    assert "neural" == chain.render(CALL, "zh").engine
    assert not engine.let_go.is_set()
    engine.let_go.set()
    ahead.close()


def test_what_is_likely_next_does_not_replace_a_call_that_waits_to_be_spoken(tmp_path):
    engine = Twin("neural")
    ahead = Prefetcher(FallbackChain([engine], Cache(tmp_path)))
    with ahead:
        ahead.instead([("一", "zh")])
        ahead.first(CALL, "zh")
        ahead.instead([("二", "zh")])
    until(lambda: len(engine.rendered) == 3)
    ahead.close()

    assert [*PIECES, "二"] == engine.rendered
