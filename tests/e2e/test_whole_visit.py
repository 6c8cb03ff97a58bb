"""A whole visit with real processes: kiosk, slip, nurse, doctor, wall, loudspeaker, report. In Chinese, in English."""

import array
import contextlib
import math
import random
import wave
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.sheet import Sheet
from hardware.escpos.layout.slip import number_face
from hardware.ports import Profile
from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.protocol.stream.socket import HallSocket
from server.protocol.terms import Evidence, PrintJobState
from tests.support.browser import a_page
from tests.support.caller_process import Ear, a_caller
from tests.support.console_page import Consoles, choose, grade_by_keyboard
from tests.support.hall import HOSPITAL, until
from tests.support.kiosk_page import GLASS, KioskProcess, a_report, language, open_kiosk, send_keys
from tests.support.printers import as_sent, differing_dots, strip

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HALL = (
    HOSPITAL
    + """
[[hall]]
id = "H1"
name = {zh = "急诊候诊区", en = "Emergency waiting area"}
[[hall.queue]]
id = "ED"
name = {zh = "急诊内科", en = "Emergency medicine"}
prefix = "E"
mode = "graded"
scale = "CN-ED-2018"
privacy = "masked"
[[hall.station]]
id = "R1"
name = {zh = "3诊室", en = "Room 3"}
queues = ["ED"]
[[hall.station]]
id = "R2"
name = {zh = "4诊室", en = "Room 4"}
queues = ["ED"]
"""
)
PATIENTS = {
    "zh": {
        "record_number": "P1001", "name": "金丝雀阿强", "sex": "male", "birth_date": "1958-03-12",
        "identity_number": "110101195803120015", "phone": "13800001234", "language": "zh",
    },
    "en": {
        "record_number": "P1002", "name": "Canary Featherstone", "sex": "female", "birth_date": "1990-01-02",
        "identity_number": "110101199001020029", "phone": "13900001234", "language": "en",
    },
}  # fmt: skip
CANARIES = [
    *(one[word] for one in PATIENTS.values() for word in ("name", "identity_number", "phone")),
    "金丝雀", "丝雀", "阿强", "Canary", "Featherstone",
]  # fmt: skip
WORDS = {
    "zh": {"done": "您的号码是", "torn": "没有打印完整", "title": "生化全套"},
    "en": {"done": "Your number is", "torn": "did not print completely", "title": "Chemistry panel"},
}
ON = "() => document.getElementById('rows').textContent"
CALLED = """number => [...document.querySelectorAll('.banner:not([hidden]) .call')].map((call) => call.textContent)
  .find((said) => said.includes(number))"""


@pytest.fixture(scope="module")
def consoles(browser):
    running = Consoles(browser, HALL)
    service = running.hall.client("service")
    service.import_rows("patients", list(PATIENTS.values()))
    now = datetime.now(UTC).replace(microsecond=0)
    slot = {"slot_start": now.isoformat(), "slot_end": (now + timedelta(minutes=15)).isoformat()}
    for tag, one in PATIENTS.items():
        booked = {"id": f"ap-{tag}", "patient": one["record_number"], "hall": "H1", "queue": "ED", **slot}
        service.import_rows("appointments", [booked])
        service.deliver_report(a_report(f"L-{tag}", WORDS[tag]["title"], one))
    yield running
    running.close()


@pytest.fixture(scope="module")
def printer():
    device = VirtualPrinter(576, lambda: datetime.now(UTC))
    port = PrinterPort(device, "127.0.0.1", 0)
    port.start()
    device.address = f"tcp://127.0.0.1:{port.port}?stall_timeout=10&status_timeout=10"
    yield device
    port.stop()


@pytest.fixture(scope="module")
def kiosk(consoles, printer):
    process = KioskProcess(consoles.hall.address, consoles.hall.token("kiosk"), printer.address)
    yield process
    process.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return tmp_path_factory.mktemp("announcements")


@pytest.fixture(scope="module")
def wall(consoles, sound):
    """The address of the wall page of a caller whose loudspeaker is a folder.

    It speaks with the cheapest engine that is real speech: the neural one has tests of its own.
    """
    voice = f"file://{sound}?engine=pyttsx3,neural&slack=8"
    with a_caller(consoles.hall.address, consoles.hall.token("caller"), voice) as address:
        yield address


