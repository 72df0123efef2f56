"""Fuel prices: places, stations, products, what is in force and what was"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from ahorrater.adapters.database.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PRICE_RANGE = "price_milli BETWEEN 1 AND 999999"


def upgrade() -> None:
    """Makes the change."""
    _places()
    _stations()
    _prices()
    op.create_table(
        "fuel_load",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moment", UtcDateTime(), nullable=False),
        sa.Column("origin", AutoString(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("stations", sa.Integer(), nullable=False),
        sa.Column("prices", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("rejections", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_fuel_load_moment", "fuel_load", ["moment"], unique=True)


def _places() -> None:
    op.create_table(
        "ccaa",
        sa.Column("id", AutoString(length=2), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "provincia",
        sa.Column("id", AutoString(length=2), nullable=False),
        sa.Column("ccaa_id", AutoString(length=2), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["ccaa_id"], ["ccaa.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_provincia_ccaa_id", "provincia", ["ccaa_id"])
    op.create_table(
        "municipio",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provincia_id", AutoString(length=2), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["provincia_id"], ["provincia.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_municipio_provincia_id", "municipio", ["provincia_id"])


def _stations() -> None:
    op.create_table(
        "eess",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("municipio_id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("postcode", AutoString(), nullable=False),
        sa.Column("locality", AutoString(), nullable=False),
        sa.Column("hours", AutoString(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("position", AutoString(), nullable=False),
        sa.Column("margin", AutoString(), nullable=False),
        sa.Column("sale_type", AutoString(), nullable=False),
        sa.Column("remission", AutoString(), nullable=False),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["municipio_id"], ["municipio.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_eess_municipio_id", "eess", ["municipio_id"])


def _prices() -> None:
    op.create_table(
        "producto",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("field", AutoString(), nullable=False),
        sa.Column("slug", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "precio",
        sa.Column("eess_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("producto_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("price_milli", sa.Integer(), nullable=True),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.CheckConstraint(_PRICE_RANGE, name="ck_precio_range"),
        sa.ForeignKeyConstraint(["eess_id"], ["eess.id"]),
        sa.ForeignKeyConstraint(["producto_id"], ["producto.id"]),
        sa.PrimaryKeyConstraint("eess_id", "producto_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "precio_anterior",
        sa.Column("eess_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("producto_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("price_milli", sa.Integer(), nullable=True),
        sa.CheckConstraint(_PRICE_RANGE, name="ck_precio_anterior_range"),
        sa.ForeignKeyConstraint(["eess_id"], ["eess.id"]),
        sa.ForeignKeyConstraint(["producto_id"], ["producto.id"]),
        sa.PrimaryKeyConstraint("eess_id", "producto_id", "valid_from"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Takes it back."""
    for table in ("fuel_load", "precio_anterior", "precio", "producto", "eess", "municipio", "provincia", "ccaa"):
        op.drop_table(table)
