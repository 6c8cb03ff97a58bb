"""What is looked for by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LIVE = sa.text("state NOT IN ('done', 'cancelled', 'no_show')")
HELD = sa.text("station_id IS NOT NULL")
OPEN = sa.text("acknowledged_at IS NULL")


def upgrade() -> None:
    """What is looked for by an index."""
    op.drop_index("live_of_hall", "ticket")
    op.create_index(
        "live_of_hall", "ticket", ["hall_id", "state", "queue_id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index("of_station", "ticket", ["station_id"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("open_alerts", "alert", ["hall_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_announcement_ticket_id", "announcement", ["ticket_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_announcement_ticket_id", "announcement")
    op.drop_index("open_alerts", "alert")
    op.drop_index("of_station", "ticket")
    op.drop_index("live_of_hall", "ticket")
    op.create_index("live_of_hall", "ticket", ["hall_id", "queue_id"], sqlite_where=LIVE, postgresql_where=LIVE)
