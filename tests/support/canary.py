"""Made-up patients whom nobody can mistake, and the search for them where nothing about a patient belongs."""

import contextlib
import json
import os
import re
import urllib.parse
from pathlib import Path

from sqlalchemy import create_engine, text

from server.store.models import Base
from tests.support.hall import ROOT

NAME, LATIN = "龘靐齉", "Qwzvrbyl Zyxtofel"
IDENTITY, PHONE, BORN = "11010519491231002X", "13987654321", "1949-12-31"
RECORD, CARD, RESULT, WORDS = "MRQZ90817", "CARDQZ55443322", "987.6543", "幻影疥癣"
MARKERS = (NAME, *NAME, *LATIN.split(), IDENTITY, PHONE, BORN, RECORD, CARD, RESULT, WORDS)
"""Each character of the rare name stands alone: a masked name is one too."""
PERSONAL = {"person", "health", "typed"}
"""Classes of columns in docs/privacy.md where a patient may be found."""


def _forms(marker: str) -> set[bytes]:
    """How a text may stand in a file: plain, as JSON or Python escapes it, in an address, in the encodings of China
    and of Windows."""
    written = {marker, json.dumps(marker)[1:-1], urllib.parse.quote(marker), urllib.parse.quote(marker).lower()}
    forms = {form.encode() for form in written}
    if len(marker) > 2:  # two bytes of a sound or a picture are one character by chance
        forms |= {marker.encode("utf-16-le"), marker.encode("gb18030")}
    return forms


FORMS = {marker: _forms(marker) for marker in MARKERS}


def found(data: bytes) -> set[str]:
    """The markers in it, in any form."""
    return {marker for marker, forms in FORMS.items() if any(form in data for form in forms)}


def in_files(folder: Path, *, but: str = r"(?!)") -> dict[str, set[str]]:
    """Markers in the names and contents of all files below, except in the contents of those whose name fits `but`."""
    said = {}
    for path in sorted(folder.rglob("*")):
        markers = found(str(path.relative_to(folder)).encode())
        if path.is_file() and not re.fullmatch(but, path.name):
            with contextlib.suppress(FileNotFoundError):  # a spooled record goes when it is told
                markers |= found(path.read_bytes())
        if markers:
            said[str(path.relative_to(folder))] = markers
    return said


def mode_of(path: Path) -> int:
    """The file's mode; 0 of one that is gone: a spooled record goes when it is told."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mode
    return 0


def in_processes(sessions: set[int]) -> dict[str, set[str]]:
    """Markers in what `ps` shows of these sessions' processes: arguments and environment."""
    said = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(process.name)) not in sessions:
                continue
            for part in ("cmdline", "environ"):
                if markers := found((process / part).read_bytes()):
                    said[f"{process.name} {part}"] = markers
        except OSError:  # it ended meanwhile
            continue
    return said


def personal_columns() -> set[tuple[str, str]]:
    """The columns where a patient may be found, as the document says."""
    tables = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").partition("## Reasons are codes")[0]
    return {
        (table, column)
        for table, parts in re.findall(r"^\| `(\w+)` \| (.+?) \|", tables, re.MULTILINE)
        for part in parts.split("; ")
        if part.split()[0].strip("*") in PERSONAL
        for column in re.findall(r"`(\w+)`", part)
    } - {("journal", "subject"), ("receipt", "body")}  # health there is grades and flags, never words or names


def in_tables(url: str) -> dict[str, set[str]]:
    """Markers in all columns of the database but those where a patient belongs."""
    allowed, said = personal_columns(), {}
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as db:
        for table in Base.metadata.sorted_tables:
            columns = [column.name for column in table.columns if (table.name, column.name) not in allowed]
            if not columns:
                continue
            listed = ", ".join(f'"{column}"' for column in columns)
            for row in db.execute(text(f'SELECT {listed} FROM "{table.name}"')):
                for column, value in zip(columns, row, strict=True):
                    shown = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
                    if markers := found(shown.encode()):
                        said.setdefault(f"{table.name}.{column}", set()).update(markers)
    engine.dispose()
    return said
