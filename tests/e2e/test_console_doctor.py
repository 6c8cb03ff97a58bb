"""A doctor at the station: real server, real browser, keyboard only, and a link that breaks."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta

import pytest

from server.protocol.client import HallUnreachable
from tests.support.browser import faults, intercept
from tests.support.console_page import footed, speak
from tests.support.hall import until
from tests.support.proxy import Proxy

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(consoles):
    """The hall with an empty room R1."""
    for one in consoles.desk.snapshot("H1").tickets:
        if one.station in {"R1", "R2"}:
            consoles.desk.finish(one.id)
    consoles.desk.set_station("R1", "open")
    return consoles


@pytest.fixture
def page(hall):
    with hall.page("doctor1", "/doctor") as opened:
        yield opened
        assert [] == opened.complaints


def at(hall, room="R1"):
    """The ticket that a room holds."""
    here = [
        one for one in hall.desk.snapshot("H1").tickets if one.station == room and one.state in {"called", "serving"}
    ]
    return here[0] if here else None


def calls(hall):
    """How many tickets were called so far, from the journal."""
    facts = hall.desk.events("H1", after=0, limit=10_000).events
    return sum(fact.kind == "ticket.called" for fact in facts)


def current(page, number, state):
    page.wait_for_selector(f"[data-current={number}][data-state={state}]")


@contextlib.contextmanager
def alive(caller):
    """Let a screen go on telling that it is there: silent for 15 seconds, it counts as offline."""
    left = threading.Event()

    def beat():
        while not left.wait(1):
            with contextlib.suppress(HallUnreachable):  # a heartbeat is tried once
                caller.heartbeat(0, {})

    caller.heartbeat(0, {})
    beating = threading.Thread(target=beat)
    beating.start()
    try:
        yield
    finally:
        left.set()
        beating.join()


def chosen_next(hall, page):
    """Who would be called at R1 by the server's word; waits until the button names them."""
    coming = page.request.get(f"{hall.hall.address}/console/stations/R1/coming").json()["coming"]
    here, tickets = at(hall), {one.id: one.number for one in hall.desk.snapshot("H1").tickets}
    number = next(tickets[one["ticket"]] for one in coming if here is None or one["ticket"] != here.id)
    page.wait_for_function("n => document.querySelector('.next .next-number')?.innerText === n", arg=number)
    return number


def named_next(page):
    page.wait_for_selector(".next .next-number")
    return page.inner_text(".next .next-number")


def test_a_patient_is_called_started_and_finished_by_three_keys(hall, page):
    hall.many(4)
    number = named_next(page)

    page.keyboard.press("n")
    current(page, number, "called")
    page.keyboard.press("s")
    current(page, number, "serving")
    page.keyboard.press("f")
    footed(page, f"{number} 已完成")

    assert at(hall) is None


def test_the_button_names_who_is_really_called_twelve_times_in_a_row(hall, page):
    people = hall.many(14)
    for one in people[2:5]:
        hall.desk.prioritise(one.id, "老", "证件")
    hall.desk.triage(people[7].id, grade="U")
    hall.desk.stage(people[9].id, "R1")
    from_expected, called = [], []
    for _ in range(12):
        seq = hall.desk.snapshot("H1").seq
        page.wait_for_function("() => document.querySelector('.next')?.getAttribute('aria-disabled') === 'false'")
        from_expected.append(chosen_next(hall, page))
        page.keyboard.press("n")
        until(lambda seq=seq: (one := at(hall)) is not None and one.seq > seq)
        called.append(at(hall).number)
        current(page, called[-1], "called")
        page.keyboard.press("s")
        current(page, called[-1], "serving")

    assert from_expected == called
    assert 12 == len(set(called))


def test_who_comes_next_is_asked_again_where_the_answer_was_lost(hall, page):
    lost, whole = [], []
    hall.empty()
    page.wait_for_selector(".next:not(:has(.next-number))")
    intercept(page, "**/coming", lambda route: route.continue_() if whole else (lost.append(1), route.abort()))
    (one,) = hall.many(1)
    until(lambda: lost or page.wait_for_timeout(20))
    page.wait_for_timeout(500)  # both facts of the check-in have been here

    whole.append(1)

    assert one.number == chosen_next(hall, page)
    assert ["Failed to load resource: net::ERR_FAILED"] == list(dict.fromkeys(page.complaints))
    page.complaints.clear()


