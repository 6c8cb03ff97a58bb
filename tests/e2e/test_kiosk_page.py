"""A patient at the kiosk: real server, real agent, real browser, virtual printer."""

import os
import re
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from tests.support.browser import a_page
from tests.support.hall import HOSPITAL, RunningHall, a_late_slip, until
from tests.support.kiosk_page import GLASS, LAYOUT, KioskProcess, a_report, language, open_kiosk, send_keys

pytestmark = pytest.mark.browser
HALL = (
    HOSPITAL
    + """
[[hall]]
id = "H1"
name = {zh = "内科候诊区", yue = "內科候診區", en = "Internal medicine waiting area"}
languages = ["zh", "yue", "en"]
[[hall.queue]]
id = "IM"
name = {zh = "内科", en = "Internal medicine"}
prefix = "A"
mode = "woven"
scale = "CN-OPD"
privacy = "masked"
[[hall.queue]]
id = "DE"
name = {zh = "皮肤科", en = "Dermatology"}
prefix = "D"
mode = "woven"
scale = "CN-OPD"
privacy = "number_only"
[[hall.station]]
id = "R1"
name = {zh = "1诊室", en = "Room 1"}
queues = ["IM", "DE"]
"""
)
PATIENT = {"record_number": "P1001", "name": "欧阳小明", "sex": "male", "birth_date": "1958-03-12", "language": "zh"}
PATIENTS = """record_number,name,sex,birth_date,phone
P1001,欧阳小明,male,1958-03-12,13800001234
P1002,Canary Testperson,female,1990-01-02,13900005678
"""


