"""Walls on televisions of before 2022 and in browsers that refuse to play: the room is seen, silence is noticed."""

import re
import wave
from functools import partial

import pytest

from caller.speech.speakers import BrowserSpeaker
from caller.wall.pages import WEB
from hardware.ports import Utterance
from server.protocol.assets import shared_assets
from server.protocol.terms import AnnouncementOutcome
from tests.support.browser import ARGUMENTS, CHROMIUM
from tests.support.hall import until
from tests.support.old_browsers import LACKED_BY_TELEVISIONS, NEWER_THAN_76, without
from tests.support.wall import STATES, a_wall, normal

NEWER_IN_SCRIPTS = {
    r"\?\.": "optional chaining, Chromium 80",
    r"\?\?": "nullish coalescing, 80",
    r"\|\|=|&&=": "logical assignment, 85",
    r"^await ": "await outside a function, 89",
    r"\.at\(": "92",
    r"\.replaceAll\(": "85",
    r"\.replaceChildren\(": "86",
    r"\.toSorted\(|\.toReversed\(|\.toSpliced\(|\.with\(": "110",
    r"Object\.fromEntries": "73",
    r"\.flatMap\(|\.flat\(": "69, and 78 on some",
    r"allSettled": "76",
    r"structuredClone": "98",
    r"^\s+#\w+": "private fields, 74",
    r"AbortSignal\.": "103",
    r"import\.meta": "64, missing on some",
}
NEWER_IN_STYLES = {
    r"\binset(-\w+)?:": "87",
    r":has\(": "105",
    r":is\(|:where\(": "88",
    r"(?<![\w-])(row-|column-)?gap:": "in flex 84",
    r"(?<!-)aspect-ratio:": "88",
    r"overflow-wrap: anywhere": "80",
    r"(?<![\w-])(min|max|clamp)\(": "79",
    r"@layer|@container|color-mix\(": "99 and later",
    r"\d(dvh|svh|lvh)": "108",
}
OLD_BROWSER = without([*NEWER_THAN_76, *LACKED_BY_TELEVISIONS])
SEEN = """() => [...document.querySelectorAll(".banner:not([hidden]) .call span:not([hidden])")]
  .filter((part) => part.textContent)
  .map((part) => [part.textContent, part.getBoundingClientRect()])
  .map(([text, box]) => [text, ...[box.left, box.top, box.right, box.bottom].map(Math.round)])"""


def sources(kind):
    return {path.name: path.read_text("utf-8") for path in sorted(WEB.glob(f"*.{kind}"))}


@pytest.mark.parametrize(("name", "text"), sources("js").items())
def test_the_scripts_of_the_wall_use_nothing_that_a_television_lacks(name, text):
    """U3, R16: the floor is Chromium 76 (package.json); some televisions lack a little more."""
    assert {} == {what: since for what, since in NEWER_IN_SCRIPTS.items() if re.search(what, text, re.MULTILINE)}


@pytest.mark.parametrize(("name", "text"), sources("css").items())
def test_the_styles_of_the_wall_use_nothing_that_a_television_lacks(name, text):
    """U3, R16."""
    assert {} == {what: since for what, since in NEWER_IN_STYLES.items() if re.search(what, text)}


def without_newer(css):
    """A style sheet as an old browser takes it: declarations and rules it does not know are not there."""
    css = re.sub(r"[^{}]*:(?:has|is|where)\([^{}]*\{[^{}]*\}", "", css)
    unknown = r"inset(?:-\w+)?|gap|row-gap|column-gap|aspect-ratio|overflow-wrap"
    return re.sub(rf"(?<=[;{{\s])(?:{unknown})\s*:[^;}}]*;", "", css)


def served(text, route):
    route.fulfill(body=text, content_type="text/css")


def old_browser(page):
    """Make of a page one that an old browser shows, as far as it can be simulated."""
    page.add_init_script(f"({OLD_BROWSER})()")
    for path, file in (("/assets/wall.css", WEB / "wall.css"), ("/shared/hall.css", shared_assets() / "hall.css")):
        text = without_newer(file.read_text("utf-8"))
        page.route(f"**{path}", partial(served, text))


@pytest.mark.browser
@pytest.mark.parametrize("state", ["normal", "two-banners", "long-names"])
def test_a_television_of_before_2022_shows_the_room_of_a_call_where_a_new_one_does(browser, state):
    """U3, R16: "请 B017 J****", and never the room."""
    seen = []
    with a_wall() as wall:
        wall.show(*STATES[state]())
        for old in (False, True):
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            errors = []
            page.on("pageerror", lambda error, errors=errors: errors.append(error))
            if old:
                old_browser(page)
            page.goto(wall.address)
            page.wait_for_function("() => document.querySelector('.banner:not([hidden])')")
            page.evaluate("document.getAnimations().forEach((a) => a.finish())")  # the banner has arrived
            seen.append(page.evaluate(SEEN))
            assert [] == errors
            page.close()

    assert any("诊" in text for text, *_ in seen[1])
    for _, left, top, right, bottom in seen[1]:
        assert left >= 0 <= top
        assert right <= 1920
        assert bottom <= 1080
    assert seen[0] == seen[1]


@pytest.mark.browser
def test_a_television_that_hides_its_edge_gets_a_picture_that_ends_before_it(browser):
    """R16: no overscan inset."""
    with a_wall() as wall:
        wall.show(*normal())
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{wall.address}?inset=5")
        page.wait_for_function("() => document.getElementById('clock').textContent.length === 5")
        box = page.evaluate("() => { const { left, top, right, bottom } = document.body.getBoundingClientRect();"
                            " return [left, top, right, bottom].map(Math.round); }")  # fmt: skip
        page.close()

    assert [96, 54, 1824, 1026] == box


@pytest.mark.browser
def test_a_wall_that_may_not_play_asks_for_a_tap_and_speaks_after_it(browser, tmp_path):
    """U4: every call failed and nobody saw it. The browser here has the autoplay rules it is delivered with."""
    clip = tmp_path / "clip.wav"
    with wave.open(str(clip), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    speaker = BrowserSpeaker(lambda utterances: iter([clip]), grace=60.0)
    plain = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[one for one in ARGUMENTS if "autoplay" not in one]
    )
    try:
        with a_wall(speaker) as loud:
            speaker.nudge = loud.agent.hub.nudge
            loud.show(*normal())
            page = plain.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"{loud.address}?sound=1")
            until(lambda: speaker._listening)
            # whatever a test asks a page counts as a touch, so nothing is asked before the first call
            assert AnnouncementOutcome.FAILED is speaker.speak([Utterance("请", "zh")])
            page.wait_for_selector("#tap:not([hidden])", timeout=60_000)
            assert "请点一下屏幕开启声音" in page.inner_text("#tap")

            page.mouse.click(900, 500)
            page.wait_for_selector("#tap", state="hidden", timeout=60_000)
            assert AnnouncementOutcome.SPOKEN is speaker.speak([Utterance("请", "zh")])
            assert not page.is_visible("#tap")
            page.goto("about:blank")
    finally:
        plain.close()
