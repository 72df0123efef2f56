"""Brings a snapshot into temporary tables, from which it is compared with what is stored, as whole sets.

The temporary tables have the columns of the real ones and live as long as the transaction's work on them.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from ahorrater.adapters.database.connection import Transaction
from ahorrater.domain.fuel.products import PRODUCTS, Product
from ahorrater.domain.fuel.snapshot import Places, Snapshot

EESS_COLUMNS = (
    "municipio_id",
    "brand",
    "address",
    "postcode",
    "locality",
    "hours",
    "latitude",
    "longitude",
    "position",
    "margin",
    "sale_type",
    "remission",
)
_TABLES = {
    "staged_eess": f"SELECT id, {', '.join(EESS_COLUMNS)} FROM eess",
    "staged_precio": "SELECT eess_id, producto_id, price_milli FROM precio",
}

_KEYS = {"staged_eess": "id", "staged_precio": "eess_id, producto_id"}


def stage(sql: Transaction, snapshot: Snapshot) -> None:
    """Fills `staged_eess` and `staged_precio`."""
    rows: dict[str, Sequence[Sequence[object]]] = {"staged_eess": snapshot.stations, "staged_precio": snapshot.prices}
    for table, columns in _TABLES.items():
        sql.execute(f"DROP TABLE IF EXISTS {table}")
        sql.execute(f"CREATE TEMPORARY TABLE {table} AS {columns} LIMIT 0")
        sql.fill(table, rows[table])
        if sql.dialect.name == "postgresql":  # nothing analyses a temporary table by itself
            sql.execute(f"ANALYZE {table} ({_KEYS[table]})")


def save_products(sql: Transaction, seen: Iterable[Product]) -> None:
    """Those of the ministry's list and those that the feed named."""
    known = {row[0] for row in sql.execute("SELECT id FROM producto")}
    for product in chain(PRODUCTS, seen):
        if product.id not in known:
            known.add(product.id)
            sql.execute(
                "INSERT INTO producto (id, name, field, slug, unit) VALUES (:id, :name, :field, :slug, :unit)",
                {
                    "id": product.id,
                    "name": product.name,
                    "field": product.field,
                    "slug": product.slug,
                    "unit": product.unit,
                },
            )


def save_places(sql: Transaction, places: Places, regions: dict[int, str]) -> None:
    """Regions, provinces and municipalities; `regions` are the names of the regions."""
    wanted = regions | {
        province.ccaa_id: f"CCAA {province.ccaa_id}"
        for province in places.provinces.values()
        if province.ccaa_id not in regions
    }
    _upsert(sql, "ccaa", "id, name", [(_two(number), name) for number, name in wanted.items()])
    _upsert(
        sql,
        "provincia",
        "id, ccaa_id, name",
        [(_two(place.id), _two(place.ccaa_id), place.name) for place in places.provinces.values()],
    )
    _upsert(
        sql,
        "municipio",
        "id, provincia_id, name",
        [(place.id, _two(place.province_id), place.name) for place in places.municipalities.values()],
    )


def _upsert(sql: Transaction, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    """Adds the new and renames the renamed; the others are not even locked."""
    names = columns.split(", ")[1:]
    sql.execute("DROP TABLE IF EXISTS staged_places")
    sql.execute(f"CREATE TEMPORARY TABLE staged_places AS SELECT {columns} FROM {table} LIMIT 0")
    sql.fill("staged_places", rows)
    sql.execute(
        f"""UPDATE {table} SET {", ".join(f"{name} = s.{name}" for name in names)} FROM staged_places s
            WHERE s.id = {table}.id AND ({" OR ".join(f"s.{name} <> {table}.{name}" for name in names)})"""
    )
    sql.execute(
        f"""INSERT INTO {table} ({columns}) SELECT {columns} FROM staged_places
            WHERE id NOT IN (SELECT id FROM {table})"""
    )


def _two(number: int) -> str:
    """The ministry writes these with two digits."""
    return f"{number:02}"
