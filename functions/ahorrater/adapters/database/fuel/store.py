"""The fuel prices' store, in plain SQL."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from ahorrater.adapters.database.connection import Database, Transaction
from ahorrater.adapters.database.fuel.changes import save_earlier_prices, save_latest_prices, save_stations
from ahorrater.adapters.database.fuel.staging import save_places, save_products, stage
from ahorrater.domain.fuel.places import CCAA
from ahorrater.domain.fuel.snapshot import FIRST_SAMPLE_ID, Places, Snapshot
from ahorrater.services.fuel.ports import Changes, Load, Origin

_LOCK = 0xF0E1
"""Whoever loads holds this advisory lock. SQLite has one writer at a time in any case."""

_TABLES = ("fuel_load", "precio_anterior", "precio", "eess", "producto")
_RECORD = """
    INSERT INTO fuel_load (moment, origin, loaded_at, stations, prices, changed, rejections)
    VALUES (:moment, :origin, :loaded_at, :stations, :prices, :changed, :rejections) RETURNING id"""


class SqlFuelStore:
    """The FuelStore of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator["SqlFuelTransaction"]:
        """One transaction of the database."""
        with self._database.transaction() as transaction:
            if transaction.dialect.name == "postgresql":
                transaction.execute("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK})
            yield SqlFuelTransaction(transaction)

    def municipalities(self) -> set[int]:
        """All of them: a few thousand."""
        with self._database.transaction() as transaction:
            return {row[0] for row in transaction.execute("SELECT id FROM municipio")}

    def loaded_moments(self, moments: Sequence[datetime]) -> set[datetime]:
        """By the ledger's span, then one by one."""
        if not moments:
            return set()
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                "SELECT moment FROM fuel_load WHERE moment BETWEEN :first AND :last",
                {"first": min(moments), "last": max(moments)},
            )
            return {transaction.dialect.read_moment(row[0]) for row in rows} & set(moments)


class SqlFuelTransaction:
    """The FuelTransaction of SQLite and PostgreSQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def is_loaded(self, moment: datetime) -> bool:
        """By the unique index on the ledger's moments."""
        return bool(self._sql.execute("SELECT 1 FROM fuel_load WHERE moment = :moment", {"moment": moment}))

    def origins(self) -> set[Origin]:
        """By the ledger."""
        return {Origin(row[0]) for row in self._sql.execute("SELECT DISTINCT origin FROM fuel_load")}

    def listed_stations(self) -> int:
        """Those that are not missing."""
        return int(self._sql.execute("SELECT count(*) FROM eess WHERE missing_since IS NULL")[0][0])

    def clear(self) -> None:
        """Every table, the dependent ones first. Real places stay: their list may have come before the prices."""
        for table in _TABLES:
            self._sql.execute(f"DELETE FROM {table}")
        self._sql.execute("DELETE FROM municipio WHERE id >= :first", {"first": FIRST_SAMPLE_ID})

    def save_places(self, places: Places) -> None:
        """The regions are the ministry's nineteen and whatever else the feed names."""
        save_places(self._sql, places, CCAA)

    def save(self, snapshot: Snapshot) -> Changes:
        """In order: places, products, stations, prices."""
        self.save_places(snapshot.places)
        save_products(self._sql, snapshot.products)
        stage(self._sql, snapshot)
        following = self._following(snapshot.moment)
        new, altered, missing = save_stations(self._sql, snapshot.moment, latest=following is None)
        if following is None:
            prices = save_latest_prices(self._sql, snapshot.moment)
        else:
            prices = save_earlier_prices(self._sql, snapshot.moment, following)
        return Changes(prices, new, altered, missing)

    def record(self, load: Load) -> int:
        """One row."""
        parameters: dict[str, object] = {
            "moment": load.moment,
            "origin": load.origin.value,
            "loaded_at": load.loaded_at,
            "stations": load.stations,
            "prices": load.prices,
            "changed": load.changed,
            "rejections": json.dumps(load.rejections, ensure_ascii=False),
        }
        return int(self._sql.execute(_RECORD, parameters)[0][0])

    def _following(self, moment: datetime) -> datetime | None:
        """The moment of the first snapshot after this one."""
        rows = self._sql.execute("SELECT min(moment) FROM fuel_load WHERE moment > :moment", {"moment": moment})
        return self._sql.dialect.read_moment(rows[0][0]) if rows[0][0] is not None else None
