"""Every screen of the kiosk, in every language and size, as somebody in front of it sees it."""

import pytest

from kiosk.turns import SPOKEN
from tests.support.browser import a_page, faults
from tests.support.kiosk_page import GLASS, LAYOUT
from tests.support.kiosk_screens import STATES, kiosk_screens

pytestmark = pytest.mark.browser
ONE_OF_EACH = {state.screen: name for name, state in STATES.items()}.values()


@pytest.fixture(scope="module")
def screens():
    with kiosk_screens() as opened:
        yield opened


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("size", ["usual", "elder"])
def test_every_screen_fits_the_glass_has_large_targets_and_pleases_axe(screens, browser, language, size):
    complaints = {}
    with a_page(browser, GLASS) as page:
        for name in STATES:
            screens.show(page, name, language, elder=size == "elder")
            found = page.evaluate(LAYOUT) + (faults(page) if size == "usual" and name in ONE_OF_EACH else [])
            if found:
                complaints[name] = found

        assert [] == page.errors
    assert {} == complaints


def test_no_word_on_the_glass_is_left_in_another_language(screens, browser):
    with a_page(browser, GLASS) as page:
        screens.show(page, "no-reports", "yue")
        assert "現在沒有可以列印的報告" in page.inner_text("h1")
        assert "Noto Sans CJK HK" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")

        screens.show(page, "no-reports", "en")
        assert "There are no reports" in page.inner_text("h1")
