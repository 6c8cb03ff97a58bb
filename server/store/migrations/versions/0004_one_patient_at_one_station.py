"""One patient at one station"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_STATION = sa.text("state IN ('called', 'serving')")


def upgrade() -> None:
    """Nobody is called or served at two stations. Where that happened the later one waits for the earlier one."""
    op.execute(
        "UPDATE ticket SET state = 'held', hold_reason = 'called_elsewhere', station_id = NULL"
        " WHERE state IN ('called', 'serving') AND EXISTS (SELECT 1 FROM ticket AS other"
        " WHERE other.patient_id = ticket.patient_id AND other.state IN ('called', 'serving')"
        " AND (other.checked_in_at < ticket.checked_in_at"
        " OR (other.checked_in_at = ticket.checked_in_at AND other.id < ticket.id)))"
    )
    op.create_index(
        "one_station_per_patient",
        "ticket",
        ["patient_id"],
        unique=True,
        sqlite_where=AT_STATION,
        postgresql_where=AT_STATION,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("one_station_per_patient", "ticket")
