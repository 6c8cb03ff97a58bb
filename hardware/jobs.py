"""Owns printing one job: draw, print, say how it ended. The station and the kiosk agent both print through here."""

import logging
from datetime import datetime

from hardware.errors import HardwareError
from hardware.escpos.layout.render import Unprintable, render
from hardware.ports import Outcome, Printer, Reason
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState

log = logging.getLogger(__name__)


def print_job(job: PrintJob, printer: Printer, now: datetime) -> Outcome:
    """Draw a job and print it. Raises nothing: every way it can end is an Outcome.

    `now` (aware UTC) stamps reprints. A job whose lease is over is not begun, because another may hold it by now.
    """
    if job.lease_until is not None and job.lease_until <= now:
        return Outcome(PrintJobState.FAILED, Reason.LATE, f"the lease ended at {job.lease_until.isoformat()}")
    try:
        pages = render(job, printer.profile, now)
    except Unprintable as error:
        # the content may hold a name, so only its kind is told
        return Outcome(PrintJobState.FAILED, Reason.UNPRINTABLE, str(error).split(":", maxsplit=1)[0])
    except HardwareError as error:
        return Outcome(PrintJobState.FAILED, Reason.UNPRINTABLE, str(error))
    except Exception as error:  # whatever a document makes a library do, the next job must still be printed
        log.exception("job %s cannot be drawn", job.id)
        return Outcome(PrintJobState.FAILED, Reason.UNPRINTABLE, type(error).__name__)
    within = None if job.lease_until is None else (job.lease_until - now).total_seconds()
    try:
        return printer.print_pages(pages, within)
    except Exception as error:  # a driver promises to raise nothing; should one do so, nobody knows what came out
        log.exception("job %s: the printer's driver failed", job.id)
        printer.suspect()
        return Outcome(PrintJobState.UNKNOWN, Reason.LOST, type(error).__name__)
