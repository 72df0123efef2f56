"""Moves to several sunny nodes.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who shares the work with the node, a JSON list; null: nobody."""
    op.add_column("move", sa.Column("also", sa.Text(), nullable=True))


def downgrade() -> None:
    """Moves to one node again."""
    op.drop_column("move", "also")
