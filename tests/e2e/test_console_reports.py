"""Reports that wait at the desk: a nurse sees why, looks at the card, and hands them over, by keyboard."""

import pytest

from tests.support.browser import faults, intercept
from tests.support.console_page import footed, speak
from tests.support.hall import until
from tests.support.kiosk_page import a_report

pytestmark = pytest.mark.browser
LONG_NAME = "阿不都热合曼·买买提艾力·吐尔逊江·阿卜杜热合曼"
WANG = {
    "record_number": "RP1", "name": "王秀英", "sex": "female", "birth_date": "1950-05-01", "language": "zh",
}  # fmt: skip
LONG = WANG | {"record_number": "RP2", "name": LONG_NAME}
NOBODY = WANG | {"record_number": "RP9", "name": "赵小宝"}


def critical(bundle):
    """The report with a critical first result."""
    bundle["entry"][1]["resource"]["interpretation"] = [{"coding": [{"code": "HH"}]}]
    return bundle


@pytest.fixture(scope="module")
def laboratory(consoles):
    service = consoles.hall.client("service")
    fields = ("record_number", "name", "sex", "birth_date")
    service.import_rows("patients", [{field: one[field] for field in fields} for one in (WANG, LONG)])
    service.deliver_report(a_report("RP-HIV", "HIV 抗体", WANG, items=2))
    service.deliver_report(critical(a_report("RP-HH", "急诊生化", LONG, items=3)))
    service.deliver_report(a_report("RP-TP", "梅毒螺旋体抗体", WANG, items=1))
    service.deliver_report(a_report("RP-NO", "血常规", NOBODY, items=2))
    return service


@pytest.fixture(scope="module")
def station(consoles):
    """A print station of the hall, without which nothing can be printed at the desk."""
    return consoles.hall.client("station")


@pytest.fixture(scope="module")
def opened(consoles, laboratory, station):
    with consoles.page("nurse1", "/nurse") as page:
        yield page


@pytest.fixture
def page(opened):
    """The desk with its panel of reports open, found by its key."""
    speak(opened, "zh")
    opened.keyboard.press("Escape")
    opened.keyboard.press("Escape")
    opened.complaints.clear()
    opened.keyboard.press("l")
    opened.wait_for_selector("[data-report]")
    yield opened
    assert [] == [said for said in opened.complaints if "the server responded with a status of 4" not in said]


def open_report(page, typed):
    """Type a part of a name and open the first that fits."""
    page.keyboard.type(typed)
    page.wait_for_selector("[data-reports='1']")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-form=hand_over]")


def reasons(page):
    return {
        item.get_attribute("data-reason") for item in page.query_selector_all("[data-form=hand_over] [data-reason]")
    }


def claimed(station, page):
    """The paper that a station of the hall was given."""
    job = until(station.claim_print_job)
    station.report_print_job(job.id, "printed", "the test's eyes")
    return job.document


def test_a_withheld_report_is_handed_over_after_a_look_at_the_card(page, station):
    """P17: what the kiosk sends to the desk, the desk could not hand over."""
    open_report(page, "hiv")
    assert {"withheld"} == reasons(page)
    page.keyboard.press("Enter")
    footed(page, "请先看身份证件")
    assert "report-seen" == page.evaluate("document.activeElement.id")
    page.keyboard.press(" ")
    page.press("#report-seen", "Enter")
    footed(page, "王秀英 的报告已送去打印")
    page.wait_for_function(
        "() => ![...document.querySelectorAll('[data-report]')].some((row) => row.textContent.includes('HIV'))"
    )

    paper = claimed(station, page)
    assert ("HIV 抗体", 2) == (paper["title"], len(paper["items"]))


def test_a_critical_value_is_answered_for_before_its_report_is_handed_over(page, station):
    """P17: nobody could acknowledge a critical value, so its report waited for ever. The longest name stays whole."""
    open_report(page, LONG_NAME[:6])
    assert "critical" in reasons(page)
    assert LONG_NAME in page.inner_text("[data-form=hand_over]")
    assert "项目00 5.0 mmol/L" in page.inner_text("[data-critical=open]")
    page.check("#report-seen")
    page.press("#report-seen", "Enter")
    footed(page, "先通知医生")

    page.fill("#report-by", "李医生")
    page.press("#report-by", "Enter")
    page.wait_for_selector("[data-critical=answered]")
    assert "李医生" in page.inner_text("[data-critical=answered]")
    page.press("#report-seen", "Enter")
    footed(page, "的报告已送去打印")
    assert "HH" == claimed(station, page)["items"][0]["flag"]


def test_a_report_of_nobody_is_given_to_the_patient_whose_number_the_nurse_reads(page, station):
    """P12, P17: an unmatched report reached nobody and nobody was told."""
    open_report(page, "赵小宝")
    assert {"unmatched"} == reasons(page)
    page.keyboard.type("RP404")
    page.check("#report-seen")
    page.press("#report-seen", "Enter")
    page.wait_for_selector(".foot-alarm .say-danger")
    assert page.is_visible("[data-form=hand_over]")

    page.fill("#report-patient", "RP1")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    page.press("#report-more", "Enter")
    footed(page, "请写明代领人")
    page.fill("#report-more", "女儿 王某")
    page.press("#report-more", "Enter")
    page.wait_for_selector("[data-asked=confirm]")
    assert "姓名与报告不符" in page.inner_text("[data-asked=confirm]")
    assert [] == faults(page)
    page.check("#report-sure")
    page.press("#report-sure", "Enter")
    footed(page, "的报告已送去打印")
    assert "血常规" == claimed(station, page)["title"]


def test_the_list_says_so_when_nothing_fits_and_speaks_english(page):
    page.fill("[role=combobox]", "11010119500501RP1")  # as a reader types a card's number
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-report]')].every((row) => row.textContent.includes('王秀英'))"
    )
    page.fill("[role=combobox]", "没有这个人")
    page.wait_for_selector(".side .empty")
    assert "没有符合的报告" in page.inner_text(".side .empty")
    page.keyboard.press("Escape")
    speak(page, "en")
    page.keyboard.press("l")
    page.wait_for_selector("[data-report]")
    assert "in person" in page.inner_text("[data-report]")
    assert [] == faults(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-form=hand_over]")
    assert [] == faults(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-report]")


def test_a_list_that_cannot_be_read_says_so_and_can_be_asked_for_again(opened):
    speak(opened, "zh")
    opened.keyboard.press("Escape")
    intercept(opened, "**/halls/*/reports", lambda route: route.fulfill(status=404, json={"title": "没有这个候诊区"}))
    opened.keyboard.press("l")
    opened.wait_for_selector(".side [role=alert]")
    assert "没有这个候诊区" in opened.inner_text(".side [role=alert]")
    opened.unroute("**/halls/*/reports")
    opened.click(".side [role=alert] button")
    opened.wait_for_selector("[data-report]")
    opened.keyboard.press("Escape")
