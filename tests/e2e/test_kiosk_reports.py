"""A patient prints reports at the kiosk: what comes out, what does not, and paper that ends in the middle."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from tests.support.hall import RunningHall, until
from tests.support.kiosk_page import ARGUMENTS, CHROMIUM, KioskProcess

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine"),
]
PATIENTS = "record_number,name,sex,birth_date\nP2001,欧阳小明,male,1958-03-12\n"


def bundle(identifier, title, status="final", items=3, code="58410-2"):
    """A FHIR R4 bundle of one report about P2001."""
    subject = {
        "resourceType": "Patient", "id": "p", "name": [{"text": "欧阳小明"}], "gender": "male",
        "birthDate": "1958-03-12", "identifier": [{"value": "P2001"}],
    }  # fmt: skip
    results = [
        {
            "resourceType": "Observation", "id": f"o{number}", "status": "final", "code": {"text": f"项目{number:02d}"},
            "valueQuantity": {"value": 5 + number / 10, "unit": "mmol/L"},
            "referenceRange": [{"low": {"value": 3}, "high": {"value": 6}}],
            "interpretation": [{"coding": [{"code": "H" if number % 2 else "L"}]}],
        }
        for number in range(items)
    ]  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "id": identifier, "identifier": [{"value": identifier}], "status": status,
        "code": {"text": title, "coding": [{"code": code}]}, "subject": {"reference": "Patient/p"},
        "issued": datetime.now(UTC).isoformat(timespec="seconds"), "resultsInterpreter": [{"display": "王检验师"}],
        "effectiveDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }  # fmt: skip
    entries = [subject, *results, report]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}


@pytest.fixture(scope="module")
def hall():
    running = RunningHall(stations=1)
    (running.folder / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    running.command("import", "patients", str(running.folder / "patients.csv"))
    running.start()
    laboratory = running.client("service")
    laboratory.deliver_report(bundle("L1", "生化全套", items=40))
    laboratory.deliver_report(bundle("L2", "尿常规", status="preliminary"))
    laboratory.deliver_report(bundle("L3", "HIV 抗体"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def printer():
    device = VirtualPrinter(576, lambda: datetime.now(UTC))
    port = PrinterPort(device, "127.0.0.1", 0)
    port.start()
    device.address = f"tcp://127.0.0.1:{port.port}?stall_timeout=2&status_timeout=1"
    yield device
    port.stop()


@pytest.fixture
def page(hall, printer):
    kiosk = KioskProcess(hall.address, hall.token("kiosk"), printer.address)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1080, "height": 1920}, reduced_motion="reduce")
        opened.set_default_timeout(40_000)
        opened.goto(kiosk.address)
        opened.wait_for_selector("main.main-home")
        yield opened
        browser.close()
    kiosk.close()


def prints_of(hall, title):
    seen = hall.client("kiosk").identify("H1", scan="P2001").choices.reports
    return next(report["prints"] for report in seen if report["title"] == title)


def test_a_report_counts_as_printed_only_when_all_of_it_is_on_paper(page, hall, printer):
    page.click("[data-task=reports]")
    page.wait_for_selector("main.main-identify")
    page.keyboard.type("P2001")
    page.keyboard.press("Enter")
    page.wait_for_selector("main.main-reports")
    listed = page.inner_text("main")

    assert "生化全套" in listed
    assert "部分结果已出,完整报告未完成" in listed
    assert "您有 1 份报告需到服务台" in listed
    assert "HIV" not in page.content()
    assert 1 == page.locator("[data-report]").count()

    printer.set_faults({"paper_out_after": 20_000})
    page.click("[data-report]")
    page.wait_for_selector("main.main-reports [role=alert]")

    assert "没有打印完整" in page.inner_text("[role=alert]")
    assert 0 == prints_of(hall, "生化全套")

    printer.set_faults({"paper_out": False})
    page.click("[data-report]")
    page.wait_for_selector("main.main-reports .printed")

    assert 1 == until(lambda: prints_of(hall, "生化全套"))
    whole = printer.paper.slips()[-1].image
    assert (576, True) == (whole.width, whole.height > 2000)
