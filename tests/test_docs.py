"""The documents tell the truth: what is written from the code is the code's present state, and nothing is left out."""

import re
from pathlib import Path

import pytest

from server.protocol.staff_reasons import StaffReason
from server.protocol.terms import ErrorCode, EventKind
from server.store.models import Base
from server.web.routes import declared
from tests.support import reference

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", autouse=True)
def composed(tmp_path_factory: pytest.TempPathFactory) -> None:
    reference.build(tmp_path_factory.mktemp("reference"))


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_reference_is_what_the_code_says_today():
    assert read("reference.md") == reference.reference()


def test_the_life_of_a_ticket_is_drawn_from_the_table():
    assert read("lifecycle.md") == reference.lifecycle()


def test_the_roles_are_told_from_the_table():
    assert read("roles.md") == reference.roles()


@pytest.mark.parametrize("word", [*ErrorCode, *EventKind])
def test_every_code_and_kind_has_its_row(word: str):
    row = re.search(rf"^\| `{re.escape(word)}` \| (.+) \|$", read("reference.md"), re.MULTILINE)

    assert row is not None
    assert len(row.group(1)) > 5


def test_every_route_has_its_row():
    text = read("reference.md")

    assert [] == [route.path for route in declared() if f"`{route.method} {route.path}`" not in text]


def test_every_setting_has_its_row():
    text = read("reference.md")
    names = [
        f"{model.model_config['env_prefix']}{name.upper()}"
        for model in reference.PROGRAMS.values()
        for name in model.model_fields
    ]

    assert [] == [name for name in names if f"| `{name}` |" not in text]


def test_the_decisions_are_numbered_dated_and_listed():
    folder = ROOT / "docs" / "decisions"
    rows = []
    for number, file in enumerate(sorted(folder.glob("[0-9]*.md")), 1):
        form = rf"# {number}\. (.+)\n\n- Date: (20\d\d-\d\d-\d\d)\n- Status: (?:accepted|superseded by \[).*\n\n."
        head = re.match(form, file.read_text(encoding="utf-8"))
        assert head is not None, file.name
        rows.append((f"{number:04}", file.name, head[2], head[1]))
    index = (folder / "README.md").read_text(encoding="utf-8")

    assert rows == re.findall(r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+?) \| .+ \|$", index, re.MULTILINE)
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)


@pytest.mark.parametrize("document", ["docs/glossary.md", "CONTRIBUTING.md"])
def test_every_name_of_glossary_and_recipes_is_in_the_code_where_it_says(document: str):
    places = re.findall(r"`([\w.]+)` in `([\w/]+)`", (ROOT / document).read_text(encoding="utf-8"))
    text = {folder: _names_in(ROOT / folder) for folder in {folder for _, folder in places}}

    assert len(places) > 50
    assert [] == [place for place in places if not re.search(rf"\b{re.escape(place[0])}\b", text[place[1]])]


def _names_in(folder: Path) -> str:
    read = {".py", ".js", ".json", ".ftl"}
    files = [file for file in folder.rglob("*") if file.suffix in read and "vendor" not in file.parts]
    folders = [found.name for found in folder.rglob("*") if found.is_dir()]
    return "\n".join([*folders, *(f"{file.name} {file.stem}\n{file.read_text(encoding='utf-8')}" for file in files)])


CLASSES = {"person", "health", "typed", "staff", "secret", "plain"}


def test_every_column_of_every_table_is_classified_and_said_how_long_it_is_kept():
    """S10: a new column must say whether it is about a patient before it can land."""
    said = {}
    tables = read("privacy.md").partition("## Reasons are codes")[0]
    for table, columns, kept, readers in re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", tables, re.M):
        assert {part.split()[0].strip("*") for part in columns.split("; ")} <= CLASSES
        assert min(len(kept), len(readers)) > 5
        said[table] = sorted(re.findall(r"`(\w+)`", columns))

    assert said == {name: sorted(table.columns.keys()) for name, table in Base.metadata.tables.items()}


def test_the_reasons_of_staff_stand_in_the_document():
    """S10: the API takes free words; the document says which words are codes."""
    assert [] == [reason.value for reason in StaffReason if f"`{reason.value}`" not in read("privacy.md")]
