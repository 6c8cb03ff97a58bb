"""Owns the shape of the documents that come as JSON in a print job: report and list. Knows no drawing.

A station may be older or newer than its server, so a report is read leniently: a field that is missing is empty, a kind
of line that is not known is a result, and texts lose what cannot be printed.
"""

import re
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from server.protocol.messages import Names

LINE_KINDS = frozenset({"result", "heading", "text"})
DEEPEST = 3
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")


def _as_text(value: object) -> object:
    """Numbers are printed as they were written: a result may come as 5.6 or "5.6". Line ends become "\\n"."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", value)).replace("\t", " ").strip()
    return value


def _as_texts(value: object) -> list[object]:
    """One text or none is a list too; empty ones are nothing to print."""
    texts = value if isinstance(value, list | tuple) else [value]
    return [text for text in map(_as_text, texts) if text]


def _as_level(value: object) -> object:
    """How deep a line stands, at most three levels; what is no number stands at the edge."""
    return min(max(value, 0), DEEPEST) if isinstance(value, int) else 0


def _as_kind(value: object) -> object:
    return value if value in LINE_KINDS else "result"


Said = Annotated[str | None, BeforeValidator(_as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]
Text = Annotated[str | Names | None, BeforeValidator(_as_text)]


class Document(BaseModel):
    """Base: frozen; unknown fields are ignored, so that an older station prints for a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ReportPatient(Document):
    """Whom a report is about, masked: display name, sex, age as it is printed, last digits of the identity number."""

    display_name: Said = None
    sex: Said = None
    age: Said = None
    id_tail: Said = None


class ReportLine(Document):
    """One line of a report.

    `result`: a value with its `unit`, its `flag` after FHIR's ObservationInterpretation (H, L, HH … or none) and its
    reference `range`. `heading`: the name of a group without a value of its own. `text`: a label and a long text.
    """

    kind: Annotated[str, BeforeValidator(_as_kind)] = "result"
    level: Annotated[int, BeforeValidator(_as_level)] = 0
    name: Text = None
    result: Said = None
    flag: Said = None
    unit: Said = None
    range: Said = None
    notes: Texts = ()


class ReportDocument(Document):
    """A report or its summary (docs/sources.md, Formal reports), as `server.protocol.reports.ReportDocument` says it.

    Instants are printed on the clock of `timezone`, partial dates as they are. `examination` says that the patient was
    examined and no specimen.
    """

    title: Text = None
    hospital: Text = None
    patient: ReportPatient = ReportPatient()
    items: tuple[ReportLine, ...] = ()
    conclusion: Texts = ()
    notes: Texts = ()
    issued_at: Said = None
    collected_at: Said = None
    printed_at: datetime | None = None
    timezone: str | None = None
    code: Said = None
    formal: bool = False
    verifier: Said = None
    operator: Said = None
    version: int = 1
    status: Said = None
    corrected: bool | None = None
    examination: bool = False
    language: str = "zh"
    copy_number: int = Field(0, ge=0)
    terminal: Said = None

    @property
    def corrects(self) -> bool:
        """Whether the laboratory changed what an earlier version said; a server that does not say lets status tell."""
        if self.corrected is None:
            return self.version > 1 or self.status in {"amended", "corrected", "appended"}
        return self.corrected


class ListRow(Document):
    """One who waits."""

    number: str
    display_name: Said = None
    queue: Text = None
    state: str = ""
    since: datetime | None = None


class ListDocument(Document):
    """A paper list of who waits, for the day the screens are dark."""

    title: Text = None
    hospital: Text = None
    printed_at: datetime
    timezone: str | None = None
    rows: tuple[ListRow, ...] = ()
    language: str = "zh"
