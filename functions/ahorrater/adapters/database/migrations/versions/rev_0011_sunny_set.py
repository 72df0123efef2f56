"""Decisions of several sunny nodes.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who shares the work with the chosen node, a JSON list; null: nobody."""
    op.add_column("decision", sa.Column("also", sa.Text(), nullable=True))


def downgrade() -> None:
    """One sunny node again."""
    op.drop_column("decision", "also")
