"""Wrong passwords by place and account"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Accounts are locked no more; who was locked out may sign in."""
    op.create_table(
        "login_attempt",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
    )
    op.create_index("logins_of_account", "login_attempt", ["account", "at"])
    op.create_index("logins_of_place", "login_attempt", ["place", "at"])
    op.drop_column("staff", "failures")
    op.drop_column("staff", "locked_until")


def downgrade() -> None:
    """Take it back."""
    op.add_column("staff", sa.Column("locked_until", sa.DateTime(timezone=True)))
    op.add_column("staff", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("login_attempt")