def test_next_is_closed_while_a_called_patient_is_not_dealt_with(hall, page):
    hall.many(3)
    page.keyboard.press("n")
    current(page, until(lambda: at(hall)).number, "called")
    page.wait_for_selector(".next[aria-disabled=true][aria-busy=false]")
    before = calls(hall)

    page.keyboard.press("n")

    footed(page, "先开始或过号")
    assert before == calls(hall)


def test_passing_is_grey_and_says_why_until_the_rule_allows_it_or_a_reason_is_given(hall, page):
    hall.many(3)
    with alive(hall.hall.client("caller")):
        page.keyboard.press("n")
        one = until(lambda: at(hall))
        page.wait_for_selector("[data-act=pass][aria-disabled=true]")
        page.wait_for_function("() => document.querySelector('#why-not').innerText.includes('已呼叫 1 次，需 2 次')")
        page.keyboard.press("r")
        page.wait_for_function("() => document.querySelector('#why-not').innerText.includes('还需等待')")

        page.keyboard.press("p")
        page.wait_for_selector("[data-form=pass]")
        page.keyboard.type("患者家属说已离开")
        page.keyboard.press("Enter")

    until(lambda: "passed" == {one.id: one.state for one in hall.desk.snapshot("H1").tickets}[one.id])
    assert at(hall) is None


def test_one_silent_screen_of_the_zone_is_enough_to_keep_a_patient_from_being_passed(hall, page):
    hall.many(2)
    name = "another screen"
    said = hall.hall.command("device", "add", "--role", "caller", "--hall", "H1", "--name", name).split()
    with alive(hall.hall.client("caller")):
        page.keyboard.press("n")
        until(lambda: at(hall))
        page.wait_for_selector("[data-act=pass][aria-disabled=true]")
        page.wait_for_function("() => document.querySelector('#why-not').innerText.includes('屏幕或广播离线')")
        silent = next(device for device in hall.desk.snapshot("H1").devices if device.name == name)

        hall.hall.command("device", "revoke", "--hall", "H1", silent.id)

        page.wait_for_function("() => document.querySelector('#why-not').innerText.includes('已呼叫 1 次')")
    assert said[-1].startswith("hall_")


def test_a_patient_goes_to_an_examination_and_the_ticket_says_which(hall, page):
    hall.many(2)
    page.keyboard.press("n")
    one = until(lambda: at(hall))
    current(page, one.number, "called")
    page.keyboard.press("s")
    current(page, one.number, "serving")
    page.keyboard.press("e")
    page.wait_for_selector("#which")
    page.keyboard.type("胸部CT")
    page.keyboard.press("Enter")
    footed(page, "去检查")

    held = {one.id: one for one in hall.desk.snapshot("H1").tickets}[one.id]
    assert ("held", "examination: 胸部CT") == (held.state, held.hold_reason)


def test_a_deed_whose_answer_is_late_holds_up_no_other_patient(hall, page):
    hall.many(2)
    late = []

    def answer_late(route):
        """The first wish is done at once and heard of late; any other as usual."""
        if late:
            route.continue_()
        else:
            late.extend([route, route.fetch()])

    intercept(page, "**/api/v1/tickets/*/hold", answer_late)
    page.keyboard.press("n")
    first = until(lambda: at(hall))
    current(page, first.number, "called")
    page.keyboard.press("e")
    page.wait_for_selector("#which")
    page.keyboard.type("CT\n")
    page.wait_for_selector(".next[aria-disabled=false]")
    page.keyboard.press("n")
    second = until(lambda: at(hall))
    page.wait_for_selector(f".next:has-text('{second.number}')[aria-disabled=true]")

    page.keyboard.press("e")
    page.wait_for_selector(f"[data-form=hold] .ticket-head:has-text('{second.number}')")
    empty = page.input_value("#which")
    page.keyboard.type("MRI\n")
    until(lambda: at(hall) is None or page.wait_for_timeout(20))  # which lets the browser ask answer_late
    route, answer = late
    route.fulfill(response=answer)

    assert "" == empty, "a form of one patient never begins with another's words"
    reasons = {one.id: one.hold_reason for one in hall.desk.snapshot("H1").tickets}
    assert ("examination: CT", "examination: MRI") == (reasons[first.id], reasons[second.id])


