"""Draws the consoles' pictures of docs/design.md into a folder. A made-up hall; knows no real patient.

Run from the project's root:
`python -m tests.support.console_pictures docs/pictures`
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.browser import a_browser, a_page
from tests.support.console_page import GIVEN, PASSWORD, SURNAMES, Consoles, choose
from tests.support.kiosk_page import a_report

LONG_ZH = "阿不都热合曼·买买提艾力·吐尔逊江"
LONG_EN = "Wolfeschlegelsteinhausenbergerdorff-Montgomery Maximilian"
LARGEST = 150_000


def morning(consoles: Consoles) -> None:
    """Forty people of the last hour and a half: some graded, some waiting too long, some passed, held, called."""
    now = datetime.now(UTC).replace(microsecond=0)
    people: list[Any] = []
    for n in range(40):
        desk = consoles.desk.at(now - timedelta(minutes=62 - 1.5 * n))
        queue = "ED" if n % 4 == 3 else "IM"
        name = {7: LONG_ZH, 18: LONG_EN}.get(n, f"{SURNAMES[n % 20]}{GIVEN[n * 7 % 10]}")
        person = {"name": name, "sex": ("female", "male")[n % 2], "birth_date": f"{1935 + n}-0{1 + n % 9}-1{n % 9}"}
        people.append(desk.check_in("H1", queue=queue, patient=person).ticket)
        if queue == "ED" and n < 32:
            grade = ("Ⅳa", "Ⅲ", "Ⅲ", "Ⅱ")[n // 4 % 4]
            desk.at(now - timedelta(minutes=60 - 1.5 * n)).triage(
                people[-1].id, grade=grade, vitals={"pulse": 96, "temperature": 37.8}, reason="主诉与查体"
            )
    desk = consoles.desk.at(now)
    for n, tag in ((4, "老"), (9, "军"), (14, "孕")):
        desk.prioritise(people[n].id, tag, "证件")
    desk.triage(people[20].id, grade="U", vitals={"temperature": 39.1})
    for room, after in (("R1", "pass"), ("R2", "pass"), ("R1", "start"), ("R2", "")):
        called = desk.call_next(room).ticket
        if after == "pass":
            desk.pass_over(called.id, reason="不在")
        elif after:
            desk.act(called.id, after)
    desk.hold(people[24].id, "examination: 胸部CT")
    desk.stage(people[25].id, "R1")
    desk.set_station("R3", "pause", minutes=20, reason="会诊")
    desk.raise_alert("worse", ticket=people[28].id)


def draw(page: Any, folder: Path, name: str) -> None:
    """One picture, refused when it is too large to be kept."""
    page.wait_for_timeout(400)
    path = folder / f"{name}.png"
    page.screenshot(path=str(path))
    Image.open(path).quantize(128).save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{path} has {path.stat().st_size} bytes"
    print(f"{path.name} {path.stat().st_size // 1000} kB")


def draw_empty(consoles: Consoles, folder: Path) -> None:
    with consoles.page("nurse1", "/nurse") as page:
        draw(page, folder, "nurse-empty")
    with consoles.page("doctor1", "/doctor") as page:
        draw(page, folder, "doctor-empty")


def draw_nurse(consoles: Consoles, folder: Path) -> None:
    for tag, end in (("zh", ""), ("en", "-en")):
        with consoles.page("nurse1", "/nurse", tag=tag) as page:
            page.keyboard.press("Home")
            draw(page, folder, f"nurse-forty{end}")
            page.keyboard.press("?")
            draw(page, folder, f"nurse-keys{end}")
            page.keyboard.press("Escape")
            choose(page, "E010")
            page.keyboard.press("t")
            page.keyboard.type("28 88 95 60 118 39.2 A 4")
            page.fill("#complaint", "胸闷2小时")
            page.wait_for_selector("[data-suggestion]")
            draw(page, folder, f"nurse-triage{end}")
            page.fill("#vital-systolic", "950")
            page.wait_for_selector(".field-error")
            draw(page, folder, f"nurse-error{end}")
    with consoles.page("nurse1", "/nurse") as page:
        choose(page, "E002")
        draw(page, folder, "nurse-long-names")
        page.keyboard.press("e")
        page.wait_for_selector("[data-explained]")
        draw(page, folder, "nurse-why")
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        draw(page, folder, "nurse-check-in")
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        draw(page, folder, "nurse-machines")
        page.context.set_offline(True)
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        page.keyboard.press("Enter")
        page.wait_for_selector(".link[data-link=lost]", timeout=30_000)
        draw(page, folder, "nurse-lost")
    with consoles.page("nurse1", "/board") as page:
        draw(page, folder, "nurse-board")


def deliver_reports(consoles: Consoles) -> None:
    """Reports that wait at the desk, for reasons that staff alone may know."""
    service = consoles.hall.client("service")
    people = [
        {"record_number": f"RP{n}", "name": name, "sex": sex, "birth_date": f"{1948 + 7 * n}-05-0{n + 1}"}
        for n, (name, sex) in enumerate(
            [("王秀英", "female"), ("李建国", "male"), (LONG_ZH, "male"), ("孙丽", "female")]
        )
    ]
    service.import_rows("patients", people)
    waiting = [
        (people[1], "感染标志物四项 HIV"),
        (people[2], "梅毒螺旋体抗体"),
        (people[3] | {"record_number": "RP9"}, "血常规"),
    ]
    for n, (person, title) in enumerate(waiting):
        service.deliver_report(a_report(f"LIS-{n}", title, person | {"language": "zh"}, items=2))
    critical = a_report("LIS-9", "急诊生化", people[0] | {"language": "zh"}, items=2)
    critical["entry"][1]["resource"] |= {
        "code": {"text": "钾"}, "valueQuantity": {"value": 7.9, "unit": "mmol/L"},
        "interpretation": [{"coding": [{"code": "HH"}]}],
    }  # fmt: skip
    service.deliver_report(critical)


def draw_reports(consoles: Consoles, folder: Path) -> None:
    deliver_reports(consoles)
    for tag, end in (("zh", ""), ("en", "-en")):
        with consoles.page("nurse1", "/nurse", tag=tag) as page:
            page.keyboard.press("l")
            page.wait_for_selector("[data-report]")
            draw(page, folder, f"nurse-reports{end}")
            page.keyboard.type("急诊生化")
            page.keyboard.press("Enter")
            page.wait_for_selector("[data-form=hand_over]")
            draw(page, folder, f"nurse-hand-over{end}")


def draw_doctor(consoles: Consoles, folder: Path) -> None:
    for tag, end in (("zh", ""), ("en", "-en")):
        with consoles.page("doctor1", "/doctor", tag=tag) as page:
            page.wait_for_selector(".next-number")
            draw(page, folder, f"doctor-serving{end}")
    with consoles.page("doctor1", "/doctor?compact", size=(420, 160)) as page:
        page.wait_for_selector(".next-number")
        draw(page, folder, "doctor-compact")
    with consoles.page("doctor1", "/doctor") as page:
        page.keyboard.press("n")
        page.wait_for_selector("[data-state=called]")
        draw(page, folder, "doctor-called")
        page.keyboard.press("s")
        page.wait_for_selector("[data-state=serving]")
        page.context.set_offline(True)
        page.keyboard.press("n")
        page.wait_for_selector(".link[data-link=lost]", timeout=30_000)
        draw(page, folder, "doctor-lost")


def draw_login(consoles: Consoles, folder: Path, browser: Any) -> None:
    for tag, locale in (("zh", "zh-CN"), ("en", "en-GB")):
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=locale)
        page = context.new_page()
        page.goto(f"{consoles.hall.address}/login")
        if tag == "en":
            page.fill("#username", "nurse1")
            page.fill("#password", f"not {PASSWORD}")
            page.press("#password", "Enter")
            page.wait_for_selector("#login-error:visible")
        draw(page, folder, f"login-{tag}")
        context.close()


def draw_admin(consoles: Consoles, folder: Path) -> None:
    for tag, end in (("zh", ""), ("en", "-en")):
        with a_page(consoles.browser, (1366, 768), locale={"zh": "zh-CN", "en": "en-GB"}[tag]) as page:
            consoles.sign_in(page, "admin1", consoles.hall.address)
            page.goto(f"{consoles.hall.address}/admin")
            page.wait_for_selector("#toml")
            text = page.input_value("#toml")
            for name, old, new in (("admin", "3诊室", "三诊室"), ("admin-error", 'mode = "woven"', 'mood = "woven"')):
                page.fill("#toml", text.replace(old, new))
                page.click("[data-act=check]")
                page.wait_for_selector("#admin-said .notice")
                draw(page, folder, f"{name}{end}")
            page.click("[data-act=discard]")


def main(folder: Path) -> None:
    with a_browser() as browser:
        consoles = Consoles(browser, HALL_REPLAY="1")
        try:
            draw_empty(consoles, folder)
            morning(consoles)
            draw_nurse(consoles, folder)
            draw_reports(consoles, folder)
            draw_doctor(consoles, folder)
            draw_admin(consoles, folder)
            draw_login(consoles, folder, browser)
        finally:
            consoles.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