@pytest.fixture(scope="module")
def socket(consoles):
    """Every frame that the server sends to a caller."""
    frames = []
    token = consoles.hall.token("caller")
    heard = {"token": token, "hall": "H1"}
    link = HallSocket(consoles.hall.address, heard, lambda name, data: frames.append(f"{name} {data}"), random.random)
    link.start()
    until(lambda: link.up)
    yield frames
    link.stop()


def ticket_of(consoles, number):
    return next((one for one in consoles.desk.snapshot("H1").tickets if one.number == number), None)


def becomes(consoles, number, state):
    until(lambda: (one := ticket_of(consoles, number)) is not None and state == one.state)


@contextlib.contextmanager
def kiosk_page(browser, kiosk, tag):
    """The kiosk's glass, in a language."""
    with a_page(browser, GLASS) as page:
        page.set_default_timeout(40_000)
        open_kiosk(page, kiosk)
        language(page, tag)
        yield page
        assert [] == page.errors
        assert [] == told_of(page)


def told_of(page):
    """Patients in what a page said on its browser's console, and in addresses, which proxies and browsers keep."""
    told = unquote("\n".join([*page.said, *page.errors, *page.asked, page.title()]))
    return [canary for canary in [*CANARIES, *(one["record_number"] for one in PATIENTS.values())] if canary in told]


BROKEN = """import("/console/web/api.js").then(({ get }) => get("/api/v1/broken")).catch((error) => {
  console.error(error.message);
  return error.message;
})"""


def an_answer_that_breaks_off(page, name):
    """What the page makes of half an answer with a name in it: V8's own message would quote it."""
    page.route("**/api/v1/broken", lambda route: route.fulfill(body=f'{{"name": "{name}'))
    assert "answer 200 is not JSON" == page.evaluate(BROKEN)


def check_in(page, patient):
    """Type the code and the proof that it is theirs, say that nothing is wrong, confirm; the number on the page."""
    page.click("[data-task=check_in]")
    page.wait_for_selector("main.main-identify")
    page.click("[data-act=type]")
    page.fill("#typed", patient["record_number"])
    page.click("[type=submit]")
    for digit in patient["phone"][-4:]:
        page.click(f"[data-key='{digit}']")
    page.click("[type=submit]")
    for screen in ("health", "fever"):
        page.wait_for_selector(f"main.main-{screen}")
        page.click("[data-act=none]")
    page.wait_for_selector("main.main-confirm")
    page.click("[data-act=confirm]")
    return page.wait_for_selector("main.main-done .big-number").inner_text()


def number_on(slip):
    """The number as it stands on the paper: the one of a hundred whose large digits differ in the fewest dots."""
    image = slip.image

    def difference(number):
        sheet = Sheet(image.width, "zh")
        face, height = number_face(number, Profile(width=image.width))
        sheet.stamp(number, face, height)
        digits = sheet.finish(0)
        places = range(0, image.height - digits.height, 1)
        return min(differing_dots(digits, image.crop((0, y, image.width, y + digits.height))) for y in places[:200])

    found = sorted((difference(f"E{n:03d}"), f"E{n:03d}") for n in range(1, 21))
    assert found[0][0] < found[1][0] / 2, f"not to be read: {found[:2]}"
    return found[0][1]


def triage(consoles, tag, number):
    """The nurse grades the patient in the page, by the keyboard."""
    with consoles.page("nurse1", "/nurse", tag=tag) as page:
        choose(page, number)
        grade_by_keyboard(page)
        becomes(consoles, number, "waiting")
        assert [] == page.complaints
        an_answer_that_breaks_off(page, PATIENTS[tag]["name"])
        assert [] == told_of(page)


