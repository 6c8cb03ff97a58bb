"""Every screen of the kiosk without a server: the page in front of states that its machine can be in. No real patient.

Run from the project's root, this draws the kiosk's pictures of docs/design.md:
`python -m tests.support.kiosk_screens docs/pictures`
"""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.agent.web import LIMITS, create_agent
from kiosk.machine.state import Finished, Hall, Message, Option, Screen, State, Task
from kiosk.machine.steps import TEXTS
from kiosk.machine.view import view
from server.protocol.answers import Choices, Identification
from server.protocol.messages import Names
from server.protocol.terms import PrintJobState
from server.services.checkin.slip import OTHER_DOCTOR
from server.serving.pages import PageServer
from tests.support.browser import a_browser
from tests.support.hall import free_port
from tests.support.kiosk_page import GLASS
from tests.support.wall import save

PRINTED, FAILED = PrintJobState.PRINTED, PrintJobState.FAILED


def three(zh: str, yue: str, en: str) -> Names:
    """A name in the three languages."""
    return {"zh": zh, "yue": yue, "en": en}


HOSPITAL = three("示范医院", "示範醫院", "Demo Hospital")
WAITING_AREA = three("一楼内科候诊区", "地下內科候診區", "Internal medicine, ground floor")
LONG_HOSPITAL = three(
    "新疆维吾尔自治区伊犁哈萨克自治州友谊医院",
    "新疆維吾爾自治區伊犁哈薩克自治州友誼醫院",
    "Friendship Hospital of Ili Kazakh Autonomous Prefecture",
)
MEDICINE = three("内科", "內科", "Internal medicine")
SPORTS = three(
    "骨科与运动医学专家门诊", "骨科及運動醫學專家門診", "Orthopaedics and sports medicine, specialist clinic"
)
ROOM = three("3诊室", "3診室", "Room 3")
HALL = Hall("H1", name=WAITING_AREA, hospital=HOSPITAL, languages=("zh", "yue", "en"))
NAMES = [
    MEDICINE,
    SPORTS,
    three("心血管内科", "心臟內科", "Cardiology"),
    three("皮肤科", "皮膚科", "Dermatology"),
    three("妇科", "婦科", "Gynaecology"),
    three("耳鼻喉科", "耳鼻喉科", "Ear, nose and throat"),
    three("眼科", "眼科", "Ophthalmology"),
]
QUEUES = tuple(Option("queue", f"Q{n}", name) for n, name in enumerate(NAMES))
AT_NINE, AT_TEN = "2026-03-02T01:00:00Z", "2026-03-02T02:15:00Z"
BOOKED = Option("appointment", "ap1", MEDICINE, {"slot_start": AT_NINE, "doctor_name": "李医生"})
BOOKED_LONG = Option("appointment", "ap2", SPORTS, {"slot_start": AT_TEN, "doctor_name": "欧阳娜娜主任医师"})
MISSED = Option("ticket", "t1", MEDICINE, {"number": "A1000", "state": "passed"})
AWAY = Option("ticket", "t2", SPORTS, {"number": "D017", "state": "held"})
REPORTS = (
    Option(
        "report",
        "r1",
        three("生化全套", "生化全套", "Biochemistry panel"),
        {"printable": True, "issued_at": AT_NINE},
    ),
    Option(
        "report",
        "r2",
        three("血常规", "全血計數", "Full blood count"),
        {"printable": True, "issued_at": AT_NINE},
    ),
    Option(
        "report",
        "r3",
        three("尿常规", "小便常規", "Urine analysis"),
        {
            "printable": False,
            "issued_at": "2026-03",
            "text": three("部分结果已出，完整报告未完成", "部分結果已出，完整報告未完成", "Some results are ready"),
        },
    ),
    Option("report", "r4", {}, {"printable": False, "withheld": True}),
    Option("report", "r5", {}, {"printable": False, "withheld": True}),
)
LONGEST = Identification(visit_token="token", level=2, display_name="W********************** M********* M*********")
PERSON = Identification(visit_token="token", level=2, display_name="欧**明")
FINISHED = Finished(
    number="A012", place=WAITING_AREA, queue=MEDICINE, ahead=3, wait_low=10, wait_high=25, paper=PRINTED
)
EVERY_CAUSE = (("urgent", 12), ("earlier_slot", 10), ("woven", 11), ("rooms", 3))
FIVE = replace(FINISHED, number="A1000", queue=SPORTS, ahead=40)


