"""What fuel-query reads: the version, the present as a whole, and the past of single stations; plain SQL, read only."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from ahorrater.adapters.database.connection import Database, Postgresql, Sqlite, Transaction, dialect_of
from ahorrater.adapters.database.fuel.staging import EESS_COLUMNS
from ahorrater.domain.fuel.places import PositionQuality
from ahorrater.domain.fuel.products import Product
from ahorrater.domain.fuel.snapshot import Municipality, Province, Station
from ahorrater.services.fuel.catalog import Catalog, PresentPrice
from ahorrater.services.fuel.query import Change

_PRESENT = (
    "SELECT eess_id, producto_id, price_milli, valid_from FROM precio WHERE price_milli IS NOT NULL ORDER BY 1, 2"
)

# What was in force at :since, and what came until :until; two seeks in the past's primary key and one in the present's.
_CHANGES = """
    SELECT {station}, valid_from, price_milli FROM precio_anterior
    WHERE eess_id = {station} AND producto_id = :product AND valid_from <= :until AND valid_from >= coalesce((
        SELECT max(b.valid_from) FROM precio_anterior b
        WHERE b.eess_id = {station} AND b.producto_id = :product AND b.valid_from <= :since), :since)
    UNION ALL
    SELECT {station}, valid_from, price_milli FROM precio
    WHERE eess_id = {station} AND producto_id = :product AND valid_from <= :until"""
_CHANGES_OF_ONE = _CHANGES.format(station=":station")
_CHANGES_OF_MANY = {
    "sqlite": """
        SELECT a.eess_id, a.valid_from, a.price_milli
        FROM json_each(:stations) s CROSS JOIN precio_anterior a
        WHERE a.eess_id = s.value AND a.producto_id = :product AND a.valid_from <= :until
        AND a.valid_from >= coalesce((
            SELECT max(b.valid_from) FROM precio_anterior b
            WHERE b.eess_id = s.value AND b.producto_id = :product AND b.valid_from <= :since), :since)
        UNION ALL
        SELECT p.eess_id, p.valid_from, p.price_milli
        FROM json_each(:stations) s CROSS JOIN precio p
        WHERE p.eess_id = s.value AND p.producto_id = :product AND p.valid_from <= :until""",
    "postgresql": """
        SELECT s.id, a.valid_from, a.price_milli
        FROM (SELECT CAST(json_array_elements_text(:stations) AS integer) AS id) s
        CROSS JOIN LATERAL (
            SELECT valid_from, price_milli FROM precio_anterior
            WHERE eess_id = s.id AND producto_id = :product AND valid_from <= :until
            AND valid_from >= coalesce((
                SELECT max(b.valid_from) FROM precio_anterior b
                WHERE b.eess_id = s.id AND b.producto_id = :product AND b.valid_from <= :since), :since)
            UNION ALL
            SELECT valid_from, price_milli FROM precio
            WHERE eess_id = s.id AND producto_id = :product AND valid_from <= :until) a""",
}


@dataclass(frozen=True)
class _SqliteReads(Sqlite):
    """Reading takes no lock that a load would wait for."""

    def begin(self, connection: Connection) -> None:
        """Sees one state of the database until it ends."""
        connection.execute("BEGIN")


@dataclass(frozen=True)
class _PostgresqlReads(Postgresql):
    """Every transaction sees one state of the database."""

    def connect(self) -> Any:
        """Says so once, for the whole session."""
        import psycopg

        connection = super().connect()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection


def reads_of(url: str) -> Database:
    """A connection for reading."""
    database = Database(url)
    dialect = dialect_of(url)
    database.dialect = (
        _SqliteReads(dialect.path)
        if isinstance(dialect, Sqlite)
        else _PostgresqlReads(url.replace("postgresql+psycopg://", "postgresql://", 1))
    )
    return database


class FuelQueries:
    """The stored prices, for those who read. Every method raises RetryLater while the database is away."""

    def __init__(self, database: Database, missing_tolerance: timedelta) -> None:
        self._database, self._missing_tolerance = database, missing_tolerance

    def version(self) -> str | None:
        """Another one after each load; None where nothing was loaded yet."""
        with self._database.transaction() as sql:
            return _version(sql)

    def catalog(self) -> Catalog | None:
        """Everything present; None where nothing was loaded yet."""
        with self._database.transaction() as sql:
            version = _version(sql)
            return None if version is None else self._catalog(sql, version)

    def changes(self, station_id: int, product_id: int, since: datetime, until: datetime) -> list[Change]:
        """By the primary keys: three seeks, however long the history."""
        parameters = {"station": station_id, "product": product_id, "since": since, "until": until}
        with self._database.transaction() as sql:
            return _in_order(sql, sql.execute(_CHANGES_OF_ONE, parameters), since).get(station_id, [])

    def changes_of(
        self, station_ids: Iterable[int], product_id: int, since: datetime, until: datetime
    ) -> dict[int, list[Change]]:
        """The same for each of the stations, in one statement."""
        stations = json.dumps(list(station_ids))
        parameters = {"stations": stations, "product": product_id, "since": since, "until": until}
        with self._database.transaction() as sql:
            return _in_order(sql, sql.execute(_CHANGES_OF_MANY[sql.dialect.name], parameters), since)

    def _catalog(self, sql: Transaction, version: str) -> Catalog:
        moment = sql.dialect.read_moment
        stations = sql.execute(f"SELECT id, {', '.join(EESS_COLUMNS)}, missing_since FROM eess ORDER BY id")
        moments = _Moments(sql)
        return Catalog(
            version=version,
            as_of=moment(sql.execute("SELECT max(moment) FROM fuel_load")[0][0]),
            regions={int(row[0]): row[1] for row in sql.execute("SELECT id, name FROM ccaa")},
            provinces={
                int(row[0]): Province(int(row[0]), int(row[1]), row[2])
                for row in sql.execute("SELECT id, ccaa_id, name FROM provincia")
            },
            municipalities={
                row[0]: Municipality(row[0], int(row[1]), row[2])
                for row in sql.execute("SELECT id, provincia_id, name FROM municipio")
            },
            stations={row[0]: _station(row[:-1]) for row in stations},
            missing_since={row[0]: moment(row[-1]) for row in stations if row[-1] is not None},
            products={row[0]: Product(*row) for row in sql.execute("SELECT id, name, field, unit FROM producto")},
            prices=[
                PresentPrice(station, product, milli, moments[since])
                for station, product, milli, since in sql.execute(_PRESENT)
            ],
            missing_tolerance=self._missing_tolerance,
        )


class _Moments(dict[Any, datetime]):
    """Moments as the database gives them -> UTC: forty thousand prices have few different ones."""

    def __init__(self, sql: Transaction) -> None:
        super().__init__()
        self._read = sql.dialect.read_moment

    def __missing__(self, value: Any) -> datetime:
        self[value] = moment = self._read(value)
        return moment


def _version(sql: Transaction) -> str | None:
    rows = sql.execute("SELECT id, loaded_at FROM fuel_load ORDER BY id DESC LIMIT 1")
    return f"{rows[0][0]}-{sql.dialect.read_moment(rows[0][1]).timestamp():.6f}" if rows else None


def _station(row: tuple[Any, ...]) -> Station:
    station = Station(*row)
    return station._replace(position=PositionQuality(station.position))


def _in_order(sql: Transaction, rows: list[tuple[Any, ...]], since: datetime) -> dict[int, list[Change]]:
    """Each station's changes in order of time, without those that were over at `since`."""
    found: dict[int, list[Change]] = defaultdict(list)
    for station_id, valid_from, price_milli in rows:
        found[station_id].append((sql.dialect.read_moment(valid_from), price_milli))
    return {
        station_id: _from(sorted(changes, key=lambda change: change[0]), since) for station_id, changes in found.items()
    }


def _from(changes: list[Change], since: datetime) -> list[Change]:
    over = [place for place, change in enumerate(changes) if change[0] <= since]
    return changes[over[-1] :] if over else changes