def sound_in(path):
    """Of a 16-bit WAV: seconds, the loudness (RMS) of what follows the chime, and how much of it is not silent."""
    with wave.open(str(path)) as file:
        rate, samples = file.getframerate(), array.array("h", file.readframes(file.getnframes()))
    words = samples[int(1.5 * rate) :]
    step = rate // 20
    pieces = [words[at : at + step] for at in range(0, len(words) - step, step)]
    loudness = [math.sqrt(sum(one * one for one in piece) / len(piece)) for piece in pieces]
    whole = math.sqrt(sum(one * one for one in loudness) / len(loudness))
    return len(samples) / rate, whole, sum(one > 200 for one in loudness) / len(loudness)


def outcomes(consoles):
    return [fact.reason for fact in consoles.desk.events("H1", 0).events if fact.kind == "announcement.outcome"]


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_a_patient_is_checked_in_graded_called_heard_seen_and_leaves(
    browser, consoles, kiosk, printer, wall, socket, sound, tag
):
    patient, heard, told = PATIENTS[tag], set(sound.glob("*.wav")), len(outcomes(consoles))
    cut = printer.paper.count
    with kiosk_page(browser, kiosk, tag) as page:
        number = check_in(page, patient)
        assert WORDS[tag]["done"] in page.inner_text("main")
        slip = until(lambda: printer.paper.count > cut and printer.paper.slips()[-1])
    assert number == number_on(slip)
    if slip.read_codes is not None:
        assert [number] == [one["number"] for one in scanned(consoles, slip.read_codes[0]).choices.tickets]

    triage(consoles, tag, number)
    assert "Ⅲ" == ticket_of(consoles, number).grade

    with a_page(browser, (1920, 1080), still=False) as screen:
        ear = Ear(screen)
        screen.goto(f"{wall}?lang={tag}")
        with consoles.page("doctor1", "/doctor", tag=tag) as doctor:
            doctor.wait_for_function("n => document.querySelector('.next .next-number')?.innerText === n", arg=number)
            doctor.keyboard.press("n")
            banner = screen.wait_for_function(CALLED, arg=number).json_value()  # as it stood: it goes soon
            assert ("Room 3" if tag == "en" else "3诊室") in banner
            screen.wait_for_function(f"n => ({ON})().includes(n)", arg=number)
            spoken = until(lambda: set(sound.glob("*.wav")) - heard, within=120, every=0.5).pop()
            doctor.keyboard.press("s")
            doctor.wait_for_selector(f"[data-current={number}][data-state=serving]")
            doctor.keyboard.press("f")
            until(lambda: ticket_of(consoles, number) is None)
            assert [] == doctor.complaints
            assert [] == told_of(doctor)
        screen.wait_for_function(f"n => !({ON})().includes(n)", arg=number)
        assert [] == told_of(screen)

    seconds, loudness, busy = sound_in(spoken)
    print(f"announcement {seconds:.1f} s, RMS after the chime {loudness:.0f}, {busy:.0%} of it not silent")
    assert seconds > 4
    assert loudness > 300
    assert busy > 0.3
    assert ["spoken"] == until(lambda: outcomes(consoles)[told:], within=60)
    frames = "\n".join([*ear.heard, *socket])
    assert number in "\n".join(ear.heard)
    assert number in "\n".join(socket)
    assert [] == [canary for canary in CANARIES if canary in frames]


def scanned(consoles, code):
    """Who a kiosk would say this is, by what its reader read."""
    return consoles.hall.client("kiosk").identify("H1", scan=code)


def read_from_chip(consoles, tag):
    """The patient as a kiosk knows them by the chip of their card."""
    return consoles.hall.client("kiosk").identify("H1", scan=PATIENTS[tag]["record_number"], how=Evidence.CHIP)


def slip_of(consoles, tag):
    """The code of the slip that this patient holds today."""
    one = PATIENTS[tag]
    patient = {"name": one["name"], "record_number": one["record_number"]}
    return consoles.desk.check_in("H1", patient=patient).slip.code


def report_of(consoles, tag):
    reports = read_from_chip(consoles, tag).choices.reports
    return next(report for report in reports if report["title"] == WORDS[tag]["title"])


