"""Which choices were carried out, and when"""

import sqlalchemy as sa
from alembic import op

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change. What was chosen before is taken for carried out, as it was until now."""
    op.add_column("decision", sa.Column("applied_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE decision SET applied_at = decided_at WHERE moved")


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("decision", "applied_at")
