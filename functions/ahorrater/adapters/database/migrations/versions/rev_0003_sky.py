"""What each park's sky has taught, and the park's rank by what is expected of it"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "park_sky",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("sky", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )
    op.add_column("park_state", sa.Column("sky_slot", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("park_state", sa.Column("outlook_w", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_park_state_outlook", "park_state", ["fresh", sa.text("outlook_w DESC"), "node"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_park_state_outlook", table_name="park_state")
    op.drop_column("park_state", "outlook_w")
    op.drop_column("park_state", "sky_slot")
    op.drop_table("park_sky")
