"""The oldest browsers of each page: written down in package.json, told in the documents."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUPPORTED = json.loads((ROOT / "package.json").read_text("utf-8"))["browserslist"]
ROWS = {"consoles": "| consoles, ", "kiosk": "| kiosk | C", "wall": "| wall | C"}


@pytest.mark.parametrize("page", ROWS)
def test_the_documents_name_the_browsers_that_make_check_holds_the_pages_to(page):
    lines = (ROOT / "docs" / "operations.md").read_text("utf-8").splitlines()
    [row] = [line for line in lines if line.startswith(ROWS[page])]

    assert [] == [browser for browser in SUPPORTED[page] if browser.split()[1] not in row]


def test_the_document_of_the_wall_names_the_same_browsers():
    text = (ROOT / "docs" / "wall.md").read_text("utf-8")
    chromium, firefox = (browser.split()[1] for browser in SUPPORTED["wall"])

    assert f"needs Chromium {chromium} (or Firefox {firefox}) or newer" in text
