"""What our pages may say on a browser's console, by their source."""

import re

import pytest

from tests.support.hall import ROOT

PAGES = ("server/console/web", "kiosk/web", "caller/web", "hardware/virtual/web")
CALL = re.compile(r"\bconsole\.\w+\(")
PLAIN = re.compile(r'"[^"]*"(, (kind|\w+\.name))*\)')
"""A fixed text, then the kind of a message or the name of an error."""


def said(source: str) -> list[str]:
    """Calls of the console that say more."""
    return [found[0] for found in CALL.finditer(source) if not PLAIN.match(source, found.end())]


@pytest.mark.parametrize("folder", PAGES)
def test_a_page_tells_the_console_fixed_texts_and_names_of_errors(folder):
    """S9: V8 quotes what it could not parse in an error's message, and a kiosk's console is a log of the system."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / folder).glob("*.js")]

    assert sources
    assert [] == said("\n".join(sources))


def test_a_page_that_tells_more_is_found():
    """A planted leak."""
    assert 3 == len(said('console.log(patient); console.error("no", error); console.warn(`no ${name}`);'))
