"""Owns the shape of the documents that come as JSON in a print job: report and list. Knows no drawing."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from server.protocol.messages import Names

Text = str | Names | None


def _as_text(value: Any) -> Any:
    """Numbers are printed as they were written: a result may come as 5.6 or "5.6"."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Said = Annotated[str | None, BeforeValidator(_as_text)]


class Document(BaseModel):
    """Base: frozen; unknown fields are ignored, so that an older station prints for a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ReportPatient(Document):
    """Whom a report is about, masked: display name, sex, age as it is printed, last digits of the identity number."""

    display_name: Said = None
    sex: Said = None
    age: Said = None
    id_tail: Said = None


class ReportItem(Document):
    """One result: `flag` after FHIR's ObservationInterpretation (H, L, HH, LL, A, AA, N …), None when not judged."""

    name: Text = None
    result: Said = None
    flag: Said = None
    unit: Said = None
    range: Said = None


class ReportDocument(Document):
    """A laboratory report or its summary (domain.md §4.6). Times are printed on the clock of `timezone`."""

    title: Text = None
    hospital: Text = None
    patient: ReportPatient = ReportPatient()
    items: tuple[ReportItem, ...] = ()
    issued_at: datetime | None = None
    collected_at: datetime | None = None
    printed_at: datetime | None = None
    timezone: str | None = None
    code: Said = None
    formal: bool = False
    verifier: Said = None
    operator: Said = None
    version: int = 1
    status: Said = None
    language: str = "zh"
    copy_number: int = 0
    terminal: Said = None


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