WAY = {
    "here": False,
    "when": "now",
    "today": True,
    "hall_name": {
        "zh": "二楼外科妇科候诊区",
        "yue": "二樓外科婦科候診區",
        "en": "Surgery and gynaecology, first floor",
    },
    "place": {"zh": "门诊楼二楼西区", "yue": "門診樓二樓西區", "en": "Outpatient building, first floor, west"},
}
SURGERY = {"zh": "普外科", "yue": "普外科", "en": "General surgery"}


def booked(**more: Any) -> Option:
    """What is booked for today in another hall, or with `more` for another time."""
    at = datetime.now(UTC).replace(hour=2, minute=1, second=0, microsecond=0)
    return Option("appointment", "ap9", SURGERY, {"slot_start": at.isoformat(), **WAY, **more})


LATER = booked(here=True, when="too_early", opens_at="2026-03-02T01:30:00Z")
OVER = booked(here=True, when="too_late", today=False, slot_start="2026-03-01T02:01:00Z")
CHOICES = Choices(appointments=[{"id": "ap9", "queue": "GS", "queue_name": SURGERY, **booked().facts}])
NURSE = {"zh": "护士正在过来", "yue": "護士正在過來", "en": "A nurse is coming"}
LONG_WHO = {
    "zh": "急诊预检分诊台欧阳护士长正在过来",
    "yue": "急症室分流站歐陽護士長正在過來",
    "en": "Senior triage nurse Bartholomew is coming",
}


def shown(screen: Screen, **more: Any) -> State:
    """A state that shows a screen, of a kiosk that is well."""
    return State(hall=HALL, online=True, screen=screen, identity=PERSON, **more)


def says(key: str, screen: Screen = Screen.NOTICE, text: Names | None = None, **more: Any) -> State:
    """A state that says one sentence."""
    return shown(screen, message=Message(key, text=text), **more)


def place(reason: str, **more: Any) -> State:
    """Where somebody stands."""
    there = ROOM if reason in {"staged", "called"} else WAITING_AREA
    return shown(Screen.PLACE, finished=replace(FINISHED, reason=reason, place=there, **more))


