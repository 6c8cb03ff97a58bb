"""What the desk does with reports"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("at_desk")
FLAGS = ("order_unknown", "at_desk")
TIMES = ("acknowledged_at", "handed_over_at")
TEXTS = {"acknowledged_by": 100, "acknowledged_reason": 200}
REPORT = sa.table(
    "report", sa.column("id"), sa.column("identifier"), sa.column("series"), sa.column("resource", sa.JSON())
)
NUMBER = sa.table("report_number", sa.column("number"), sa.column("report_id"))


def upgrade() -> None:
    """Which versions are of one report, whom a report names, who answered for it and who handed it over."""
    op.add_column("report", sa.Column("series", sa.String(64), nullable=False, server_default=""))
    for word in FLAGS:
        op.add_column("report", sa.Column(word, sa.Boolean(), nullable=False, server_default=sa.false()))
    for word in TIMES:
        op.add_column("report", sa.Column(word, sa.DateTime(timezone=True)))
    for word, length in TEXTS.items():
        op.add_column("report", sa.Column(word, sa.String(length)))
    op.create_index("ix_report_series", "report", ["series"])
    op.create_index("reports_at_desk", "report", ["received_at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "report_number",
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("report_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", "report_id", name=op.f("pk_report_number")),
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    series: dict[tuple[str, str], str] = {}
    rows = connection.execute(sa.select(REPORT.c.id, REPORT.c.identifier, REPORT.c.resource).order_by(REPORT.c.id))
    for id, identifier, resource in rows.all():
        kept = resource or {}
        first = series.setdefault((identifier, kept.get("system", "")), id)
        connection.execute(sa.update(REPORT).where(REPORT.c.id == id).values(series=first))
        for number in {_folded(number) for number in kept.get("subject_numbers", [])} - {""}:
            connection.execute(sa.insert(NUMBER).values(number=number, report_id=id))


def _folded(number: str) -> str:
    return "".join(unicodedata.normalize("NFKC", str(number)).split()).upper()[:64]


def downgrade() -> None:
    """Take it back."""
    op.drop_table("report_number")
    op.drop_index("reports_at_desk", "report")
    op.drop_index("ix_report_series", "report")
    for word in reversed(["series", *FLAGS, *TIMES, *TEXTS]):
        op.drop_column("report", word)