def test_a_form_keeps_its_patient_when_others_take_the_patient_away(hall, page):
    hall.many(2)
    page.keyboard.press("n")
    one = until(lambda: at(hall))
    current(page, one.number, "called")
    page.keyboard.press("m")
    page.fill("[data-form=transfer] #reason", "会诊")
    hall.desk.act(one.id, "cancel", reason="test")
    page.wait_for_selector("[data-form=transfer] [data-gone]")

    page.keyboard.type("n")  # in the middle of a word it is no command

    assert (one.number, "会诊n") == (
        page.inner_text(".ticket-head .number"),
        page.input_value("[data-form=transfer] #reason"),
    )
    assert at(hall) is None


def test_a_pause_says_until_when_and_ends_by_the_same_key(hall, page):
    page.keyboard.press("b")
    page.wait_for_selector("[data-form=pause]")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-act=open]")
    station = {one.id: one for one in hall.desk.snapshot("H1").stations}["R1"]
    assert "paused" == station.state
    assert "暂停至" in page.inner_text(".current")

    page.keyboard.press("b")

    page.wait_for_selector("[data-act=pause]")
    assert "open" == {one.id: one.state for one in hall.desk.snapshot("H1").stations}["R1"]


def test_a_booking_cancelled_while_its_patient_is_called_is_said_above_the_patient(hall):
    """Q6: the doctor was told nothing and waited for a patient who had given the booking back."""
    hospital, now = hall.hall.client("service"), datetime.now(UTC).replace(microsecond=0)
    who = {"record_number": "MR-Q6", "name": "林退号"}
    hospital.import_rows("patients", [who])
    booked = {
        "id": "B-Q6", "patient": "MR-Q6", "hall": "H1", "queue": "IM",
        "slot_start": now.isoformat(), "slot_end": (now + timedelta(minutes=15)).isoformat(),
    }  # fmt: skip
    hospital.import_rows("appointments", [booked])
    ticket = hall.desk.check_in("H1", queue="IM", appointment="B-Q6", patient=who).ticket
    hall.desk.call_next("R1", ticket=ticket.id, reason="test")
    with hall.page("doctor1", "/doctor") as page:
        current(page, ticket.number, "called")
        assert 0 == page.locator("[data-booking]").count()

        hospital.import_rows("appointments", [booked | {"state": "退号"}])
        page.wait_for_selector("[data-booking=his_cancelled_called]")

        assert "预约有变 · 医院已退号，但已叫号" in page.inner_text(".current [role=alert]")
        speak(page, "en")
        page.wait_for_selector("html[lang^=en] [data-booking]")
        assert "Booking changed · the hospital cancelled it" in page.inner_text(".current [role=alert]")
        assert [] == faults(page)
        assert [] == page.complaints


def test_a_call_by_mistake_is_undone(hall, page):
    hall.many(2)
    page.keyboard.press("n")
    one = until(lambda: at(hall))
    page.wait_for_selector("[data-act=undo]")

    page.keyboard.press("z")

    until(lambda: at(hall) is None)
    assert "waiting" == {one.id: one.state for one in hall.desk.snapshot("H1").tickets}[one.id]


def test_a_doctor_without_a_room_chooses_one_and_keeps_it_over_a_reload(hall):
    with hall.page("doctor2", "/doctor", tag="en") as page:
        page.click("[data-room=R2]")
        page.wait_for_selector(".next")
        page.reload()
        page.wait_for_selector(".next")

        assert "Room 2" in page.inner_text(".head")
        assert [] == page.complaints


def test_the_compact_layout_has_the_same_keys_and_fits_420_by_160(hall):
    hall.many(3)
    with hall.page("doctor1", "/doctor?compact", size=(420, 160)) as page:
        fits = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        assert [420, 160] == page.evaluate(fits)
        number = named_next(page)
        page.keyboard.press("n")
        current(page, number, "called")
        page.keyboard.press("s")
        current(page, number, "serving")
        page.keyboard.press("f")
        until(lambda: at(hall) is None)

        assert [420, 160] == page.evaluate(fits)


