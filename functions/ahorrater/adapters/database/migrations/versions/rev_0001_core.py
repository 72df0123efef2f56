"""The core: readings, parks, decisions, dead letters, what was told"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table(
        "controller",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("event_id", AutoString(), nullable=False),
        sa.Column("event_source", AutoString(), nullable=False),
        sa.Column("event_type", AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dead_letter_identity", "dead_letter", ["event_source", "event_id", "place"], unique=True)

    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("repeats", sa.BigInteger(), nullable=False),
        sa.Column("policy", AutoString(), nullable=False),
        sa.Column("chosen", AutoString(), nullable=True),
        sa.Column("previous", AutoString(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("sentence", AutoString(), nullable=False),
        sa.Column("parks", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("cause", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_decision_cause",
        "decision",
        ["cause"],
        unique=True,
        postgresql_where=sa.text("moved"),
        sqlite_where=sa.text("moved"),
    )
    op.create_index(
        "ix_decision_moved",
        "decision",
        ["epoch"],
        unique=False,
        postgresql_where=sa.text("moved"),
        sqlite_where=sa.text("moved"),
    )

    op.create_table(
        "device",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("boot", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "outbox",
        sa.Column("chat", AutoString(), nullable=False),
        sa.Column("topic", AutoString(), nullable=False),
        sa.Column("news", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("latest", UtcDateTime(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("chat", "topic"),
    )
    op.create_table(
        "park_state",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("power_w", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("mean_power_w", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("smoothed_power_w", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("mean_voltage_v", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("mean_current_a", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("battery_soc", sa.Float(), nullable=True),
        sa.Column("fresh", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recent", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_index("ix_park_state_seen", "park_state", ["fresh", "seen_at"])
    op.create_index("ix_park_state_smoothed", "park_state", ["fresh", sa.text("smoothed_power_w DESC"), "node"])
    op.create_index("ix_park_state_mean", "park_state", ["fresh", sa.text("mean_power_w DESC"), "node"])

    op.create_table(
        "reading",
        sa.Column("node", AutoString(length=253), nullable=False),
        sa.Column("boot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.Column("measured_at_receipt", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("voltage_v", sa.Float(), nullable=False),
        sa.Column("current_a", sa.Float(), nullable=False),
        sa.Column("power_w", sa.Float(), nullable=False),
        sa.Column("battery_soc", sa.Float(), nullable=True),
        sa.Column("overflow", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("node", "boot", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reading_node_measured_at", "reading", ["node", "measured_at"])

    op.create_table(
        "told",
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    """Takes it back."""
    for table in ("told", "reading", "park_state", "outbox", "device", "decision", "dead_letter", "controller"):
        op.drop_table(table)
