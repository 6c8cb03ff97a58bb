"""Every screen of the kiosk, in every language and size, as somebody in front of it sees it."""

import pytest

from tests.support.browser import a_page, faults
from tests.support.kiosk_page import GLASS, LAYOUT
from tests.support.kiosk_screens import STATES, kiosk_screens

pytestmark = pytest.mark.browser
ONE_OF_EACH = {state.screen: name for name, state in STATES.items()}.values()


@pytest.fixture(scope="module")
def screens():
    with kiosk_screens() as opened:
        yield opened


@pytest.mark.parametrize(("size", "language"), [("usual", "zh"), ("elder", "yue"), ("elder", "en")])
def test_every_screen_fits_the_glass_has_large_targets_and_pleases_axe(screens, browser, language, size):
    """The large letters of every language, which need more room than the usual ones of the same words."""
    complaints = {}
    with a_page(browser, GLASS) as page:
        for name in STATES:
            screens.show(page, name, language, elder=size == "elder")
            looked_at_by_axe = (size, language) == ("usual", "zh") and name in ONE_OF_EACH
            found = page.evaluate(LAYOUT) + (faults(page) if looked_at_by_axe else [])
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


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "您有 2 份报告在服务台"), ("yue", "您有 2 份報告在服務台"), ("en", "at the service desk: 2")],
)
def test_reports_at_the_desk_are_one_card_that_counts_them_and_a_month_is_no_day(screens, browser, language, words):
    """P18, P14: two cards said "1 report" each; a report of 2026-03 was dated 2026-03-01."""
    with a_page(browser, GLASS) as page:
        screens.show(page, "reports", language)
        assert words in page.inner_text("[data-at-desk='2']").replace("\n", "")
        assert 4 == page.locator(".report").count()
        assert "2026-03 ·" in page.inner_text(".report:nth-child(3)")
