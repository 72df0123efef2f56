"""Whether sensors are believed, what moves bring, and how panels are"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUARANTINED = sa.text("quarantine IS NOT NULL")
UNSETTLED = sa.text("realised_gain_wh IS NULL AND gain_until IS NOT NULL")


def upgrade() -> None:
    """Makes the change."""
    op.add_column("park_state", sa.Column("trust", sa.Text(), server_default=sa.text("'[null,0,0,0]'"), nullable=False))
    op.add_column("park_state", sa.Column("quarantine", sa.Text(), nullable=True))
    op.create_index(
        "ix_park_state_quarantine", "park_state", ["seen_at"], postgresql_where=QUARANTINED, sqlite_where=QUARANTINED
    )
    op.add_column("decision", sa.Column("expected_gain_wh", sa.Float(), nullable=True))
    op.add_column("decision", sa.Column("gain_until", UtcDateTime(), nullable=True))
    op.add_column("decision", sa.Column("realised_gain_wh", sa.Float(), nullable=True))
    op.create_index(
        "ix_decision_unsettled", "decision", ["gain_until"], postgresql_where=UNSETTLED, sqlite_where=UNSETTLED
    )
    op.create_table(
        "park_health",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("flag", AutoString(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("park_health")
    op.drop_index("ix_decision_unsettled", table_name="decision")
    op.drop_column("decision", "realised_gain_wh")
    op.drop_column("decision", "gain_until")
    op.drop_column("decision", "expected_gain_wh")
    op.drop_index("ix_park_state_quarantine", table_name="park_state")
    op.drop_column("park_state", "quarantine")
    op.drop_column("park_state", "trust")