HIDDEN = """() => [...document.querySelectorAll("dialog input, dialog select, dialog .form-end button:not([tabindex])")]
  .filter((field) => {
    const box = field.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.bottom > innerHeight || !(field === top || field.closest("label")?.contains(top) || field.contains(top));
  }).map((field) => field.id || field.value || field.textContent)"""


@pytest.mark.parametrize("tag", ["zh", "en"])
@pytest.mark.parametrize("key", ["p", "e", "m", "b"])
def test_no_field_of_a_compact_form_lies_outside_the_strip_or_under_a_button(hall, tag, key):
    hall.check_in("阿不都热合曼·买买提艾力·吐尔逊江")
    with hall.page("doctor1", "/doctor?compact", tag=tag, size=(420, 160)) as page:
        number = named_next(page)
        page.keyboard.press("n")
        current(page, number, "called")
        page.keyboard.press(key)
        page.wait_for_selector("dialog form")

        assert [] == page.evaluate(HIDDEN)


def test_a_link_lost_mid_press_has_one_effect_and_the_button_says_that_it_tries_again(hall):
    hall.many(6)
    before = calls(hall)
    with Proxy(hall.hall.port, hall.proxied) as proxy, hall.page("doctor1", "/doctor", address=proxy.address) as page:
        number = named_next(page)
        proxy.cut()
        page.keyboard.press("n")
        page.wait_for_function("() => document.querySelector('.next').innerText.includes('重试中')")
        page.wait_for_function("() => document.querySelector('.foot').innerText.includes('只会执行一次')")
        page.keyboard.press("n")
        page.wait_for_selector(".link[data-link=lost]")
        assert before == calls(hall)

        proxy.heal()

        current(page, number, "called")
        page.wait_for_selector(".link[data-link=live]")

    assert before + 1 == calls(hall)
    assert number == at(hall).number


def test_an_answer_lost_on_its_way_back_is_asked_for_again_with_the_same_key(hall):
    hall.many(6)
    before = calls(hall)
    keys = []
    with hall.page("doctor1", "/doctor") as page:
        number = named_next(page)

        def lose_the_answer(route):
            keys.append(route.request.headers["idempotency-key"])
            if len(keys) < 3:
                route.fetch()
                route.abort("connectionreset")
            else:
                route.continue_()

        intercept(page, "**/call-next", lose_the_answer)
        page.keyboard.press("n")
        current(page, number, "called")
        until(lambda: len(keys) >= 3 or page.wait_for_timeout(50))
        page.wait_for_selector("[data-act=undo]")

    assert 1 == len(set(keys))
    assert before + 1 == calls(hall)


def test_a_stalled_link_is_noticed_and_the_list_is_whole_after_it(hall):
    hall.many(2)
    with Proxy(hall.hall.port, hall.proxied) as proxy, hall.page("doctor1", "/doctor", address=proxy.address) as page:
        named_next(page)
        proxy.stall()
        people = hall.many(3)
        hall.desk.call_next("R2")
        page.wait_for_selector(".link[data-link=lost], .link[data-link=polling]", timeout=60_000)
        proxy.heal()
        page.wait_for_selector(".link[data-link=live]", timeout=60_000)
        page.keyboard.press("n")
        one = until(lambda: at(hall))
        current(page, one.number, "called")

    assert one.id not in {person.id for person in people}


def test_axe_finds_nothing_on_the_station_and_its_forms(hall):
    hall.many(3)
    hall.desk.call_next("R1")
    hall.desk.start(at(hall).id)
    with hall.page("doctor1", "/doctor") as page:
        page.wait_for_selector("[data-act=finish]:not([aria-disabled=true])")
        found = {"station": faults(page)}
        for key, region in {"e": ".side-form", "m": ".side-form", "b": ".side-form", "?": "dialog"}.items():
            page.keyboard.press(key)
            page.wait_for_selector(region)
            found[key] = faults(page, region)
            page.keyboard.press("Escape")
            page.wait_for_selector(region, state="detached")
        page.set_viewport_size({"width": 420, "height": 160})
        page.goto(page.url + "?compact")
        page.wait_for_selector("[data-link=live] .next")
        found["compact"] = faults(page)

    assert {} == {key: said for key, said in found.items() if said}
