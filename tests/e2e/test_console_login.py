"""Signing in and out at the consoles, and what their shells give away."""

import re

import pytest

from tests.support.browser import a_page, faults
from tests.support.console_page import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser):
    with a_page(browser, (1366, 768)) as opened:
        yield opened


def sign_in(page, user, password=PASSWORD):
    page.fill("#username", user)
    page.fill("#password", password)
    page.press("#password", "Enter")


@pytest.mark.parametrize(("user", "home"), [("nurse1", "/nurse"), ("doctor1", "/doctor"), ("admin1", "/admin")])
def test_everybody_lands_on_their_own_page(page, consoles, user, home):
    page.goto(consoles.hall.address)
    assert page.url.endswith("/login")

    sign_in(page, user)

    page.wait_for_url(f"**{home}")


def test_a_wrong_password_is_said_and_the_field_is_ready_again(page, consoles):
    page.goto(f"{consoles.hall.address}/login")

    sign_in(page, "nurse1", "not the password")

    page.wait_for_selector("#login-error:visible")
    assert "用户名或密码错误。多次出错后，请等五分钟再试。" == page.inner_text("#login-error")
    assert "password" == page.evaluate("document.activeElement.id")
    assert "" == page.input_value("#password")


def test_a_password_for_one_sign_in_is_changed_for_another_in_the_same_form(page, consoles):
    address = consoles.hall.address
    admin = page.context.request
    assert 200 == admin.post(f"{address}/api/v1/session", data={"username": "admin1", "password": PASSWORD}).status
    body = {"username": "newcomer", "name": "新护士", "role": "nurse", "hall": "H1", "password": PASSWORD}
    made = admin.post(f"{address}/api/v1/staff", data=body, headers={"Idempotency-Key": "newcomer"})
    assert 201 == made.status, made.text()
    page.context.clear_cookies()
    page.goto(f"{address}/login")
    assert page.is_hidden("#new-password")

    sign_in(page, "newcomer", made.json()["password"])
    page.wait_for_selector("#new-password:visible")
    assert "此密码只能使用一次，请设置新密码。" == page.inner_text("#login-error")
    assert "新密码（至少 10 个字符）" in page.inner_text("form#login")
    assert "new-password" == page.evaluate("document.activeElement.id")
    assert [] == faults(page)
    page.keyboard.type("a third long sentence")
    page.keyboard.press("Enter")

    page.wait_for_url("**/nurse")


def test_a_page_that_was_wished_for_opens_after_the_login(page, consoles):
    page.goto(f"{consoles.hall.address}/board?hall=H1")
    assert "/login?next=/board" in page.url

    sign_in(page, "nurse1")

    page.wait_for_url("**/board?hall=H1")


def test_a_link_cannot_lead_away_after_the_login(page, consoles):
    page.goto(f"{consoles.hall.address}/login?next=//evil.example/nurse")

    sign_in(page, "nurse1")

    page.wait_for_url(f"{consoles.hall.address}/nurse")
    assert "evil" not in page.url


def test_a_doctor_who_opens_the_nurses_desk_gets_the_own_station(page, consoles):
    page.goto(f"{consoles.hall.address}/nurse")
    sign_in(page, "doctor1")

    page.wait_for_url("**/doctor")
    assert page.url.startswith(consoles.hall.address)


def test_the_language_is_kept_from_the_login_to_the_desk(page, consoles):
    page.goto(f"{consoles.hall.address}/login")
    with page.expect_navigation():
        page.click("#language")
    assert "en" == page.evaluate("document.documentElement.lang")
    assert "Staff sign-in" == page.inner_text("h1")

    sign_in(page, "nurse1")

    page.wait_for_selector("[data-link=live]")
    assert "Check in" in page.inner_text(".tools")


def test_signing_out_ends_the_session_and_going_back_shows_nothing(page, consoles):
    page.goto(f"{consoles.hall.address}/login")
    sign_in(page, "nurse1")
    page.wait_for_selector("[data-link=live]")

    page.click("[data-act=sign-out]")
    page.wait_for_url("**/login")
    page.goto(f"{consoles.hall.address}/nurse")

    assert "/login" in page.url


def test_a_shell_allows_only_its_own_scripts_and_is_never_kept(page, consoles):
    first, second = (page.request.get(f"{consoles.hall.address}/login") for _ in range(2))
    policy = first.headers["content-security-policy"]
    nonces = [re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1] for answer in (first, second)]

    assert "unsafe" not in policy
    assert "object-src" in policy or "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in first.text()
    assert "no-store" == first.headers["cache-control"]


def test_the_pages_own_reads_need_a_session(page, consoles):
    for path in ("/console/halls/H1", "/console/halls/H1/paper", "/console/stations/R1/coming"):
        assert 401 == page.request.get(consoles.hall.address + path).status, path


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_axe_finds_nothing_on_the_login(page, consoles, tag):
    page.context.add_cookies([{"name": "hall_language", "value": tag, "url": consoles.hall.address}])
    page.goto(f"{consoles.hall.address}/login")

    assert [] == faults(page)
