"""Reports that hospital systems send: kept as versions in the source's order, matched, and recalled where wrong."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from server.domain.reports.dates import latest
from server.domain.reports.decision import Printable
from server.domain.reports.person import fold_number
from server.domain.reports.received import Order, Received, dumped, loaded
from server.domain.reports.versions import WITHDRAWN, Newer, Version, compared, is_newer, stage
from server.protocol.terms import AlertKind, EventKind, PrintJobState
from server.services.alerts import alerts
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import View
from server.services.reports.judging import verdict
from server.services.reports.matching import adopt, remember_numbers
from server.store.models import PrintJobRow, ReportRow
from server.store.queries import reports as kept


def receive(work: Work, reports: Sequence[Received]) -> Answer:
    """Keep the reports of one message; answers with a row for each, in their order.

    Two reports of one message are versions of each other only when they are one resource.
    """
    rows: dict[int, ReportRow] = {}
    taken: dict[str, str] = {}
    for number in sorted(range(len(reports)), key=lambda one: _age(reports, one)):
        rows[number] = _keep(work, reports[number], taken)
    return Answer({"reports": [_kept_view(rows[number]) for number in range(len(reports))]}, Outcome.CREATED)


def _age(reports: Sequence[Received], number: int) -> tuple[int, int, int]:
    """Where a report stands among those of its message: older versions of one resource first."""
    own = _version(reports[number])
    same = [one for one in reports if own.source_id and one.source_id == own.source_id]
    first = next((place for place, one in enumerate(reports) if one in same), number)
    return first, sum(compared(own, _version(one)) > 0 for one in same), stage(own.status)


def _kept_view(row: ReportRow) -> View:
    return {
        "id": row.id,
        "system": row.resource.get("system", ""),
        "identifier": row.identifier,
        "version": row.version,
        "status": row.status,
        "matched": row.patient_id is not None,
        "in_force": not row.superseded,
    }


def _keep(work: Work, report: Received, taken: dict[str, str]) -> ReportRow:
    series = _series(work, report, taken)
    versions = kept.of_series(work.db, series) if series else []
    current = next((row for row in versions if not row.superseded), None)
    same = _same_again(report, versions)
    if same is not None:
        if not same.superseded and compared(_version(report), _version_of(same, loaded(same.resource))) > 0:
            same.resource = dumped(report)
        _match(work, same)
        taken[same.series] = report.source_id
        return same
    row = _row(work, report, series, version=len(versions) + 1)
    known = loaded(current.resource) if current is not None else None
    newer = Newer.YES if current is None else is_newer(_version(report), _version_of(current, known))
    row.superseded = newer is not Newer.YES
    if current is not None and newer is Newer.YES:
        current.superseded, current.at_desk = True, False
        _recall(work, current, "withdrawn" if row.status in WITHDRAWN else "superseded")
    elif current is not None and newer is Newer.DOUBTFUL:
        current.order_unknown, current.handed_over_at = True, None
        _recall(work, current, "order_unknown")
        _match(work, current)
    _match(work, row)
    taken[row.series] = report.source_id
    if current is None and report.status == "entered-in-error":  # what it withdraws may lie in another series
        alerts.raise_alert(work, AlertKind.PRINT, text="report_withdrawn_unknown")
    work.audit("report.received", row.id, report.status)
    return row


def _row(work: Work, report: Received, series: str | None, version: int) -> ReportRow:
    id = secrets.token_hex(8)
    row = ReportRow(
        id=id,
        identifier=report.identifier,
        version=version,
        patient_id=None,
        status=report.status,
        title=report.title[:200],
        withheld=False,
        superseded=False,
        issued_at=latest(report.issued),
        received_at=work.real_now,
        resource=dumped(report),
        prints=0,
        series=series or id,
        order_unknown=False,
        at_desk=False,
    )
    work.db.add(row)
    remember_numbers(work.db, row, report)
    work.db.flush()
    return row


def _match(work: Work, row: ReportRow) -> None:
    """Look for the patient, and mark what waits at the desk."""
    patient = adopt(work, row)
    judged = verdict(work.db, row, patient, work.now)
    row.at_desk = judged.printable is Printable.DESK and not row.superseded and row.handed_over_at is None


def _series(work: Work, report: Received, taken: dict[str, str]) -> str | None:
    """The series of which the report is a version: the same number of the same system; None for a new report.

    Where one number stands on several reports (an order's), the source's own id and the title tell them apart.
    """
    own = set(report.identifier.split("|"))
    as_sent = "|".join(dict.fromkeys(report.aliases))
    rows = [
        row
        for row in kept.of_identifiers(work.db, {report.identifier, as_sent, *report.aliases})
        if row.resource.get("system", report.system) == report.system
        and (set(row.identifier.split("|")) == own or loaded(row.resource) is None)
    ] or _of_source(work, report)
    free = [row for row in rows if taken.get(row.series, report.source_id) == report.source_id]
    ids = {row.series: str(row.resource.get("source_id") or "") for row in free}
    by_id = [series for series, id in ids.items() if report.source_id and id == report.source_id]
    if by_id:
        return by_id[0]
    if len(ids) == 1 and len({row.series for row in rows}) == 1:
        return next(iter(ids))
    by_title = {row.series for row in free if row.title == report.title[:200]}
    return next(iter(by_title)) if len(by_title) == 1 else None


def _of_source(work: Work, report: Received) -> list[ReportRow]:
    """What was kept of the same resource of the same patient under other numbers, or of another system.

    A sender may leave out numbers or the system, add some, or write them otherwise; where both sides have numbers of
    their own it is another report, since some senders give one id again and again.
    """
    numbers = {fold_number(number)[:64] for number in report.subject.numbers} - {""}
    if not report.source_id or not numbers:
        return []
    ours = {fold_number(number) for number in report.aliases}
    found = []
    for row in kept.of_source(work.db, report.source_id, numbers):
        theirs = {fold_number(str(number)) for number in row.resource.get("aliases") or []}
        systems = {str(row.resource.get("system") or ""), report.system}
        if (ours <= theirs or theirs <= ours) and (len(systems) == 1 or "" in systems):
            found.append(row)
    return found


def _same_again(report: Received, versions: Sequence[ReportRow]) -> ReportRow | None:
    """The version that says the same: the one in force, or an older one that stands where this one does."""
    for row in versions:
        known = loaded(row.resource)
        if known is None or _content(known) != _content(report):
            continue
        if not row.superseded or compared(_version(report), _version(known)) == 0:
            return row
    return None


_ASIDE = frozenset({"order", "source_id", "aliases", "judged"})
"""What is no part of what a report says."""


def _content(report: Received) -> dict[str, object]:
    return {name: value for name, value in dumped(report).items() if name not in _ASIDE}


def _version(report: Received) -> Version:
    return Version(report.source_id, report.order, report.status)


def _version_of(row: ReportRow, known: Received | None) -> Version:
    if known is not None:
        return _version(known)
    issued = row.issued_at.isoformat() if row.issued_at else None
    return Version("", Order(issued=issued), row.status, readable=False)


def _recall(work: Work, row: ReportRow, why: str) -> None:
    """Paper of this report that is queued is not printed; where some is out or on its way, staff must look.

    Jobs of other halls are judged when a station claims them.
    """
    jobs = work.db.scalars(select(PrintJobRow).where(PrintJobRow.report_id == row.id)).all()
    for job in jobs:
        if job.state == PrintJobState.QUEUED.value and job.hall_id == work.hall.id:
            job.state, job.evidence = PrintJobState.FAILED.value, f"report_{why}"
            work.record(EventKind.PRINT_JOB_FAILED, job, reason=f"report_{why}")
    if row.prints or any(job.state == PrintJobState.LEASED.value for job in jobs):
        alerts.raise_alert(work, AlertKind.PRINT, text=f"report_{why}")
