"""Owns turning a print job into 1-bit pages. Knows no printer but its paper."""

from datetime import datetime

from PIL import Image
from pydantic import ValidationError

from hardware.escpos.layout.documents import ListDocument, ReportDocument
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.slip import draw_slip, tidied
from hardware.escpos.layout.waiting_list import draw_list
from hardware.ports import Profile
from server.protocol.logs import describe
from server.protocol.messages import PrintJob

MOST_CHARACTERS = 30_000
"""Characters of a report with its labels; the server lets through 20,000 of results. A longer one belongs on sheets."""


class Unprintable(ValueError):
    """The job holds nothing that can be drawn: its content is missing, malformed, or of an unknown kind."""


def render(job: PrintJob, profile: Profile, now: datetime) -> list[Image.Image]:
    """Draw a job's pages, each `profile.width` dots wide; they are printed as one strip.

    Raises Unprintable when the job's content is wrong and NotAvailable when fonts are missing.
    """
    try:
        if job.kind == "slip" and job.slip is not None:
            slip = job.slip
            if job.copy_number > slip.copy_number:
                slip = slip.model_copy(update={"copy_number": job.copy_number})
            return [draw_slip(tidied(slip), profile)]
        if job.kind == "report" and job.document is not None:
            report = ReportDocument.model_validate(job.document)
            if job.copy_number > report.copy_number:
                report = report.model_copy(update={"copy_number": job.copy_number})
            if _characters(job.document) > MOST_CHARACTERS:
                raise Unprintable("report: too long for a strip of paper")
            return draw_report(report, profile, now)
        if job.kind == "list" and job.document is not None:
            return draw_list(ListDocument.model_validate(job.document), profile)
    except (ValidationError, KeyError, ValueError) as error:
        raise Unprintable(f"{job.kind}: {describe(error)}") from error
    raise Unprintable(f"{job.kind}: nothing to draw")


def _characters(value: object) -> int:
    """How many characters stand in a document."""
    if isinstance(value, dict):
        return sum(map(_characters, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 0