def drawn_report(consoles, tag):
    """What the paper must look like: the document a kiosk gets, drawn; that job is then given up as not printed."""
    client = consoles.hall.client("kiosk")
    seen = read_from_chip(consoles, tag)
    job = client.print_report(report_of(consoles, tag)["id"], seen.visit_token, language=tag)
    client.report_print_job(job.id, PrintJobState.FAILED, "only looked at")
    document = ReportDocument.model_validate(job.document)
    assert 40 == len(document.items)
    return strip(map(as_sent, draw_report(document, Profile(), datetime.now(UTC))))


def report_jobs(consoles):
    """How each report job ended so far, with the printer's word."""
    facts = consoles.desk.events("H1", 0).events
    jobs = [fact.print_job for fact in facts if fact.print_job is not None and fact.print_job.kind == "report"]
    return [(job.state, job.evidence or "") for job in jobs if job.state in {"printed", "failed", "unknown"}]


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_a_report_whose_paper_ends_is_not_counted_says_so_and_comes_out_whole_after_the_refill(
    browser, consoles, kiosk, printer, tag
):
    expected = drawn_report(consoles, tag)
    with kiosk_page(browser, kiosk, tag) as page:
        page.click("[data-task=reports]")
        page.wait_for_selector("main.main-identify")
        send_keys(page, slip_of(consoles, tag))
        page.wait_for_selector("main.main-proof")
        for digit in PATIENTS[tag]["phone"][-4:]:
            page.click(f"[data-key='{digit}']")
        page.click("[type=submit]")
        page.wait_for_selector("main.main-reports")
        before = len(report_jobs(consoles))
        printer.set_faults({"paper_out_after": 20_000})
        page.click("[data-report]")
        page.wait_for_selector("main.main-reports [role=alert]")

        assert WORDS[tag]["torn"] in page.inner_text("[role=alert]")
        state, evidence = until(lambda: report_jobs(consoles)[before:])[-1]
        assert ("failed", True) == (state, evidence.startswith("paper_out torn"))
        assert 0 == report_of(consoles, tag)["prints"]

        cut = printer.paper.count
        printer.set_faults({"paper_out": False})
        page.click("[data-report]")
        page.wait_for_selector("main.main-reports .printed")

        assert "printed" == until(lambda: report_jobs(consoles)[before + 1 :])[-1][0]
        assert 1 == report_of(consoles, tag)["prints"]
        whole = printer.paper.slips()[-1]
        assert printer.paper.count > cut
        assert 0 == differing_dots(expected, whole.image)


COUNT_TONES = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
}"""


def test_a_danger_told_at_the_kiosk_sounds_at_the_desk_and_the_time_it_was_seen_is_kept(browser, consoles, kiosk):
    before = [one.id for one in consoles.desk.snapshot("H1").tickets]
    with consoles.page("nurse1", "/nurse") as desk:
        desk.evaluate(COUNT_TONES)
        desk.keyboard.press("1")  # browsers stay silent until the page was touched
        with kiosk_page(browser, kiosk, "zh") as page:
            page.click("[data-task=walk_in]")
            page.wait_for_selector("main.main-identify")
            page.click("[data-act=skip]")
            page.wait_for_selector("main.main-health")
            page.click("[data-act=some]")
            page.wait_for_selector("main.main-staff")
            assert "不要离开" in page.inner_text("main")
        desk.wait_for_selector(".alerts [data-kind=red_flag]")
        desk.wait_for_function("() => window.tones > 0 && window.tones % 3 === 0")
        (alert,) = [one for one in consoles.desk.snapshot("H1").alerts if one.kind == "red_flag"]

        desk.keyboard.press("a")
        desk.wait_for_selector(".alerts [data-kind=red_flag] .alert-going")
        desk.keyboard.press("c")
        desk.wait_for_selector("[data-form=close_alert]")
        desk.keyboard.press("Enter")
        desk.wait_for_selector(".alerts [data-kind=red_flag]", state="detached")

    facts = [fact.alert for fact in consoles.desk.events("H1", after=0, limit=10_000).events if fact.alert]
    seen = next(fact for fact in reversed(facts) if fact.id == alert.id)
    assert seen.acknowledged_at is not None
    assert "nurse:nurse1" == seen.acknowledged_by
    assert before == [one.id for one in consoles.desk.snapshot("H1").tickets]
