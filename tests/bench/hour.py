"""An hour's deeds of a hall in real pages: `python -m tests.bench.hour` (make bench). 1 when a bar is missed.

Three doctors and a nurse at their pages, by keyboard; forty patients come, are called, seen and go, as fast as the
pages follow. Prints full-page loads (none may happen) and how long after each key the lists showed it.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.wall import LISTED_MS, STAMP, judged, result
from tests.support.browser import CHROMIUM, a_browser
from tests.support.console_page import GIVEN, PASSWORD, SURNAMES, Consoles, choose

PATIENTS, DOCTORS = 40, ("R1", "R2", "R3")
WATCH = f"""() => {{
  window.changes = [];
  window.addEventListener('keydown', () => {{ window.pressed = {STAMP}; }}, {{capture: true}});
  const known = {{}};
  const look = () => requestAnimationFrame(() => {{
    const shown = {{}};
    for (const one of document.querySelectorAll('[role=option][data-number]'))
      shown[one.dataset.number] = one.dataset.state + (one.querySelector('.tag') ? ' tagged' : '');
    const here = document.querySelector('[data-current]');
    if (here) shown['at ' + here.dataset.current] = here.dataset.state;
    for (const name of new Set([...Object.keys(known), ...Object.keys(shown)]))
      if (known[name] !== shown[name]) {{
        known[name] = shown[name];
        window.changes.push([name + ' ' + (shown[name] ?? 'gone'), {STAMP}]);
      }}
  }});
  new MutationObserver(look).observe(document.body, {{subtree: true, childList: true, attributes: true}});
  look();
}}"""


SINCE = "([names, since]) => window.changes.find(([name, at]) => at >= since && names.includes(name))"


def changed(page: Any, since: float, *names: str) -> float:
    """Milliseconds from `since`, by the clock, until the page showed one of these changes."""
    page.wait_for_function(SINCE, arg=[list(names), since])
    return float(page.evaluate(SINCE, [list(names), since])[1]) - since


@contextmanager
def at_their_pages(consoles: Consoles) -> Iterator[tuple[dict[str, Any], Any]]:
    """The doctors' pages by room, and the nurse's; watched, and with no loads counted yet."""
    with ExitStack() as open_pages:
        doctors = {}
        for room in DOCTORS:
            who = f"hour{room}"
            words = ("--role", "doctor", "--hall", "H1", "--station", room, "--password-stdin")
            consoles.hall.command("staff", "add", who, *words, text=f"{PASSWORD}\n")
            doctors[room] = open_pages.enter_context(consoles.page(who, "/doctor"))
        nurse = open_pages.enter_context(consoles.page("nurse1", "/nurse"))
        for page in (*doctors.values(), nurse):
            page.evaluate(WATCH)
            page.loads.clear()
        yield doctors, nurse


def an_hour(consoles: Consoles, doctors: dict[str, Any], nurse: Any) -> tuple[list[float], list[float]]:
    """Milliseconds from each key to the page it was pressed on, and from a doctor's key to the nurse's list."""
    own, others = [], []
    waiting = [consoles.check_in(f"{SURNAMES[n % 20]}{GIVEN[n * 7 % 10]}")[0].number for n in range(8)]
    for turn in range(PATIENTS):
        if turn < PATIENTS - 8:
            waiting += [one.number for one in consoles.check_in(f"{SURNAMES[turn % 20]}{GIVEN[turn % 10]}")]
        if turn % 4 == 1 and turn < PATIENTS - 8:
            changed(nurse, 0, f"{waiting[-1]} waiting")
            choose(nurse, waiting[-1])
            nurse.keyboard.press("p")
            nurse.wait_for_selector("[data-form=prioritise]")
            nurse.fill("#evidence", "证件")
            nurse.press("#evidence", "Enter")
            own.append(changed(nurse, nurse.evaluate("window.pressed"), f"{waiting[-1]} waiting tagged"))
            nurse.wait_for_selector(".side .deeds")
            nurse.keyboard.press("Escape")
            nurse.keyboard.press("1")
        page = doctors[DOCTORS[turn % len(DOCTORS)]]
        page.wait_for_selector(".next[aria-disabled=false]")
        page.keyboard.press("n")
        number = page.wait_for_selector("[data-current][data-state=called]").get_attribute("data-current")
        pressed = page.evaluate("window.pressed")
        own.append(changed(page, pressed, f"at {number} called"))
        others.append(changed(nurse, pressed, *(f"{number} {word}" for word in ("called", "called tagged", "gone"))))
        for key, state in (("s", "serving"), ("f", "gone")):
            page.keyboard.press(key)
            own.append(changed(page, page.evaluate("window.pressed"), f"at {number} {state}"))
    return own, others


def main() -> int:
    """Measure; 1 when a page was loaded again or a list came too late."""
    if not Path(CHROMIUM).exists():
        print(f"SKIPPED the hour: no {CHROMIUM} here")
        return 0
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    began = time.monotonic()
    with a_browser() as browser:
        consoles = Consoles(browser)
        try:
            with at_their_pages(consoles) as (doctors, nurse):
                own, others = an_hour(consoles, doctors, nurse)
                pages = (*doctors.values(), nurse)
                loads, complaints = (
                    sum(len(page.loads) for page in pages),
                    [said for p in pages for said in p.complaints],
                )
        finally:
            consoles.close()
    print(f"{PATIENTS} patients, {len(DOCTORS)} doctors, 1 nurse: {len(own)} keys in {time.monotonic() - began:.0f} s")
    result("full_page_loads", loads, f"of {len(DOCTORS) + 1} pages, bar 0: {'MISSED' if loads else 'met'}")
    kept = [judged("hour_own_key", own, LISTED_MS), judged("hour_doctors_key_to_nurses_list", others, LISTED_MS)]
    for said in complaints:
        print(f"a page complained: {said}")
    return 0 if all(kept) and not loads and not complaints else 1


if __name__ == "__main__":
    sys.exit(main())