STATES: dict[str, State] = {
    "home": shown(Screen.HOME),
    "home-offline": replace(shown(Screen.HOME), online=False),
    "home-no-printer": shown(Screen.HOME, can_print=False),
    "home-long-hospital": replace(shown(Screen.HOME), hall=replace(HALL, hospital=LONG_HOSPITAL)),
    "identify": shown(Screen.IDENTIFY, task=Task.CHECK_IN),
    "identify-walk-in": shown(Screen.IDENTIFY, task=Task.WALK_IN),
    "not-found": says("not_found", Screen.IDENTIFY, task=Task.WALK_IN),
    "not-this-code": says("not_this_code", Screen.IDENTIFY, task=Task.CHECK_IN),
    "type": shown(Screen.IDENTIFY, task=Task.CHECK_IN),
    "type-letters": shown(Screen.IDENTIFY, task=Task.CHECK_IN),
    "type-proof": shown(Screen.IDENTIFY, task=Task.CHECK_IN),
    "proof": replace(shown(Screen.PROOF, proofs=("phone_tail", "identity_tail", "birth_date")), identity=None),
    "proof-wrong": replace(says("proof_wrong", Screen.PROOF, proofs=("phone_tail",)), identity=None),
    "report-needs-proof": says("report_needs_proof", Screen.PROOF, proofs=("phone_tail", "identity_tail")),
    "report-needs-more": says("report_needs_more"),
    "queues": shown(Screen.CHOOSE, options=QUEUES),
    "choose": shown(Screen.CHOOSE, options=(BOOKED, BOOKED_LONG)),
    "choose-ticket": shown(Screen.CHOOSE, options=(MISSED, AWAY)),
    "direction": shown(Screen.DIRECTION, choice=booked()),
    "direction-early": shown(Screen.DIRECTION, choice=LATER),
    "direction-late": shown(Screen.DIRECTION, choice=OVER),
    "choose-elsewhere": shown(Screen.CHOOSE, options=(booked(), LATER, OVER)),
    "confirm-other": replace(
        shown(Screen.CONFIRM, choice=QUEUES[0]), identity=PERSON.model_copy(update={"choices": CHOICES})
    ),
    "health": shown(Screen.HEALTH),
    "fever": shown(Screen.FEVER),
    "confirm": shown(Screen.CONFIRM, choice=BOOKED),
    "confirm-long": replace(shown(Screen.CONFIRM, choice=BOOKED_LONG), identity=LONGEST),
    "confirm-nameless": replace(shown(Screen.CONFIRM, choice=QUEUES[0]), identity=None),
    "confirm-ticket": shown(Screen.CONFIRM, choice=MISSED),
    "working": shown(Screen.WORKING),
    "printing": shown(Screen.PRINTING, finished=FINISHED),
    "ask-paper": shown(Screen.ASK_PAPER, finished=FINISHED),
    "done": shown(Screen.DONE, finished=FINISHED),
    "done-five": shown(Screen.DONE, finished=FIVE),
    "done-again": shown(Screen.DONE, finished=replace(FINISHED, again=True)),
    "done-other-doctor": shown(Screen.DONE, finished=replace(FINISHED, note=OTHER_DOCTOR.names())),
    "slip-failed-other-doctor": shown(Screen.DONE, finished=replace(FIVE, paper=FAILED, note=OTHER_DOCTOR.names())),
    "slip-failed": shown(Screen.DONE, finished=replace(FINISHED, paper=FAILED)),
    "place": place("waiting"),
    "place-later": place("waiting", later=EVERY_CAUSE[:2]),
    "place-slower": place("waiting", later=(("slower", 0),)),
    "place-later-long": place(
        "waiting", ahead=12, wait_low=60, wait_high=95, number="A1000", queue=SPORTS, later=EVERY_CAUSE
    ),
    **{f"place-{reason}": place(reason) for reason in ("staged", "called", "held", "passed", "serving")},
    "reports": shown(Screen.REPORTS, options=REPORTS),
    "report-not-printed": says("report_not_printed", Screen.REPORTS, options=REPORTS, printed=frozenset({"r1"})),
    "no-reports": says("no_reports"),
    "away": says("away"),
    "problem": says("problem.too_early"),
    "too-many-tries": says("too_many_tries"),
    "staff": says("staff_called", Screen.STAFF, alert="a"),
    "red-flag": says("red_flag", Screen.STAFF, alert="a"),
    "fever-clinic": says("fever", Screen.STAFF, alert="a"),
    "red-flag-coming": says("red_flag", Screen.STAFF, alert="a", coming=NURSE),
    "fever-coming": says("fever", Screen.STAFF, alert="a", coming=NURSE),
    "staff-coming": says("staff_called", Screen.STAFF, alert="a", coming=LONG_WHO),
    "danger-away": says("danger_away", Screen.STAFF),
    "still-there": shown(Screen.CONFIRM, choice=BOOKED, warned=True),
}
PICTURES = (
    "home", "home-offline", "home-no-printer", "identify", "not-found", "type", "type-proof", "queues", "choose",
    "direction", "direction-early", "confirm-other", "health", "fever", "confirm", "working", "ask-paper", "done",
    "done-again", "slip-failed", "place", "reports", "away", "staff", "red-flag", "red-flag-coming", "fever-clinic",
    "still-there",
)  # fmt: skip
CANTONESE_PICTURES = ("home", "health", "done", "reports")
ELDER_PICTURES = ("home", "health", "done")


