"""What each park's battery can give"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.add_column("park_state", sa.Column("battery_wh", sa.Float(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_park_state_battery", "park_state", ["fresh", sa.text("battery_wh DESC"), "node"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_park_state_battery", table_name="park_state")
    op.drop_column("park_state", "battery_wh")
