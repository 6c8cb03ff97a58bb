"""The consoles in a real browser: a made-up hall with accounts and patients. Knows no test."""

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.support.browser import a_page
from tests.support.hall import HOSPITAL, RunningHall, free_port

PASSWORD = "correct horse battery"
HALL = (
    HOSPITAL
    + """
[[hall]]
id = "H1"
name = {zh = "内科候诊区", en = "Internal medicine"}
[[hall.queue]]
id = "IM"
name = {zh = "内科", en = "Internal medicine"}
prefix = "A"
mode = "woven"
scale = "CN-OPD"
privacy = "masked"
[[hall.queue]]
id = "ED"
name = {zh = "急诊内科", en = "Emergency"}
prefix = "E"
mode = "graded"
scale = "CN-ED-2018"
privacy = "number_only"
"""
    + "".join(
        f"""
[[hall.station]]
id = "R{n}"
name = {{zh = "{n}诊室", en = "Room {n}"}}
queues = ["{queue}"]
"""
        for n, queue in ((1, "IM"), (2, "IM"), (3, "IM"), (4, "ED"))
    )
)
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = ("伟", "小芳", "秀英", "娜", "建国", "敏", "静怡", "丽", "强", "志明")


class Consoles:
    """One running hall with an account per role; `page(role)` opens a signed-in page that complains of nothing."""

    def __init__(self, browser: Any, toml: str = HALL, **settings: str) -> None:
        self.proxied = free_port()  # pages that come through a proxy there are ours too
        settings.setdefault("HALL_ORIGINS", f"http://127.0.0.1:{self.proxied}")
        self.hall = RunningHall(toml, **settings)
        for name, role, more in (
            ("nurse1", "nurse", ()),
            ("doctor1", "doctor", ("--station", "R1")),
            ("doctor2", "doctor", ()),
            ("admin1", "admin", ()),
        ):
            words = ("--role", role, "--hall", "H1", "--name", {"nurse": "周护士", "doctor": "李医生"}.get(role, role))
            self.hall.command("staff", "add", name, *words, *more, "--password-stdin", text=f"{PASSWORD}\n")
        self.hall.start()
        self.desk = self.hall.client("console")
        self.browser = browser
        self._cookies: dict[str, list[Any]] = {}

    def close(self) -> None:
        self.hall.close()

    @contextlib.contextmanager
    def page(
        self, user: str, path: str, *, tag: str = "zh", size: tuple[int, int] = (1366, 768), address: str | None = None
    ) -> Iterator[Any]:
        """A page at `path`, signed in as `user`; `complaints` has what it says on its console."""
        locale = {"zh": "zh-CN", "en": "en-GB"}[tag]
        with a_page(self.browser, size, locale=locale) as page:
            self.sign_in(page, user, address or self.hall.address)
            page.goto(f"{address or self.hall.address}{path}")
            page.wait_for_selector("[data-link=live]")
            yield page

    def sign_in(self, page: Any, user: str, address: str) -> None:
        """A session in the page's own cookie jar, without the form."""
        if user not in self._cookies:
            answer = page.context.request.post(
                f"{address}/api/v1/session", data={"username": user, "password": PASSWORD}
            )
            assert answer.status == 200, answer.text()
            self._cookies[user] = page.context.cookies()
        page.context.add_cookies(self._cookies[user])

    def empty(self) -> None:
        """A hall as in the morning: nobody is there, every room is open, no alert stands."""
        seen = self.desk.snapshot("H1")
        for ticket in seen.tickets:
            if ticket.state in {"called", "serving"}:
                self.desk.finish(ticket.id)
            else:
                self.desk.act(ticket.id, "cancel", reason="test")
        for station in seen.stations:
            if station.state != "open":
                self.desk.set_station(station.id, "open")
        for alert in seen.alerts:
            self.desk.close_alert(alert.id, "noted")

    def check_in(self, *names: str, queue: str = "IM", **more: Any) -> list[Any]:
        """Check people in by name; their tickets."""
        return [self.desk.check_in("H1", queue=queue, patient={"name": name}, **more).ticket for name in names]

    def many(self, count: int, queue: str = "IM") -> list[Any]:
        """A waiting room full of people with common names."""
        return self.check_in(*(f"{SURNAMES[n % 20]}{GIVEN[n * 7 % 10]}" for n in range(count)), queue=queue)


def selected(page: Any) -> str:
    """The number of the ticket that is chosen on the nurse desk."""
    return str(page.get_attribute("[role=option][aria-selected=true]", "data-number"))


def choose(page: Any, number: str, state: str | None = None) -> None:
    """Choose a ticket by the keyboard: search for its number, and wait until the page knows that it is in `state`."""
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.wait_for_selector(f"[role=option][data-number={number}]" + (f"[data-state={state}]" if state else ""))
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[role=option][data-number={number}][aria-selected=true]")


def grade_by_keyboard(page: Any) -> None:
    """Of the chosen patient: vitals in one line, the suggestion looked at, level Ⅲ confirmed."""
    page.keyboard.press("t")
    page.wait_for_selector("[data-form=triage]")
    page.keyboard.type("22 95 128 80 96 37.2 A 4")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-suggestion]")
    page.wait_for_function("() => document.activeElement.name === 'grade'")
    page.keyboard.press("3")
    page.keyboard.press("Enter")


def footed(page: Any, text: str) -> None:
    """Wait until the foot of the page says so."""
    page.wait_for_function("text => document.querySelector('.foot').innerText.includes(text)", arg=text)


def speak(page: Any, tag: str) -> None:
    """Change the language of an open page, as its button does."""
    if not page.evaluate("document.documentElement.lang").startswith(tag):
        page.click("[data-act=language]")
