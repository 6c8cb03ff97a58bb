"""Every reference to a document, a heading, a row, a source or a finding leads to something in the project."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("server", "kiosk", "caller", "hardware", "tests", "docs", ".ci")
NOT_OURS = {"vendor", "node_modules", "__pycache__"}
KINDS = {".py", ".toml", ".js", ".css", ".html", ".md"}

NAME = re.compile(r"(?<![\w./-])((?:\.\./)*(?:[\w.-]+/)*[\w-]+\.md)\b")
"""A document by its name, with or without its folder; no part of an address."""
PLACE = re.compile(
    r"(?<![\w./-])((?:[\w.-]+/)*[\w-]+\.md)`?(?:\]\([^)]*\))?, (?:rows? (\d+(?:(?:, | to | and )\d+)*)|(?=[A-Z]))"
)
"""A document and what in it: `docs/faults.md, row 6` or `docs/sources.md, Spoken calls`."""
PLACEHOLDER = "NNNN"
"""Stands for the number of a decision that is still to be written."""
LINK = re.compile(r"\]\(([^)\s#:]*)(?:#([^)\s]+))?\)")
MARK = re.compile(r"\[(S\d+)\]")
ENTRY = re.compile(r"^- \*\*\[(S\d+)\]\*\* .+", re.MULTILINE)
FINDING = re.compile(r'"""([A-Z]\d{1,2}(?:(?:, | and )[A-Z]\d{1,2})*)[:.]')


def files() -> Iterator[Path]:
    """Text of the project, without what others made and without the wrong references planted here."""
    yield from (path for path in ROOT.iterdir() if path.suffix in KINDS or path.name == "Makefile")
    for place in PLACES:
        for path in (ROOT / place).rglob("*"):
            if path.suffix in KINDS and not NOT_OURS & set(path.parts) and path != Path(__file__).resolve():
                yield path


def document(name: str, at: Path) -> Path | None:
    """The document that a file means by a name: from the root, in `docs`, or beside the file."""
    for folder in (ROOT, ROOT / "docs", at.parent):
        if (folder / name).is_file():
            return folder / name
    return None


@cache
def headings(path: Path) -> tuple[str, ...]:
    return tuple(re.findall(r"^#+ (.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE))


def anchor(heading: str) -> str:
    """The anchor of a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def rows(path: Path) -> frozenset[int]:
    return frozenset(int(row) for row in re.findall(r"^\| (\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE))


@cache
def sources() -> frozenset[str]:
    return frozenset(ENTRY.findall((ROOT / "docs" / "sources.md").read_text(encoding="utf-8")))


@cache
def letters() -> frozenset[str]:
    """The letters of review findings that docs/architecture.md explains."""
    part = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Faults, and ids in tests")[2]
    table = re.findall(r"^\| ((?:[A-Z](?:, )?)+) \|", part, re.MULTILINE)
    return frozenset(letter for row in table for letter in row.split(", "))


def flat(text: str) -> str:
    """The text on one line, without what begins the lines of comments."""
    return re.sub(r"\s*\n[ \t]*(?:#+|\*|//)?[ \t]*", " ", text)


def numbers(text: str) -> set[int]:
    """The rows that "45, 48" or "33 to 41" names, a range by its ends."""
    return {int(number) for number in re.findall(r"\d+", text)}


def lost(path: Path, text: str) -> list[str]:
    """The references of a file that lead nowhere, each in words."""
    found = []
    body = ENTRY.sub("", text) if path.name == "sources.md" else text  # addresses of others
    for name in NAME.findall(body) if ".md" in body else ():
        if document(name, path) is None and PLACEHOLDER not in name:
            found.append(f"no document {name}")
    line = flat(body) if ".md" in body or "§" in body or "ssue " in body else ""
    for match in PLACE.finditer(line):
        target = document(match[1], path)
        if target is None:
            continue
        if match[2] is not None:
            found += [f"no row {row} in {match[1]}" for row in sorted(numbers(match[2]) - rows(target))]
        elif not any(line.startswith(heading, match.end()) for heading in headings(target)):
            found.append(f"no heading in {match[1]}: {line[match.end() : match.end() + 30]}")
    found += [f"a section sign: {line[at.start() : at.end() + 8]}" for at in re.finditer(r"(?<!RFC \d{4} )§", line)]
    found += [f"an issue: {number}" for number in re.findall(r"\b[Ii]ssue \d+", line)]
    found += [f"no source [{mark}]" for mark in sorted(set(MARK.findall(text)) - sources())]
    if path.suffix == ".md":
        found += lost_links(path, text)
    if path.name.startswith("test_"):
        faults = {int(number) for number in re.findall(r"\bfault (\d+)\b", text)}
        found += [f"no fault {number}" for number in sorted(faults - rows(ROOT / "docs" / "faults.md"))]
        ids = {each for match in FINDING.findall(text) for each in re.findall(r"[A-Z]", match)}
        found += [f"no subject of findings {letter}" for letter in sorted(ids - letters())]
    return found


def lost_links(path: Path, text: str) -> list[str]:
    found = []
    for target, part in LINK.findall(text):
        file = path.parent / target if target else path
        if not file.exists():
            found.append(f"no file {target}")
        elif part and part not in {anchor(heading) for heading in headings(file)}:
            found.append(f"no heading #{part} in {file.name}")
    return found


def test_every_reference_leads_somewhere():
    nowhere = [
        f"{path.relative_to(ROOT)}: {what}" for path in files() for what in lost(path, path.read_text(encoding="utf-8"))
    ]

    assert [] == nowhere


def test_every_source_is_cited():
    cited: set[str] = set()
    for path in files():
        cited |= set(MARK.findall(ENTRY.sub("", path.read_text(encoding="utf-8"))))

    assert frozenset() == sources() - cited


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("server/x.py", "# the sizes are those of domain.md"),
        ("server/x.py", '"""Told in docs/nowhere.md."""'),
        ("server/x.py", '"""Told in docs/sources.md, Songs of the sea."""'),
        ("server/x.py", "# told in docs/sources.md,\n# Songs of the sea"),
        ("tests/x.py", '"""As in docs/faults.md, rows 6 and 56."""'),
        ("server/x.py", "# see §3.2"),
        ("server/x.py", "# as issue 3 wants it"),
        ("server/x.toml", 'source = "a study [S999]"'),
        ("docs/x.md", "as [said](nowhere/else.txt)"),
        ("docs/x.md", "as [said](sources.md#songs-of-the-sea)"),
        ("tests/test_x.py", '    """Z7: it sank."""'),
        ("tests/test_x.py", '    """L7, fault 56: it sank."""'),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(name: str, text: str):
    assert len(lost(ROOT / name, text)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("server/x.py", '"""By docs/sources.md, Spoken calls: see docs/rules.md, which has more."""'),
        ("server/x.py", "# by docs/sources.md,\n#   Spoken calls"),
        ("tests/x.py", '"""As in docs/faults.md, rows 33 to 41."""'),
        ("server/x.py", "# RFC 9112 §7.1, https://example.org/deep/x.md"),
        ("server/x.toml", 'source = "the consensus [S1][S2], [K], [REC]"'),
        ("docs/x.md", "as [said](sources.md#spoken-calls), [here](https://example.org/x#y)"),
        ("tests/test_x.py", '    """L7, S9: the clock went back."""'),
    ],
)
def test_a_reference_that_leads_somewhere_is_not(name: str, text: str):
    assert [] == lost(ROOT / name, text)
