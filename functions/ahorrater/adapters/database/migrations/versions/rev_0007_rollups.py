"""Minute and hour means, kept for ever, and how far each park's readings have become such"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "rollup",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("step_s", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("readings", sa.BigInteger(), nullable=False),
        sa.Column("power_w", sa.Float(), nullable=False),
        sa.Column("power_min_w", sa.Float(), nullable=False),
        sa.Column("power_max_w", sa.Float(), nullable=False),
        sa.Column("voltage_v", sa.Float(), nullable=False),
        sa.Column("current_a", sa.Float(), nullable=False),
        sa.Column("battery_soc", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("node", "step_s", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "late_minute",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", "at"),
        sqlite_with_rowid=False,
    )
    op.add_column("park_state", sa.Column("rolled_until", UtcDateTime(), nullable=True))
    op.add_column("park_state", sa.Column("raw_since", UtcDateTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # By default a fifth of the table has to be dead before its room is used again: six days of thirty.
        op.execute("ALTER TABLE reading SET (autovacuum_vacuum_scale_factor = 0.01)")


def downgrade() -> None:
    """Takes it back. Readings that were deleted do not come again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE reading RESET (autovacuum_vacuum_scale_factor)")
    op.drop_column("park_state", "raw_since")
    op.drop_column("park_state", "rolled_until")
    op.drop_table("late_minute")
    op.drop_table("rollup")
