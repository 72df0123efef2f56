"""What relabel did: the moves ledger"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNSETTLED_BEFORE = sa.text("realised_gain_wh IS NULL AND gain_until IS NOT NULL")
UNSETTLED = sa.text("realised_gain_wh IS NULL AND gain_until IS NOT NULL AND applied_at IS NOT NULL")


def upgrade() -> None:
    """Makes the change. What is known of earlier moves is that they were carried out, and when."""
    op.create_table(
        "move",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("cause", AutoString(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("previous", AutoString(length=253), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("pods_moved", sa.Integer(), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("workloads", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_move_cause", "move", ["cause"], unique=True)
    op.create_index("ix_move_at", "move", ["at"])
    op.execute(
        """
        INSERT INTO move (cause, epoch, node, previous, at, outcome, workloads)
        SELECT cause, epoch, chosen, previous, applied_at, 'moved', '[]' FROM decision
        WHERE moved AND applied_at IS NOT NULL AND chosen IS NOT NULL ORDER BY epoch"""
    )
    _index_unsettled("epoch", UNSETTLED)


def downgrade() -> None:
    """Takes it back."""
    _index_unsettled("gain_until", UNSETTLED_BEFORE)
    op.drop_table("move")


def _index_unsettled(column: str, where: sa.TextClause) -> None:
    op.drop_index("ix_decision_unsettled", table_name="decision")
    op.create_index("ix_decision_unsettled", "decision", [column], postgresql_where=where, sqlite_where=where)
