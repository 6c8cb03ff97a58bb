"""The kiosk's page in a Chromium of early 2023, the oldest that is supported."""

import pytest

from tests.support.kiosk_page import GLASS, SEND_KEYS, keys_of
from tests.support.kiosk_screens import STATES, kiosk_screens
from tests.support.old_browsers import NEWER_THAN_109, without

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def old(browser):
    """A page whose browser lacks what came after Chromium 109; `errors` is what its scripts threw."""
    page = browser.new_page(viewport={"width": GLASS[0], "height": GLASS[1]}, locale="zh-CN", reduced_motion="reduce")
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.add_init_script(f"({without(NEWER_THAN_109)})()")
    yield page
    page.close()


def test_a_browser_of_2023_shows_every_screen(old):
    with kiosk_screens() as screens:
        for name in STATES:
            screens.show(old, name)

        assert "undefined" == old.evaluate("typeof [].toSorted")
        assert [] == old.errors


def test_a_browser_of_2023_hears_a_card(old):
    with kiosk_screens() as screens:
        screens.show(old, "identify")
        with old.expect_request("**/page/touch") as touched:
            old.evaluate(SEND_KEYS, [keys_of("0012345678", "Enter"), None])

        assert "0012345678" == touched.value.post_data_json["value"]
        assert [] == old.errors
