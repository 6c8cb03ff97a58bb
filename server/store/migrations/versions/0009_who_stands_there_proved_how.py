"""Who stands there, proved how"""

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Other documents beside identity numbers, codes in one spelling, attempts to identify, limits, desk codes."""
    op.add_column("patient", sa.Column("document_type", sa.String(16)))
    op.add_column("patient", sa.Column("document_number", sa.String(32)))
    op.add_column("patient", sa.Column("record_key", sa.String(64)))
    op.add_column("patient_code", sa.Column("key", sa.String(128)))
    op.add_column("device", sa.Column("decodes", sa.Boolean(), nullable=False, server_default=sa.false()))
    _fill()
    op.create_index("one_patient_per_document", "patient", ["document_number", "document_type"], unique=True)
    op.create_index("ix_patient_record_key", "patient", ["record_key"])
    op.create_index("ix_patient_birth_date", "patient", ["birth_date"])
    op.create_index("ix_patient_code_key", "patient_code", ["key"])
    op.create_table(
        "identification_attempt",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("identifier", sa.String(32), nullable=False),
        sa.Column("stem", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("patient_id", sa.String(32)),
    )
    op.create_index("attempts_of_owner", "identification_attempt", ["owner", "at"])
    op.create_index("attempts_of_identifier", "identification_attempt", ["identifier", "at"])
    op.create_table(
        "identification_limit",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("told_until", sa.DateTime(timezone=True)),
        sa.Column("counted_from", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "desk_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("hall_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(32), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Take it back."""
    for table in ("desk_code", "identification_limit", "identification_attempt"):
        op.drop_table(table)
    op.drop_index("ix_patient_code_key", "patient_code")
    op.drop_index("ix_patient_birth_date", "patient")
    op.drop_index("ix_patient_record_key", "patient")
    op.drop_index("one_patient_per_document", "patient")
    op.drop_column("device", "decodes")
    op.drop_column("patient_code", "key")
    for word in ("record_key", "document_number", "document_type"):
        op.drop_column("patient", word)


def _fill() -> None:
    """Bring the codes that are there into one spelling."""
    connection = op.get_bind()
    records = connection.execute(sa.text("SELECT id, record_number FROM patient WHERE record_number IS NOT NULL")).all()
    _write(connection, "UPDATE patient SET record_key = :key WHERE id = :id", records)
    codes = connection.execute(sa.text("SELECT code, code FROM patient_code")).all()
    _write(connection, "UPDATE patient_code SET key = :key WHERE code = :id", codes)


def _write(connection: sa.Connection, statement: str, rows: Sequence[sa.Row[tuple[str, str]]]) -> None:
    given = [{"id": id, "key": unicodedata.normalize("NFKC", code).upper().strip()} for id, code in rows]
    if given:
        connection.execute(sa.text(statement), given)
