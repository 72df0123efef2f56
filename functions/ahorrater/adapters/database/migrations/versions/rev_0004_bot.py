"""What the Telegram bot remembers: updates that were answered, and each chat's language"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "bot_update",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "bot_chat",
        sa.Column("chat", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("chat"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("bot_chat")
    op.drop_table("bot_update")