def _type(page: Any) -> None:
    page.click("[data-act=type]")
    page.fill("#typed", "11010519580312002")


def _letters(page: Any) -> None:
    page.click("[data-act=type]")
    page.click("[data-key=letters]")


def _proof(page: Any) -> None:
    _type(page)
    page.click("[type=submit]")


FINGERS: dict[str, Callable[[Any], None]] = {"type": _type, "type-letters": _letters, "type-proof": _proof}
"""What a finger does on a screen before it is looked at."""


class Shown:
    """Stands where the agent's mind stands: shows one state after another, whatever is touched."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.version = 0
        self._state = State()

    def show(self, state: State) -> None:
        with self._changed:
            self.version += 1
            self._state = replace(state, step=self.version)
            self._changed.notify_all()

    def wait(self, version: int, timeout: float) -> dict[str, Any]:
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, min(timeout, 2))
            return {"version": self.version, "nonce": str(self.version), **view(self._state)}

    def seen(self) -> dict[str, Any]:
        return self.wait(-1, 0)

    def touch(self, _touch: Any, _nonce: str) -> bool:
        return True


class KioskScreens:
    """The kiosk's own page on a free port; `show` puts a screen on the glass of `page`."""

    def __init__(self) -> None:
        port = free_port()
        self.runtime = Shown()
        agent: Any = create_agent(self.runtime, port)  # type: ignore[arg-type]  # it has the three methods of a Runtime
        self._server = PageServer("127.0.0.1", port, LIMITS).start(agent)
        self.address = f"http://127.0.0.1:{port}/"

    def show(self, page: Any, name: str, language: str = "zh", *, elder: bool = False) -> None:
        """Draw a state of STATES in a language and a size, and do what its finger does."""
        state = replace(STATES[name], language=language, elder=elder)

        def drawn(ask: Any) -> bool:
            """Whether the page asks what comes after this one: this one is on the glass."""
            return "/page/wait" in ask.url and ask.post_data_json["version"] == self.runtime.version

        with page.expect_request(drawn):
            self.runtime.show(state)
            if page.url != self.address:
                page.goto(self.address)
        page.wait_for_selector("dialog[open]" if state.warned else f"main.main-{state.screen}")
        page.wait_for_timeout(50)
        if name in FINGERS:
            FINGERS[name](page)

    def close(self) -> None:
        self._server.stop()


@contextlib.contextmanager
def kiosk_screens() -> Iterator[KioskScreens]:
    """Screens for the length of a block."""
    screens = KioskScreens()
    try:
        yield screens
    finally:
        screens.close()


def take_pictures(folder: Path) -> None:
    """Write a picture of each screen, in the languages it is shown in; the last is of an agent that has gone."""
    with a_browser() as browser, kiosk_screens() as screens:
        context = browser.new_context(
            viewport={"width": GLASS[0], "height": GLASS[1]}, reduced_motion="reduce", timezone_id="Asia/Shanghai"
        )
        page = context.new_page()
        page.clock.set_fixed_time("2026-03-02T08:42:00+08:00")
        for language in TEXTS.languages():
            names = CANTONESE_PICTURES if language == "yue" else PICTURES
            for name, large in [*((name, False) for name in names), *((name, True) for name in ELDER_PICTURES)]:
                screens.show(page, name, language, elder=large)
                save(page.screenshot(), folder / f"kiosk-{'elder-' if large else ''}{name}-{language}.png")
        screens.show(page, "home")
        screens.close()
        page.wait_for_selector(".lost")
        save(page.screenshot(), folder / "kiosk-restarting.png")


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]))
