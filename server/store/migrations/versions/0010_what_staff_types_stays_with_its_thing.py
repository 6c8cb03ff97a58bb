"""What staff types stays with its thing"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODES = frozenset(
    [
        "examination",
        "toilet",
        "payment",
        "away",
        "left",
        "mistake",
        "no_answer",
        "wrong_clinic",
        "second_opinion",
        "consultation",
        "round",
        "break",
        "in_person",
        "proxy",
        "desk",
        "torn",
        "other",
        "escort",
        "called_elsewhere",
        "checked_in_again",
        "another_doctor",
        "doctor_gone",
        "station_stopped",
        "age",
        "lease_expired",
        "import",
        "report_withdrawn",
        "report_superseded",
        "report_order_unknown",
        "printed",
        "fine",
        "near_end",
        "paper_out",
        "cover_open",
        "cutter_error",
        "unrecoverable_error",
        "auto_recoverable_error",
        "offline",
        "cannot_open",
        "stalled",
        "connection_lost",
        "not_confirmed",
        "no_status_channel",
        "interrupted",
        "unprintable",
        "lease_over",
        "urgent",
        "graded_first_band",
        "arrived",
        "staged",
        "in_order",
        "weave_return",
        "weave_policy",
        "weave_passed",
        "only_one_lane",
        "graded_score",
        "graded_overdue",
        "alternate_queue",
        "first_come",
        "manual",
        "transferred",
        "his_cancelled",
        "his_moved",
        "day_closed",
        "session_closed",
        "escorted",
        "seen",
        "not_urgent",
        "helped",
        "gone",
        "device_ok",
        "noted",
        "spoken",
        "shown_only",
        "failed",
        "triage",
        "stage",
        "call",
        "recall",
        "start",
        "pass",
        "hold",
        "return",
        "transfer",
        "prioritise",
        "worse",
        "finish",
        "cancel",
        "close",
        "doctor_away",
        "nobody_serves",
    ]
)
"""The reasons that journal and receipts may say, as they were known when this was written."""
TYPED_ALERTS = ("worse", "help", "print")
JOURNAL = sa.table(
    "journal", sa.column("hall_id"), sa.column("seq"), sa.column("reason"), sa.column("subject", sa.JSON)
)
RECEIPT = sa.table("receipt", sa.column("owner"), sa.column("key"), sa.column("body", sa.JSON))


def upgrade() -> None:
    """Columns for what staff types, and only codes where typed words were copied to: journal and receipts.

    Words of reasons other than those of holds, rooms and alerts stood nowhere else: they go. The audit trail stays as
    it is, for its chain proves that nobody changed it.
    """
    op.add_column("ticket", sa.Column("remarks", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("appointment", sa.Column("remark", sa.String(200)))
    op.add_column("alert", sa.Column("note", sa.String(200)))
    typed = ", ".join(f"'{kind}'" for kind in TYPED_ALERTS)
    op.execute(f"UPDATE alert SET note = text, text = NULL WHERE kind IN ({typed}) AND text IS NOT NULL")
    _scrub_journal(op.get_bind())
    _scrub_receipts(op.get_bind())


def downgrade() -> None:
    """Take the columns back; what was scrubbed stays scrubbed."""
    op.execute("UPDATE alert SET text = note WHERE note IS NOT NULL")
    op.drop_column("alert", "note")
    op.drop_column("appointment", "remark")
    op.drop_column("ticket", "remarks")


def _scrub_journal(connection: sa.Connection) -> None:
    rows = connection.execute(sa.select(JOURNAL)).all()
    for row in rows:
        reason = _code(row.reason) if row.reason and not row.reason[:4].isdigit() else row.reason
        subject = _scrubbed(row.subject)
        if (reason, subject) != (row.reason, row.subject):
            here = (JOURNAL.c.hall_id == row.hall_id) & (JOURNAL.c.seq == row.seq)
            connection.execute(sa.update(JOURNAL).where(here).values(reason=reason, subject=subject))


def _scrub_receipts(connection: sa.Connection) -> None:
    for row in connection.execute(sa.select(RECEIPT)).all():
        body = _scrubbed(row.body)
        if body != row.body:
            here = (RECEIPT.c.owner == row.owner) & (RECEIPT.c.key == row.key)
            connection.execute(sa.update(RECEIPT).where(here).values(body=body))


def _code(reason: str) -> str:
    """The code that a reason begins with, or `other`."""
    head = reason.replace("：", ":").split(":")[0].strip().split(" ")[0]
    return head if head in CODES else "other"


def _scrubbed(value: Any) -> Any:
    if isinstance(value, list):
        return [_scrubbed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    out = {name: _scrubbed(inner) for name, inner in value.items()}
    coded = ["hold_reason", "evidence", *(["reason"] if "queues" in out else [])]
    if out.get("kind") in TYPED_ALERTS and "raised_at" in out:
        coded.append("text")
    for name in coded:
        if isinstance(out.get(name), str):
            out[name] = _code(out[name])
    for name in {"rescue_place", "going"} & out.keys():
        out[name] = None
    if out.get("reason") == "manual" and "reason_text" in out:
        out["reason_text"] = {"zh": "指定叫号", "en": "Chosen by hand"}
    return out
