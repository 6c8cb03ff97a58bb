"""A language is one folder: one made up here reaches the slip, calls, the kiosk, the wall and the consoles."""

import io

import pytest
from PIL import Image

from hardware.escpos.layout.slip import draw_slip
from hardware.escpos.layout.words import language_of, word
from kiosk.machine.state import Hall
from kiosk.machine.steps import home_language, offered
from server.domain.wording import shown, spoken
from server.protocol import texts
from server.protocol.terms import ErrorCode
from server.web import problems
from tests.support import made_language
from tests.support.api import an_api
from tests.support.browser import a_page
from tests.support.made_language import CODE
from tests.support.printers import P80, differing_dots, make_slip
from tests.support.wall import a_wall, normal


@pytest.fixture(autouse=True)
def another(tmp_path):
    """The made-up language among the real ones."""
    kept = texts.LOCALES
    made_language.make(tmp_path)
    texts.use(tmp_path)
    yield
    texts.use(kept)


def test_it_stands_last_among_the_languages():
    assert ["zh", "yue", "en", CODE] == list(texts.languages())


def test_a_slip_is_drawn_in_it_with_its_plural_forms():
    assert CODE == language_of(CODE)
    assert ["1 osoba", "3 osoby", "5 osób"] == [word("ahead", CODE, n=n) for n in (1, 3, 5)]
    slip = make_slip(language=CODE)
    page = draw_slip(slip, P80)

    file = io.BytesIO()
    page.save(file, format="PNG")
    assert page.size == Image.open(file).size
    assert page.width == draw_slip(make_slip(language="en"), P80).width
    assert page.height >= draw_slip(make_slip(language="en"), P80).height
    assert 0 < differing_dots(page, draw_slip(make_slip(language=CODE, ahead=5), P80))


def test_a_call_is_shown_and_spoken_in_it():
    place = {"en": "Room 3", CODE: "Rooomoom 3"}
    asked = {"number": "A012", "station_names": place, "languages": [CODE]}

    assert {CODE: "Numbernumber A012, pleaseplease gogo toto Rooomoom 3"} == shown("call", **asked)
    assert {CODE: "Numbernumber A 0 1 2, pleaseplease gogo toto Rooomoom 3"} == spoken("call", **asked)


def test_the_kiosk_offers_it_where_its_hall_is_called_in_it():
    hall = Hall("H1", languages=(CODE, "zh"))

    assert CODE == home_language(hall)
    assert ["zh", "en", CODE] == offered(hall)
    assert ["zh", "en"] == offered(Hall("H1"))


def test_a_refusal_has_its_title_in_it():
    assert "Thisthis cancan bebe undoneundone forfor 30 secondsseconds onlyonly." == problems.title_of(
        ErrorCode.UNDO_TOO_LATE, problems.language_of("qq, en;q=0.5")
    )


def test_the_consoles_speak_it_and_offer_the_others():
    with an_api(fresh=True) as api:
        client = api.server.app.test_client()
        client.set_cookie("hall_language", CODE)
        page = client.get("/login").get_data(as_text=True)
        sent = client.get("/shared/texts/console.json").get_json()

    assert f'<html lang="pl" data-language="{CODE}"' in page
    assert texts.Texts("console").text("login.title", CODE) in page
    assert all(f">{name}</button>" in page for name in ("中文", "English"))
    assert {"zh", "en", CODE} == set(sent["files"])


@pytest.mark.browser
def test_the_wall_shows_it(browser):
    from playwright.sync_api import expect

    with a_wall() as wall, a_page(browser, (1920, 1080), still=False) as page:
        wall.show(*normal())
        page.goto(f"{wall.address}?lang={CODE}")

        expect(page.locator("#ready-label")).to_have_text("Nextnext 请准备")
        assert "pl" == page.evaluate("document.documentElement.lang")
        assert [] == page.complaints
