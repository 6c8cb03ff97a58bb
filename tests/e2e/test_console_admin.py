"""The administrator's page: the hall file checked and applied as text, devices revoked, accounts listed."""

import pytest

from tests.support.browser import a_page, faults
from tests.support.console_page import PASSWORD, Consoles, speak

pytestmark = pytest.mark.browser
OLD, NEW = 'name = {zh = "3诊室", en = "Room 3"}', 'name = {zh = "三诊室", en = "Room three"}'


@pytest.fixture(scope="module")
def clinic(browser):
    opened = Consoles(browser)
    yield opened
    opened.close()


@pytest.fixture
def page(clinic, browser):
    with a_page(browser, (1366, 768)) as opened:
        clinic.sign_in(opened, "admin1", clinic.hall.address)
        opened.goto(f"{clinic.hall.address}/admin")
        opened.wait_for_selector("#toml")
        yield opened
        assert [] == opened.errors


def rewrite(page, old, new):
    page.fill("#toml", page.input_value("#toml").replace(old, new))


def check(page):
    page.click("[data-act=check]")
    page.wait_for_selector("#admin-said .notice")


def apply(page, password=PASSWORD):
    page.click("[data-act=apply]")
    page.fill("#own-password", password)
    page.press("#own-password", "Enter")


def test_a_changed_hall_file_is_checked_and_then_applied(page, clinic):
    assert page.is_disabled("[data-act=apply]")
    rewrite(page, OLD, NEW)
    check(page)
    assert "诊室 R3：name 有改动" in page.inner_text("#admin-said")
    assert "3诊室" in {station.name["zh"] for station in clinic.desk.snapshot("H1").stations}

    apply(page, "not my password")
    assert "密码不对，请重新输入您本人的登录密码。" == page.inner_text("[data-form=confirm] [role=alert]")
    assert "3诊室" in {station.name["zh"] for station in clinic.desk.snapshot("H1").stations}, "S3: asked again first"
    page.fill("#own-password", PASSWORD)
    page.press("#own-password", "Enter")

    page.wait_for_selector("#admin-said .notice-good")
    assert "三诊室" in {station.name["zh"] for station in clinic.desk.snapshot("H1").stations}


def test_faults_are_named_by_line_and_a_touch_leads_there(page, clinic):
    before = clinic.desk.snapshot("H1").epoch
    rewrite(page, 'mode = "woven"', 'mood = "woven"')
    check(page)
    page.click("#admin-said [data-line]")

    chosen = "(area => area.value.slice(area.selectionStart, area.selectionEnd))(document.querySelector('#toml'))"
    assert 'mood = "woven"' == page.evaluate(chosen)
    assert "did you mean 'mode'" in page.inner_text("#admin-said")
    assert page.is_disabled("[data-act=apply]")
    assert [] == faults(page)
    assert before == clinic.desk.snapshot("H1").epoch


def test_who_edited_an_older_text_overwrites_nobody(page, clinic, browser):
    with a_page(browser, (1366, 768)) as other:
        clinic.sign_in(other, "admin1", clinic.hall.address)
        other.goto(f"{clinic.hall.address}/admin")
        other.wait_for_selector("#toml")
        rewrite(other, 'zh = "1诊室"', 'zh = "一诊室"')
        check(other)
        apply(other)
        other.wait_for_selector("#admin-said .notice-good")
    rewrite(page, "急诊内科", "急诊")

    check(page)

    assert "别人刚刚改过" in page.inner_text("#admin-said")


def test_the_file_is_exported_as_it_stands_in_the_page(page):
    page.fill("#toml", "# mine\n")
    with page.expect_download() as downloaded:
        page.click("[data-act=export]")

    assert "hall.toml" == downloaded.value.suggested_filename
    assert "# mine\n" == downloaded.value.path().read_text(encoding="utf-8")
    page.click("[data-act=discard]")


def test_a_device_is_revoked_only_by_a_second_press(page, clinic):
    clinic.hall.command("device", "add", "--role", "kiosk", "--hall", "H1", "--name", "lost kiosk")
    page.reload()
    row = page.locator("[data-device]", has_text="lost kiosk")
    row.locator("[data-act=revoke]").click()
    assert "false" == row.get_attribute("data-revoked")

    row.locator("[data-act=revoke]").click()

    page.wait_for_selector("[data-revoked=true]")
    assert "lost kiosk" not in {device.name for device in clinic.desk.snapshot("H1").devices}


@pytest.mark.parametrize(("tag", "wrong", "seen"), [("zh", "缺纸", "最近联系"), ("en", "out of paper", "last seen")])
def test_a_printer_without_paper_is_not_shown_as_online(page, clinic, tag, wrong, seen):
    """O8: out of paper showed as “● 在线”, and nothing said when a machine was last heard or what paper waits."""
    clinic.hall.client("station").heartbeat(0, {"printer": "paper_out", "ok": False})
    clinic.desk.print_list("H1")
    speak(page, tag)
    page.reload()
    row = page.locator("[data-device]", has_text="test station")

    assert f"▲ {wrong}" in row.inner_text()
    assert seen in row.inner_text()
    assert {"zh": "纸单排队：", "en": "paper queued: "}[tag] in page.inner_text("[data-waiting=H1]")
    assert [] == faults(page)


@pytest.mark.parametrize(("tag", "words"), [("zh", ("周护士", "护士")), ("en", ("周护士", "Nurse"))])
def test_accounts_are_listed_in_the_readers_language_and_axe_finds_nothing(page, tag, words):
    speak(page, tag)

    assert all(word in page.inner_text(".admin-side") for word in words)
    assert [] == faults(page)