def appointments():
    now = datetime.now(UTC).replace(microsecond=0)
    slot = now.isoformat(), (now + timedelta(minutes=15)).isoformat()
    rows = [("ap1", "P1001", "H1", "IM", *slot), ("ap2", "P1002", "H1", "IM", *slot)]
    return "id,patient,hall,queue,slot_start,slot_end\n" + "".join(",".join(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def hall():
    running = RunningHall(HALL)
    for kind, rows in (("patients", PATIENTS), ("appointments", appointments())):
        (running.folder / f"{kind}.csv").write_text(rows, encoding="utf-8")
        running.command("import", kind, str(running.folder / f"{kind}.csv"))
    running.start()
    laboratory = running.client("service")
    laboratory.deliver_report(a_report("L1", "生化全套", PATIENT))
    laboratory.deliver_report(a_report("L2", "尿常规", PATIENT, status="preliminary"))
    laboratory.deliver_report(a_report("L3", "HIV 抗体", PATIENT))
    yield running
    running.close()


@pytest.fixture(scope="module")
def kiosk(hall):
    process = KioskProcess(hall.address, hall.token("kiosk"))
    yield process
    process.close()


@pytest.fixture
def page(browser, kiosk):
    with a_page(browser, GLASS) as opened:
        open_kiosk(opened, kiosk)
        yield opened
        assert [] == opened.errors


def on(page, screen):
    page.wait_for_selector(f"main.main-{screen}")


def scan(page, code):
    send_keys(page, code, end="Enter")


def type_in(page, code, tail):
    page.click("[data-act=type]")
    page.fill("#typed", code)
    page.click("[type=submit]")
    for digit in tail:
        page.click(f"[data-key='{digit}']")
    page.click("[type=submit]")


def prove(page, tail):
    """A card's number proves nobody: the last four of the phone do."""
    on(page, "proof")
    for digit in tail:
        page.click(f"[data-key='{digit}']")
    page.click("[type=submit]")


def healthy(page):
    for screen in ("health", "fever"):
        on(page, screen)
        page.click("[data-act=none]")
    on(page, "confirm")
    page.click("[data-act=confirm]")


COUNT_TOUCHES = """() => {
  window.touches = 0;
  addEventListener("click", (event) => { window.touches += event.isTrusted; }, true);
}"""


@pytest.mark.parametrize(
    ("tag", "take"), [("zh", "请取走您的号票"), ("yue", "請取回您的籌紙"), ("en", "Please take your slip")]
)
def test_a_nameless_person_takes_a_number_and_a_slip_by_six_touches(page, kiosk, hall, tag, take):
    """Of the twenty seconds of a check-in, a person takes most: three for each touch."""
    language(page, tag)
    begun = time.time_ns()
    page.evaluate(COUNT_TOUCHES)
    page.click("[data-task=walk_in]")
    page.click("[data-option='queue:IM']")
    page.click("[data-act=skip]")
    healthy(page)
    on(page, "done")

    assert 6 == page.evaluate("window.touches")
    number = page.inner_text(".big-number")
    assert re.fullmatch(r"A\d{3}", number)
    assert take in page.inner_text("main")
    assert 240 <= page.evaluate("parseFloat(getComputedStyle(document.querySelector('.big-number')).fontSize)")
    with Image.open(until(lambda: kiosk.slips(begun))[0]) as slip:
        assert 576 == slip.width
    assert until(lambda: "printed" in fate_of_paper(hall, number))


def test_of_taps_in_one_breath_none_is_lost_and_none_counts_for_the_screen_after(page):
    taps = [".head-keys [lang=en]", "[data-task=check_in]", "[data-task=walk_in]", "[data-task=check_in]"]

    page.evaluate("taps => taps.map((tap) => document.querySelector(tap)).forEach((key) => key.click())", taps)

    on(page, "identify")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    page.wait_for_timeout(300)
    assert page.query_selector("main.main-identify")


def fate_of_paper(hall, number):
    """What the journal says became of the paper of a number."""
    events = hall.client("console").events("H1", 0).events
    ticket = next(event.ticket.id for event in events if event.ticket and event.ticket.number == number)
    return {event.print_job.state for event in events if event.print_job and event.print_job.ticket == ticket}


def test_a_typed_code_with_the_phones_last_digits_checks_in(page):
    language(page, "en")
    page.click("[data-task=check_in]")
    on(page, "identify")
    type_in(page, "P1001", "1234")
    healthy(page)
    on(page, "done")

    assert "Your number is" in page.inner_text("h1")
    assert "欧阳小明" not in page.content()


def test_a_card_on_the_first_screen_is_enough_and_leaves_nothing_behind(page):
    scan(page, "P1002")
    prove(page, "5678")
    for screen in ("health", "fever"):
        on(page, screen)
        page.click("[data-act=none]")
    on(page, "confirm")
    assert "C***** T*********" in page.inner_text("main")

    page.click("[data-act=not-me]")
    on(page, "home")

    assert "C*****" not in page.content()
    assert [0, 0, ""] == page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")


def test_a_number_that_others_know_shows_no_report_whatever_is_known_of_it(page):
    """P1: number and Enter from a keyboard, or a QR code of the plain number, printed the laboratory report."""
    page.click("[data-task=reports]")
    on(page, "identify")
    scan(page, "P1001")
    prove(page, "1234")
    on(page, "notice")

    assert "只凭卡号不能打印报告" in page.inner_text("main").replace("\n", "")
    assert "生化全套" not in page.content()


def test_todays_slip_with_the_last_four_lists_final_reports_and_says_what_is_not_ready_or_at_the_desk(page, hall):
    patient = {"name": PATIENT["name"], "record_number": PATIENT["record_number"]}
    slip = hall.client("console").check_in("H1", queue="DE", patient=patient).slip
    page.click("[data-task=reports]")
    on(page, "identify")
    scan(page, slip.code)
    on(page, "proof")
    assert "打印报告前" in page.inner_text("main")
    prove(page, "1234")
    on(page, "reports")
    listed = page.inner_text("main")

    assert "生化全套" in listed
    assert "部分结果已出" in listed
    assert "您有 1 份报告在服务台" in listed
    assert "HIV" not in page.content()
    assert 1 == page.locator("[data-report]").count()


def test_a_wrong_tail_finds_nobody_and_says_what_to_do(page):
    page.click("[data-task=check_in]")
    on(page, "identify")
    type_in(page, "P1001", "9999")

    assert "没有找到您的信息" in page.inner_text("[role=alert]")


def test_a_danger_calls_staff_and_gives_no_number(page, hall):
    before = len(hall.client("console").snapshot("H1").tickets)
    page.click("[data-task=walk_in]")
    page.click("[data-option='queue:IM']")
    page.click("[data-act=skip]")
    on(page, "health")
    page.click("[data-act=some]")
    on(page, "staff")

    seen = hall.client("console").snapshot("H1")
    assert before == len(seen.tickets)
    (alert,) = [one for one in seen.alerts if one.kind == "red_flag"]
    assert "不要离开" in page.inner_text("main")
    assert "过来时" in page.inner_text("main"), "nobody is said to come before somebody said so"
    hall.client("console").acknowledge_alert(alert.id, going="李护士")
    page.wait_for_selector(".staff-coming:has-text('李护士正在过来')")


def test_three_taps_in_one_place_never_answer_the_danger_questions(page, hall):
    """U2"""
    before = len(hall.client("console").snapshot("H1").tickets)
    page.click("[data-task=walk_in]")
    page.click("[data-option='queue:IM']")
    page.click("[data-act=skip]")
    on(page, "health")
    page.wait_for_selector("[data-act=none]:enabled")
    box = page.query_selector("[data-act=none]").bounding_box()
    sizes = {tuple(round(one.bounding_box()[side]) for side in ("width", "height"))
             for one in page.query_selector_all(".choices .button")}  # fmt: skip
    for _ in range(3):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(900)  # a calm hand: the 0.7 s are over each time

    on(page, "staff")
    assert 1 == len(sizes), "both answers weigh the same"
    assert before == len(hall.client("console").snapshot("H1").tickets)


def test_help_is_heard_by_the_staff(page, hall):
    page.click("footer .button")
    on(page, "staff")

    assert "help" in {alert.kind for alert in hall.client("console").snapshot("H1").alerts}


@pytest.mark.parametrize(("width", "height"), [(768, 1366), (1366, 768), (1080, 2340)])
def test_another_glass_shows_the_same_page_whole(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        "height => Math.abs(document.querySelector('footer').getBoundingClientRect().bottom - height) < 2", arg=height
    )

    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert [width, height] == page.evaluate(size)


def test_a_server_that_hangs_is_told_while_it_hangs_and_the_late_ticket_still_comes(page, hall, kiosk):
    before = tickets_of(hall, "DE")
    page.click("[data-task=walk_in]")
    page.click("[data-option='queue:DE']")
    page.click("[data-act=skip]")
    for screen in ("health", "fever"):
        on(page, screen)
        page.click("[data-act=none]")
    on(page, "confirm")
    os.killpg(hall.process.pid, signal.SIGSTOP)
    try:
        page.click("[data-act=confirm]")
        on(page, "notice")
        assert "人工窗口" in page.inner_text("h1")
    finally:
        os.killpg(hall.process.pid, signal.SIGCONT)
    on(page, "done")

    assert page.inner_text(".big-number").startswith("D")
    assert 1 == len(tickets_of(hall, "DE") - before)


def tickets_of(hall, queue):
    """The numbers of a queue's live tickets."""
    return {ticket.number for ticket in hall.client("console").snapshot("H1").tickets if ticket.queue == queue}


def test_a_kiosk_killed_in_the_middle_of_a_check_in_gives_exactly_one_number(page, hall, kiosk):
    before = {ticket.number for ticket in hall.client("console").snapshot("H1").tickets}
    begun = time.time_ns()
    page.click("[data-task=walk_in]")
    page.click("[data-option='queue:IM']")
    page.click("[data-act=skip]")
    for screen in ("health", "fever"):
        on(page, screen)
        page.click("[data-act=none]")
    on(page, "confirm")
    os.killpg(hall.process.pid, signal.SIGSTOP)
    page.click("[data-act=confirm]")
    on(page, "working")
    until(kiosk.wishes)  # the wish is written down; what is not was never sent
    kiosk.kill()
    os.killpg(hall.process.pid, signal.SIGCONT)
    kiosk.start()

    on(page, "done")
    number = page.inner_text(".big-number")
    after = {ticket.number for ticket in hall.client("console").snapshot("H1").tickets}
    assert {number} == after - before
    assert 1 == len(until(lambda: kiosk.slips(begun)))


def test_a_page_whose_words_did_not_come_asks_for_them_again(page, kiosk):
    page.route("**/shared/texts/kiosk.json", lambda route: route.abort(), times=2)
    page.goto(kiosk.address)

    on(page, "home")
    assert 5 == page.locator("[data-task]").count()


def test_an_agent_that_was_killed_comes_back_with_a_fresh_page(page, kiosk):
    kiosk.kill()
    page.wait_for_selector(".lost")
    assert {"这台机器正在重新启动。请用旁边的机器，或到人工窗口办理。"} <= set(page.locator("h1").all_inner_texts())

    kiosk.start()

    on(page, "home")


@pytest.fixture(scope="module")
def late_slip():
    """A kiosk, and the code of a slip whose wait has been outrun since."""
    running = RunningHall(HALL, HALL_REPLAY="1").start()
    slip = a_late_slip(running)
    kiosk = KioskProcess(running.address, running.token("kiosk"))
    yield kiosk, slip.code
    kiosk.close()
    running.close()


@pytest.mark.parametrize(
    ("tag", "reasons"),
    [
        ("zh", ["比先前告知的时间晚，因为：", "1 位病情更急的患者先看", "1 间诊室暂停或停诊"]),
        ("yue", ["比先前告知的時間遲，因為：", "1 位病情較急的病人先看", "1 間診室暫停或停診"]),
        ("en", ["Later than we told you, because of:", "1 in a more urgent condition", "rooms paused or stopped: 1"]),
    ],
)
def test_my_place_says_why_the_wait_ends_later_than_the_slip_said(browser, late_slip, tag, reasons):
    kiosk, code = late_slip
    with a_page(browser, GLASS) as page:
        open_kiosk(page, kiosk)
        language(page, tag)
        page.click("[data-task=place]")
        scan(page, code)
        on(page, "place")
        page.wait_for_selector(".later")

        assert reasons == [page.inner_text(".later p"), *page.locator(".later li").all_inner_texts()]
        assert [] == page.evaluate(LAYOUT)
        assert [] == page.errors
