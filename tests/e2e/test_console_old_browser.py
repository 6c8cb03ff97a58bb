"""Consoles in a browser of before 2023, and what they say where they cannot go on."""

import re
from pathlib import Path

import pytest

from tests.support.old_browsers import NEWER_THAN_109, without

ROOT = Path(__file__).resolve().parents[2]
NEWER = {
    r"\.(toSorted|toReversed|toSpliced|with)\(": "Chrome 110, Firefox 115",
    r"Object\.groupBy|Map\.groupBy|Promise\.withResolvers|Array\.fromAsync": "117 and later",
    r"AbortSignal\.any|\.isWellFormed\(|Iterator\.": "111 and later",
    r"\.(union|intersection|difference|isSubsetOf)\(": "122",
}
SCRIPTS = [*ROOT.glob("server/console/web/*.js"), *ROOT.glob("kiosk/web/*.js")]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_consoles_and_kiosk_use_nothing_that_a_supported_browser_lacks(path):
    """U1: the floor is Chrome and Edge 109, Safari 16.4, Firefox 121 (docs/operations.md)."""
    text = path.read_text("utf-8")

    assert {} == {what: since for what, since in NEWER.items() if re.search(what, text)}


@pytest.mark.browser
def test_a_browser_without_the_newer_array_methods_follows_every_change(consoles):
    """U1: at the first change of a known ticket the list never moved again, and the head stayed green."""
    with consoles.page("nurse1", "/nurse") as page:
        page.evaluate(without([*NEWER_THAN_109, "Array.prototype.findLast", "Array.prototype.findLastIndex"]))
        first = consoles.desk.check_in("H1", queue="IM", patient={"name": "邱一"}).ticket
        page.wait_for_selector(f"[data-number={first.number}]")
        consoles.desk.call_next("R1")
        second = consoles.desk.check_in("H1", queue="IM", patient={"name": "邱二"}).ticket
        page.wait_for_selector(f"[data-number={second.number}]")

        assert "live" == page.get_attribute(".link", "data-link")
        page.reload()


@pytest.mark.browser
def test_a_page_that_cannot_apply_an_event_turns_red_and_says_reload(consoles):
    """U1: the link said green "已连接" while the list stood still."""
    with consoles.page("nurse1", "/nurse") as page:
        page.evaluate(
            """() => {
              const find = Array.prototype.findIndex;
              Array.prototype.findIndex = function (what) {  // as the store looks for what changed
                if (String(what).includes("view.id")) throw new TypeError("not in this browser");
                return find.call(this, what);
              };
            }"""
        )
        consoles.desk.check_in("H1", queue="IM", patient={"name": "邱三"})
        page.wait_for_selector(".link-broken")

        assert "请刷新" in page.inner_text(".link-broken")
        page.complaints.clear()
        page.reload()
        page.wait_for_selector(".link-live")
