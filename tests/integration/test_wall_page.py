"""The wall page in a real browser: readable in every state, quick, quiet about names, and flat in memory."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import wave
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from caller.speech.speakers import BrowserSpeaker
from hardware.ports import Utterance
from server.protocol.messages import Event
from server.protocol.terms import AnnouncementOutcome
from tests.support.browser import a_page, faults
from tests.support.hall import ROOT, free_port, until
from tests.support.wall import STATES, a_hall, a_room, a_ticket, a_wall, normal

pytestmark = pytest.mark.browser

TOO_WIDE = """() => [...document.querySelectorAll('.fit, .call, .numbers, .second, h2, .foot p')]
  .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && !e.classList.contains('two-lines'))
  .map((e) => e.className + ': ' + e.textContent)"""
OUTSIDE = """() => [...document.querySelectorAll('body *')]
  .filter((e) => e.offsetParent && e.textContent.trim() && e.children.length === 0)
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.right > innerWidth + 1 || r.bottom > innerHeight + 1 || r.left < -1)
  .map(([e]) => e.className + ': ' + e.textContent)"""
SIZE = "(selector) => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"


@pytest.fixture
def page(browser):
    with a_page(browser, (1920, 1080), still=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def wall():
    with a_wall() as wall:
        yield wall


def open_wall(page, address, query=""):
    from playwright.sync_api import expect

    page.goto(address + query)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", list(STATES))
def test_every_state_fits_the_screen_and_satisfies_axe(wall, page, state, language):
    wall.show(*STATES[state]())
    open_wall(page, wall.address, f"?lang={language}")
    assert [] == page.evaluate(OUTSIDE)
    if state != "long-names":  # there, an ellipsis is the right end of a text that fits nowhere
        assert [] == page.evaluate(TOO_WIDE)
    assert [] == page.complaints
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")
    assert language == "en" or [] == faults(page)


def test_room_and_number_are_as_high_as_eight_metres_demand(wall, page):
    wall.show(*normal())
    open_wall(page, wall.address)
    assert (137, 137) == (page.evaluate(SIZE, ".room"), page.evaluate(SIZE, ".now"))
    assert 182 == page.evaluate(SIZE, ".banner .call")


SLICED = """() => {
  const banner = document.querySelector('.banner').getBoundingClientRect(), edge = 15;
  return [...document.querySelectorAll('.row p')].filter((e) => e.textContent).map((e) => e.getBoundingClientRect())
    .filter((r) => r.bottom > banner.top && r.top < banner.bottom)
    .filter((r) => r.right > banner.right + edge || r.left < banner.left - edge).length;
}"""


def test_a_banner_hides_whole_rows_and_leaves_none_in_slices(wall, page):
    wall.show(*normal())
    open_wall(page, wall.address)
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")
    top, bottom = page.evaluate(
        "(b => [b.top - 15, b.bottom + 15])(document.querySelector('.banner').getBoundingClientRect())"
    )
    rows = page.evaluate(
        "[...document.querySelectorAll('.row')].map((r) => r.getBoundingClientRect()).map((r) => [r.top, r.bottom])"
    )

    assert 0 == page.evaluate(SLICED)
    assert [False, True, True, True, False] == [top <= above + 6 and below - 6 <= bottom for above, below in rows]


def test_the_second_language_of_a_screen_is_in_another_script(wall, page):
    snapshot, _ = normal()
    wall.show(snapshot.model_copy(update={"languages": ["zh", "yue", "en"]}))
    open_wall(page, wall.address)
    assert "请准备 Next" == page.text_content("#ready-label")
    open_wall(page, wall.address, "?lang=yue")
    assert "請準備 Next" == page.text_content("#ready-label")


def test_a_number_of_five_characters_is_shown_whole(wall, page):
    wall.show(a_hall([a_ticket("A1000", "serving", "R1")], [a_room(1)]))
    open_wall(page, wall.address)
    assert "A1000" == page.text_content(".now")
    assert page.evaluate("document.querySelector('.now').scrollWidth <= document.querySelector('.now').clientWidth")


def test_a_lost_server_dims_the_board_says_since_when_and_a_word_from_it_lifts_that(wall, page):
    snapshot, _ = normal()
    wall.show(snapshot)
    open_wall(page, wall.address)
    assert not page.is_visible("#band")
    wall.pass_time(11)
    page.wait_for_selector("#band", state="visible")
    assert "请听人工叫号" in page.text_content("#lost")
    assert "0.5" == page.evaluate("getComputedStyle(document.querySelector('main')).opacity")
    wall.show(snapshot)
    page.wait_for_selector("#band", state="hidden")


def test_who_asks_for_less_motion_gets_none(wall, browser):
    wall.show(*normal())
    with a_page(browser, (1920, 1080), still=True) as page:
        open_wall(page, wall.address)
        assert "none" == page.evaluate("getComputedStyle(document.querySelector('.banner')).animationName")


def test_memory_and_elements_stay_flat_over_a_thousand_calls(wall, page):
    rooms = [a_room(n) for n in range(1, 9)]
    snapshot = a_hall([], rooms)
    wall.show(snapshot)
    open_wall(page, wall.address)
    devtools = page.context.new_cdp_session(page)

    def weigh():
        devtools.send("HeapProfiler.collectGarbage")
        return (
            devtools.send("Runtime.getHeapUsage")["usedSize"],
            page.evaluate("document.querySelectorAll('*').length"),
        )

    def thousand(start):
        for n in range(start, start + 500):
            room = f"R{n % 8 + 1}"
            called = a_ticket(f"A{n % 1000:03}", "called", room, seq=n, id=f"t{n}")
            done = called.model_copy(update={"state": "done"})
            for seq, kind, ticket in ((2 * n, "ticket.called", called), (2 * n + 1, "ticket.finished", done)):
                event = Event(epoch="e", seq=101 + seq, kind=kind, ticket=ticket)
                wall.agent.hub.take(event)
            if n % 25 == 0:
                page.wait_for_timeout(20)

    thousand(0)
    heap, elements = weigh()
    thousand(500)
    heap_after, elements_after = weigh()
    assert elements == elements_after
    assert heap_after <= heap * 1.10


def half_a_second(folder):
    clip = folder / "call.wav"
    with wave.open(str(clip), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x10\x20" * 4000)
    return clip


@pytest.mark.parametrize(
    ("content", "outcome"), [("tone", AnnouncementOutcome.SPOKEN), ("noise", AnnouncementOutcome.FAILED)]
)
def test_a_wall_page_with_sound_plays_the_call_and_says_how_it_went(page, tmp_path, content, outcome):
    clip = half_a_second(tmp_path)
    if content == "noise":
        clip.write_bytes(b"no sound at all")
    speaker = BrowserSpeaker(lambda utterances: iter([clip]), grace=60.0)
    with a_wall(speaker) as loud:
        speaker.nudge = loud.agent.hub.nudge
        loud.show(*normal())
        open_wall(page, loud.address, "?sound=1")
        until(lambda: speaker._listening)
        assert outcome is speaker.speak([Utterance("请", "zh")])
        page.goto("about:blank")


def test_a_sound_that_came_too_late_leaves_the_next_one_its_word(page, tmp_path):
    clip, held = half_a_second(tmp_path), []
    speaker = BrowserSpeaker(lambda utterances: iter([clip]), grace=5.0)
    with a_wall(speaker) as loud, ThreadPoolExecutor(1) as pool:

        def spoken():
            became = pool.submit(speaker.speak, [Utterance("请", "zh")])
            until(lambda: became.done() or page.wait_for_timeout(20), within=90)
            return became.result()

        speaker.nudge = loud.agent.hub.nudge
        page.route("**/audio/*.wav", lambda route: held.append(route), times=1)
        loud.show(*normal())
        open_wall(page, loud.address, "?sound=1")
        until(lambda: speaker._listening)

        assert AnnouncementOutcome.FAILED is spoken()
        assert 1 == len(held), "the first sound is still on its way"
        speaker._grace = 60.0
        assert AnnouncementOutcome.SPOKEN is spoken()
        held[0].abort()
        page.goto("about:blank")


@pytest.fixture(scope="module")
def caller(hall):
    """A real caller process of the shared hall, and the address of its page."""
    port = free_port()
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "CALLER_SERVER": hall.address, "CALLER_TOKEN": hall.token("caller"),
        "CALLER_PORT": str(port), "CALLER_VOICE": "none",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "caller", "run"], env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    until(lambda: (state := answer(address + "state.json")) and state["picture"], within=90.0)
    yield address
    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(60)


def answer(address):
    try:
        return httpx.get(address, timeout=5.0).json()
    except httpx.TransportError:
        return None


@pytest.mark.slow
def test_a_call_at_the_server_is_painted_on_the_wall_without_being_asked_for(hall, caller, page):
    """How soon, the bench measures: here, that nothing but the facts' own way lies between."""
    open_wall(page, caller)
    desk, asked = hall.client("console"), []
    page.on("request", ask := lambda request: asked.append(request.url))
    hall.check_in(*(f"候诊{n}" for n in range(10)))
    for n in range(10):
        ticket = desk.call_next(f"R{n % 4 + 1}").ticket
        page.wait_for_function("(n) => document.getElementById('rows').textContent.includes(n)", arg=ticket.number)
        desk.start(ticket.id)
        desk.finish(ticket.id)
    page.remove_listener("request", ask)
    assert [] == asked


@pytest.mark.slow
def test_what_the_wall_page_is_sent_holds_no_full_name_of_a_real_patient(hall, caller):
    canary, sent = "金丝雀阿强", []

    def listen():
        with httpx.stream("GET", caller + "stream", timeout=60.0) as stream:
            for line in stream.iter_lines():
                sent.append(line)
                if done.is_set():
                    return

    done = threading.Event()
    ear = threading.Thread(target=listen)
    ear.start()
    (ticket,) = hall.check_in(canary)
    desk = hall.client("console")
    called = desk.call_next("R3").ticket
    desk.recall(called.id)
    until(lambda: any('"banners":[{' in line and called.number in line for line in sent))
    done.set()
    ear.join(60)
    assert not ear.is_alive()
    desk.act(ticket, "cancel", reason="test")
    text = "\n".join(sent) + json.dumps(httpx.get(caller + "state.json").json(), ensure_ascii=False)
    assert called.display_name in text
    assert canary not in text
    assert "阿强" not in text
