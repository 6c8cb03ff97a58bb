"""Places, kinds of queues, and why a ticket ended"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PLACED = ("hall", "station", "device")


def upgrade() -> None:
    """Building, floor and area of halls, stations and devices; what a queue is for; why a ticket's life ended."""
    for table in PLACED:
        op.add_column(table, sa.Column("place", sa.JSON()))
    op.add_column("queue", sa.Column("kind", sa.String(16), nullable=False, server_default="clinic"))
    op.add_column("ticket", sa.Column("end_reason", sa.String(32)))
    op.create_index("slots_of_queue", "appointment", ["hall_id", "queue_id", "slot_start"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("slots_of_queue", "appointment")
    op.drop_column("ticket", "end_reason")
    op.drop_column("queue", "kind")
    for table in reversed(PLACED):
        op.drop_column(table, "place")
