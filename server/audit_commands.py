"""The commands that read the audit trail: whether it is whole, who did what, who saw whom."""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.access.audit_chain import Entry, Verdict, verify
from server.domain.access.keys import Purpose, derived
from server.domain.errors import HallError
from server.domain.identity.spelling import fold_code
from server.protocol.terms import ErrorCode
from server.services.access import audit_anchors
from server.services.bootstrap.startup import build_context
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Work
from server.settings import Settings
from server.store.models import HallRow, PatientRow
from server.store.queries import audit
from server.store.queries.audit import Wanted

FILTERS = ("actor", "action", "object", "since", "until")
COLUMNS = ("hall", "seq", "at", "actor", "device", "action", "object", "reason")


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `audit` and what it can do to the commands of hall-server."""
    text = "who did what, and who saw whom"
    group = commands.add_parser("audit", help=text, description=text).add_subparsers(required=True, metavar="COMMAND")
    whole = _add(group, "verify", "say whether the trail is as it was written; exit code 0 or 1", _verified)
    whole.add_argument("--hall", help="of one hall; of all when not given")
    whole.add_argument("--anchors", type=Path, help="the file of noted ends; the server's own when not given")
    whole.add_argument(
        "--former-key", type=Path, action="append", default=[], help="a secret.key of before, oldest first"
    )
    for name, text, run in (
        ("search", "print rows, a line each", _searched),
        ("export", "write rows as CSV or as JSON lines to standard output", _exported),
    ):
        command = _add(group, name, f"{text}; leaves a row itself", run)
        command.add_argument("--hall", help="of one hall; of all when not given")
        command.add_argument("--patient", help="all that concerns a patient: their record number, or id")
        command.add_argument("--actor", help="role:username, or the id of a device")
        command.add_argument("--action", help="such as patient.viewed")
        command.add_argument("--object", help="id of a ticket, report, account …")
        command.add_argument("--since", type=_moment, help="2026-11-30 or 2026-11-30T08:00+08:00; UTC when no zone")
        command.add_argument("--until", type=_moment, help="as above; not included")
        if name == "search":
            command.add_argument("--limit", type=int, default=1000, help="at most so many rows: 1000")
        else:
            command.add_argument("--format", choices=["csv", "jsonl"], default="csv")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _verified(given: argparse.Namespace) -> int:
    """Say of each hall what became of its trail; 1 when a row of any is not as it was."""
    settings = Settings()
    context = build_context(settings)
    try:
        former = [path.read_text(encoding="ascii").strip() for path in given.former_key]
        path = given.anchors or settings.anchor_file()
        anchors = list(audit_anchors.read(path)) if given.anchors or path.exists() else []
        with Session(context.engines.read) as db:
            _must_know(db, given.hall)
            halls = [end for end in audit.ends(db) if given.hall in {None, end[0]}]
            verdicts = {
                hall: verify(
                    audit.chain(db, hall),
                    _keys(former, context),
                    end=(seq, digest),
                    epoch=epoch,
                    anchors=(anchor for anchor in anchors if anchor.hall_id == hall),
                )
                for hall, epoch, seq, digest in halls
            }
    finally:
        context.close()
    for hall, verdict in verdicts.items():
        print(f"{hall}: {_verdict_line(verdict, sum(anchor.hall_id == hall for anchor in anchors))}")
    return int(any(verdict.bad is not None for verdict in verdicts.values()))


def _keys(former: Iterable[str], context: Context) -> list[bytes]:
    """Each secret signed the trail itself before each purpose had a key of its own."""
    return [key for secret in (*former, context.secret) for key in (secret.encode(), derived(secret, Purpose.AUDIT))]


def _verdict_line(verdict: Verdict, anchors: int) -> str:
    if verdict.fault is not None:
        return f"row {verdict.bad} {verdict.fault}; {verdict.whole} rows before it are whole"
    noted = f"{anchors} noted ends" if anchors else "no noted end to compare with"
    replaced = f"; {verdict.replaced} of them were replaced by a restored copy" if verdict.replaced else ""
    return f"whole, {verdict.whole} rows, {noted}{replaced}"


def _searched(given: argparse.Namespace) -> int:
    _read(given, lambda rows: [print(*_words(row), sep="\t") for row in rows])
    return 0


def _exported(given: argparse.Namespace) -> int:
    def as_csv(rows: Iterable[Entry]) -> None:
        sheet = csv.writer(sys.stdout)
        sheet.writerow(COLUMNS)
        sheet.writerows(_words(row) for row in rows)

    def as_lines(rows: Iterable[Entry]) -> None:
        for row in rows:
            print(json.dumps(dict(zip(COLUMNS, _words(row), strict=True)), ensure_ascii=False))

    _read(given, as_csv if given.format == "csv" else as_lines)
    return 0


def _read(given: argparse.Namespace, write: Callable[[Iterable[Entry]], object]) -> None:
    """Leave a row of the reading in the trail of each hall that is read, then write what was found."""
    context = build_context(Settings())
    try:
        with Session(context.engines.read) as db:
            _must_know(db, given.hall)
            patient = _patient(db, given.patient) if given.patient else None
            objects = audit.objects_of(db, patient) if patient else frozenset({given.object} - {None})
        by = [name for name in FILTERS if getattr(given, name) is not None]
        _leave_a_row(context, given.hall, patient or "-", ", ".join(by) or None)
        wanted = Wanted(given.hall, given.actor, given.action, objects or None, given.since, given.until)
        with Session(context.engines.read) as db:
            write(audit.search(db, wanted, getattr(given, "limit", None)))
    finally:
        context.close()


def _leave_a_row(context: Context, hall: str | None, thing: str, by: str | None) -> None:
    """Say what was read by which filters, not what somebody typed into them."""

    def leave(work: Work) -> Answer:
        work.audit("audit.read", thing, by)
        return Answer({})

    for one in [hall] if hall else context.hall_ids():
        context.transactions.system(one, leave)


def _must_know(db: Session, hall: str | None) -> None:
    if hall is not None and db.get(HallRow, hall) is None:
        raise HallError(ErrorCode.UNKNOWN_HALL, hall)


def _patient(db: Session, named: str) -> str:
    """The id of a patient by id or record number. Raises not_found."""
    found = select(PatientRow.id).where(or_(PatientRow.id == named, PatientRow.record_key == fold_code(named)))
    if (id := db.scalar(found)) is None:
        raise HallError(ErrorCode.NOT_FOUND)
    return id


def _words(row: Entry) -> tuple[str, ...]:
    return tuple("" if word is None else str(word) for word in (row.hall_id, row.seq, row.at.isoformat(), *row[3:]))
