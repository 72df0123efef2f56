"""The schema of the fuel prices, in the ministry's own words.

CCAA 1-N Provincia 1-N Municipio 1-N EESS 1-N Precio N-1 Producto. `precio` holds what is in force, one row for each
station and product that it ever sold; `precio_anterior` holds what was in force before, and only grows. So the present
is found without looking at the past, and a price that does not change is written once.

Prices are whole thousandths of a euro: exact in both databases (SQLite has no decimals), the same SQL for both, and
half as many bytes as numeric(6,3), whose range the constraints keep. A null price: not sold from then on.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from ahorrater.adapters.database.tables import UtcDateTime

_PRICE_RANGE = "price_milli BETWEEN 1 AND 999999"


class CcaaRow(SQLModel, table=True):
    """A region; two digits."""

    __tablename__: ClassVar[str] = "ccaa"

    id: str = Field(primary_key=True, max_length=2)
    name: str


class ProvinciaRow(SQLModel, table=True):
    """A province; two digits."""

    __tablename__: ClassVar[str] = "provincia"

    id: str = Field(primary_key=True, max_length=2)
    ccaa_id: str = Field(foreign_key="ccaa.id", index=True, max_length=2)
    name: str


class MunicipioRow(SQLModel, table=True):
    """A municipality, by the ministry's number."""

    __tablename__: ClassVar[str] = "municipio"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    provincia_id: str = Field(foreign_key="provincia.id", index=True, max_length=2)
    name: str


class EessRow(SQLModel, table=True):
    """A petrol station. `position` judges its coordinates; `missing_since`: since when the feed does not list it."""

    __tablename__: ClassVar[str] = "eess"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    municipio_id: int = Field(foreign_key="municipio.id", index=True)
    brand: str
    address: str
    postcode: str
    locality: str
    hours: str
    latitude: float | None
    longitude: float | None
    position: str
    margin: str
    sale_type: str
    remission: str
    missing_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class ProductoRow(SQLModel, table=True):
    """What is sold. `slug` is its word in the REST paths, `field` its field in the feed."""

    __tablename__: ClassVar[str] = "producto"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    field: str
    slug: str = Field(unique=True)
    unit: str


class PrecioRow(SQLModel, table=True):
    """The price in force since `valid_from`."""

    __tablename__: ClassVar[str] = "precio"
    __table_args__ = (CheckConstraint(_PRICE_RANGE, name="ck_precio_range"), {"sqlite_with_rowid": False})

    eess_id: int = Field(primary_key=True, foreign_key="eess.id", sa_column_kwargs={"autoincrement": False})
    producto_id: int = Field(primary_key=True, foreign_key="producto.id", sa_column_kwargs={"autoincrement": False})
    price_milli: int | None = Field(sa_type=Integer)
    valid_from: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PrecioAnteriorRow(SQLModel, table=True):
    """A price that was in force from `valid_from` until the next row of the same station and product."""

    __tablename__: ClassVar[str] = "precio_anterior"
    __table_args__ = (CheckConstraint(_PRICE_RANGE, name="ck_precio_anterior_range"), {"sqlite_with_rowid": False})

    eess_id: int = Field(primary_key=True, foreign_key="eess.id", sa_column_kwargs={"autoincrement": False})
    producto_id: int = Field(primary_key=True, foreign_key="producto.id", sa_column_kwargs={"autoincrement": False})
    valid_from: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    price_milli: int | None = Field(sa_type=Integer)


class FuelLoadRow(SQLModel, table=True):
    """A snapshot that was loaded. The newest `id` is the version of everything above."""

    __tablename__: ClassVar[str] = "fuel_load"
    __table_args__ = (Index("ix_fuel_load_moment", "moment", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    moment: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    origin: str
    loaded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    stations: int
    prices: int
    changed: int
    rejections: str = Field(sa_type=Text)
