"""What the page says and in which colours: both catalogues whole, every pair of colours readable."""

import re
from pathlib import Path

import pytest

from kiosk.agent.web import WEB
from kiosk.machine.state import Screen, State
from kiosk.machine.view import view
from server.domain.queueing.stated_wait import Delay
from server.protocol.assets import shared_assets
from server.protocol.terms import ErrorCode
from server.protocol.texts import languages
from tests.support.catalogues import plain

CATALOGUES = {tag: plain("kiosk", tag) for tag in languages()}
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WEB.glob("*.js")))
PYTHON = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WEB.parent.rglob("*.py")))


def test_every_sentence_the_page_asks_for_is_there():
    asked = set(re.findall(r'\bt\("([\w.]+)"', SCRIPTS))
    asked |= set(re.findall(r'(?:Message|notice)\((?:\w+, )?"([\w.]+)"', PYTHON))

    assert set() == asked - CATALOGUES["zh"].keys()


def test_no_sentence_is_empty_and_none_is_left_in_the_other_language():
    for key, text in CATALOGUES["en"].items():
        assert text.strip(), key
        assert not re.search(r"[\u4e00-\u9fff]", text), key
    for key, text in [*CATALOGUES["zh"].items(), *CATALOGUES["yue"].items()]:
        assert not re.search(r"[\u4e00-\u9fff],|[\u4e00-\u9fff]\?", text), f"{key}: half-width punctuation"


def test_refusals_are_named_by_codes_that_exist():
    named = {key.removeprefix("problem.") for key in CATALOGUES["zh"] if key.startswith("problem.")} - {"other"}

    assert named <= set(ErrorCode)


def test_every_cause_of_a_longer_wait_has_its_words():
    assert {f"later.{cause}" for cause in Delay} == {key for key in CATALOGUES["zh"] if key.startswith("later.")}


def colours():
    css = (shared_assets() / "hall.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour):
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.2 contrast ratio."""
    low, high = sorted((luminance(colours()[one]), luminance(colours()[other])))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "paper", 15),
        ("ink", "mist", 14),
        ("grey", "paper", 7),
        ("grey", "mist", 4.5),
        *((name, "paper", 6) for name in ("blue", "green", "orange", "red")),
        *((name, f"{name}-mist", 4.5) for name in ("blue", "green", "orange", "red")),
        ("paper", "blue-deep", 7),
        ("paper", "red-deep", 7),
        ("ink", "amber", 10),
        ("amber", "night", 11),
        ("paper", "night", 17),
        ("night-soft", "night", 10),
        ("line", "paper", 3),
    ],
)
def test_every_pair_of_colours_can_be_read(text, ground, least):
    assert round(contrast(text, ground), 1) >= least


def test_pages_hold_no_inline_script_and_no_inline_style():
    page = (WEB / "index.html").read_text(encoding="utf-8")

    assert ["importmap"] == re.findall(r'<script type="(\w+)" nonce', page)
    assert not re.search(r"\son\w+=|style=", page)
    assert not re.search(r"\bstyle=\$|innerHTML|dangerouslySetInnerHTML|\beval\(", SCRIPTS)


def test_the_agents_folder_ships_everything_the_page_loads():
    loaded = set(re.findall(r'from "/web/([\w.]+)"', SCRIPTS)) | {"app.js", "kiosk.css", "index.html"}

    assert set() == {name for name in loaded if not (Path(WEB) / name).exists()}


@pytest.mark.parametrize(("screen", "family", "first"), [("health", "flag", "chest_pain"), ("fever", "sign", "fever")])
def test_a_question_about_danger_names_the_signs_of_the_rules_in_their_order(screen, family, first):
    signs = view(State(screen=Screen(screen)))["signs"]

    assert first == signs[0]
    assert {f"{family}.{sign}" for sign in signs} == {key for key in CATALOGUES["zh"] if key.startswith(f"{family}.")}
