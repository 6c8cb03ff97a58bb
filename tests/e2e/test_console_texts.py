"""The consoles' words: every sentence in every language, every sentence that is used there."""

import re
from pathlib import Path

import pytest

from server.domain.lifecycle import ACTIONS
from server.protocol.terms import ENDED, Action, AlertKind, DeviceRole, Lane, PrintJobState, StationState, TicketState
from tests.support.catalogues import plain

CONSOLE = Path(__file__).resolve().parents[2] / "server" / "console"
LANGUAGES = ("zh", "en")
TEXTS = {tag: plain("console", tag) for tag in LANGUAGES}
USED = re.compile(r"""\bt\(\s*["']([a-z0-9_.]+)["']""")
MADE = re.compile(r"\bt\(\s*`([a-z_.]+)\$\{")

ROW = re.compile(r"^  \{ (action: .*) \},$", re.MULTILINE)
FIELD = re.compile(r'(\w+): (?:"([^"]*)"|(true))')


def rows():
    """The table of the pages' actions: one dictionary a row."""
    found = ROW.findall(sources()["actions.js"])
    return [{name: text or flag for name, text, flag in FIELD.findall(row)} for row in found]


def sources():
    return {path.name: path.read_text(encoding="utf-8") for path in (CONSOLE / "web").glob("*.js")}


def test_every_sentence_a_page_asks_for_is_there():
    asked = {(name, key) for name, text in sources().items() for key in USED.findall(text)}

    assert len(asked) > 100
    assert [] == [(name, key) for name, key in sorted(asked) if key not in TEXTS["zh"]]


def test_every_family_of_sentences_a_page_composes_is_there():
    families = {(name, stem) for name, text in sources().items() for stem in MADE.findall(text)}

    missing = [(name, stem) for name, stem in sorted(families) if not any(key.startswith(stem) for key in TEXTS["zh"])]

    assert [] == missing


def test_the_english_catalogue_is_english_and_the_chinese_one_chinese():
    han = re.compile(r"[㐀-鿿]")

    assert [] == [key for key, text in TEXTS["en"].items() if han.search(text)]
    latin = {"vital.gcs", "after.nobody", "comma", "labelled", "vital.spo2.unit"}
    units = re.compile(r"unit$|^slot$")
    assert [] == [
        key for key, text in TEXTS["zh"].items() if not han.search(text) and key not in latin and not units.search(key)
    ]


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("alert", AlertKind),
        ("state", set(TicketState) - ENDED),
        ("lane", set(Lane) - {Lane.ORDINARY}),
        ("station", StationState),
        ("job_state", PrintJobState),
        ("role", DeviceRole),
    ],
)
def test_every_closed_word_of_the_hall_has_a_sentence(family, words):
    assert [] == [word for word in words if f"{family}.{word}" not in TEXTS["zh"]]


def test_every_action_of_a_page_is_one_of_the_server_or_the_pages_own():
    table = rows()

    assert 19 <= len(table)
    assert [] == [row["action"] for row in table if "always" not in row and row["action"] not in set(Action)]
    assert [] == [row["action"] for row in table if "always" not in row and not ACTIONS[Action(row["action"])].reaches]


def test_every_action_of_a_page_has_its_texts():
    table = rows()
    needed = {row.get("label", f"action.{row['action']}") for row in table}
    needed |= {row["help"] for row in table if "help" in row}
    needed |= {f"done.{row['action']}" for row in table if "form" not in row}

    assert [] == sorted(needed - TEXTS["zh"].keys())


def test_no_page_has_two_actions_on_one_key():
    text = sources()["actions.js"]
    for table in text.split("export const")[1:3]:
        keys = re.findall(r'key: "(.)"', table)
        assert len(keys) == len(set(keys)) > 5
