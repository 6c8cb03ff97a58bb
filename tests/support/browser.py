"""One Chromium for a whole test run, pages that many tests use one after the other, and axe. Knows no page of ours."""

import contextlib
import weakref
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin

CHROMIUM = "/usr/bin/chromium"
# What follows the sandbox saves processes: each costs a tenth of a second or more to start.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--in-process-gpu", "--disable-software-rasterizer",
    "--disable-gpu-compositing", "--disable-extensions", "--disable-component-extensions-with-background-pages",
    "--disable-breakpad", "--disable-crash-reporter", "--disable-site-isolation-trials",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PATIENCE = 30_000
"""Milliseconds a page of a test may take for anything, on a machine that is busy with other tests."""
FORGET = "() => { try { localStorage.clear(); sessionStorage.clear(); } catch { /* no page is open */ } }"
Key = tuple[str, bool, bool]

_idle: "weakref.WeakKeyDictionary[Any, dict[Key, list[Any]]]" = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def a_browser() -> Iterator[Any]:
    """The system's Chromium for the length of a block."""
    from playwright.sync_api import sync_playwright  # only here: who skips these tests needs no browser library

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def a_page(
    browser: Any, size: tuple[int, int], *, locale: str = "zh-CN", still: bool = True, touch: bool = False
) -> Iterator[Any]:
    """An empty page, as good as new, that an earlier test may have used: a new one costs a second of processor time.

    It has no cookies. `complaints` collects errors and warnings on its console, `errors` what its scripts threw,
    `said` all that stands on its console, `asked` every address that answered it, `refusals` answers from 400 on,
    `loads` the addresses it went to. `still`: as for somebody who asks for less motion.
    """
    idle = _idle.setdefault(browser, {}).setdefault((locale, still, touch), [])
    page = idle.pop() if idle else _new_page(browser, locale, still, touch)
    page.complaints, page.errors, page.loads, page.refusals, page.said, page.asked = [], [], [], [], [], []
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_default_timeout(PATIENCE)
    try:
        yield page
        page.unroute_all()
        page.context.set_offline(False)
        left = _left(page)  # before its session goes: a page that runs would ask for the password again
        if left:
            page.evaluate(FORGET)
        page.context.clear_cookies()
    except BaseException:
        page.context.close()  # a page that a test failed on is not used again
        raise
    if left:
        idle.append(page)
    else:
        page.context.close()


def _complains(said: Any) -> bool:
    """Whether it is an error or a warning of ours: /healthz, where pages rest, names no icon, so one is sought."""
    return said.type in {"error", "warning"} and not said.location.get("url", "").endswith("/favicon.ico")


def _left(page: Any) -> bool:
    """Go where nothing runs, of the same origin, for a page of another one starts another process; whether it is so."""
    if not page.url.startswith("http"):
        return True
    try:
        page.goto(urljoin(page.url, "/healthz"), timeout=10_000)
    except Exception:  # nobody answers there any more
        return False
    return True


def _new_page(browser: Any, locale: str, still: bool, touch: bool) -> Any:
    motion = "reduce" if still else "no-preference"
    page = browser.new_context(locale=locale, reduced_motion=motion, has_touch=touch).new_page()
    page.on("pageerror", lambda error: (page.complaints.append(str(error)), page.errors.append(str(error))))
    page.on("console", lambda said: page.complaints.append(said.text) if _complains(said) else None)
    page.on("console", lambda said: page.said.append(said.text))
    page.on("response", lambda seen: page.asked.append(seen.url))
    page.on("response", lambda seen: page.refusals.append((seen.status, seen.url)) if seen.status >= 400 else None)
    page.on("framenavigated", lambda frame: page.loads.append(frame.url))
    return page


def intercept(page: Any, pattern: str, handler: Callable[[Any], object], **more: Any) -> None:
    """Have `handler` answer what an open page asks for at `pattern`.

    Chromium says yes before it does so: for some milliseconds requests of a page that is open still go to the server.
    A probe tells when it has begun.
    """
    probe = "/healthz?intercepted"
    seen: list[Any] = []

    def is_probe(url: str) -> bool:
        return url.endswith(probe)

    def answer(route: Any) -> None:
        seen.append(route)
        route.fulfill(body="")

    page.route(pattern, handler, **more)
    page.route(is_probe, answer)
    while not seen:
        page.evaluate("path => fetch(path).then(answer => answer.text())", probe)
    page.unroute(is_probe)


def faults(page: Any, region: str | None = None) -> list[str]:
    """What axe finds on the page, or in one region of it where the rest was looked at already; one line each."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(
        """async (region) => (await axe.run(region ?? document, { resultTypes: ["violations"] })).violations.flatMap(
          (fault) => fault.nodes.map(
            (node) => `${fault.id}: ${node.html.slice(0, 150)} ${(node.failureSummary ?? "").slice(0, 200)}`))""",
        region,
    )
    return found
