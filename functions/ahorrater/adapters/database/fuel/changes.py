"""Finds and writes what a staged snapshot changes: set by set, the same SQL for both databases.

A snapshot that is newer than everything is compared with `precio`. An older one (history is fetched after the present,
or a broken range goes on) is put between what was before it and what the next snapshot found; see `_BACKFILL`.
"""

from datetime import datetime

from ahorrater.adapters.database.connection import Transaction
from ahorrater.adapters.database.fuel.staging import EESS_COLUMNS
from ahorrater.domain.fuel.snapshot import UNREADABLE

_ALTERED = " OR ".join(f"s.{column} IS DISTINCT FROM eess.{column}" for column in EESS_COLUMNS)

# A change is a price that is not the one before, or a product that its station no longer lists. What could not be
# read changes nothing. Stations that the snapshot lacks keep their prices.
_CHANGES = f"""
    CREATE TEMPORARY TABLE price_change AS
    SELECT s.eess_id, s.producto_id, s.price_milli, b.valid_from AS before_from, b.price_milli AS before_milli
    FROM staged_precio s
    LEFT JOIN {{before}} b ON b.eess_id = s.eess_id AND b.producto_id = s.producto_id
    WHERE s.price_milli <> {UNREADABLE} AND s.price_milli IS DISTINCT FROM b.price_milli
    UNION ALL
    SELECT b.eess_id, b.producto_id, NULL, b.valid_from, b.price_milli
    FROM {{before}} b JOIN staged_eess e ON e.id = b.eess_id
    LEFT JOIN staged_precio s ON s.eess_id = b.eess_id AND s.producto_id = b.producto_id
    WHERE s.eess_id IS NULL AND b.price_milli IS NOT NULL"""

_LATEST = (
    """INSERT INTO precio_anterior (eess_id, producto_id, valid_from, price_milli)
       SELECT eess_id, producto_id, before_from, before_milli FROM price_change WHERE before_from IS NOT NULL""",
    """UPDATE precio SET price_milli = c.price_milli, valid_from = :moment FROM price_change c
       WHERE c.before_from IS NOT NULL AND precio.eess_id = c.eess_id AND precio.producto_id = c.producto_id""",
    """INSERT INTO precio (eess_id, producto_id, price_milli, valid_from)
       SELECT eess_id, producto_id, price_milli, :moment FROM price_change WHERE before_from IS NULL""",
)

# What was in force at :moment, for each station and product that was ever sold; before_from is null where nothing was.
_BEFORE = """
    CREATE TEMPORARY TABLE price_before AS
    SELECT p.eess_id, p.producto_id, p.valid_from, p.price_milli
    FROM precio p JOIN staged_eess e ON e.id = p.eess_id WHERE p.valid_from <= :moment
    UNION ALL
    SELECT a.eess_id, a.producto_id, a.valid_from, a.price_milli
    FROM precio p JOIN staged_eess e ON e.id = p.eess_id
    JOIN precio_anterior a ON a.eess_id = p.eess_id AND a.producto_id = p.producto_id AND a.valid_from = (
        SELECT max(valid_from) FROM precio_anterior
        WHERE eess_id = p.eess_id AND producto_id = p.producto_id AND valid_from <= :moment)
    WHERE p.valid_from > :moment"""

# The snapshot after this one (:next) did not find what this one found, but what was before: there, the price goes back.
_BACKFILL = (
    # The price in force becomes a past one, and begins anew with the next snapshot.
    """INSERT INTO precio_anterior (eess_id, producto_id, valid_from, price_milli)
       SELECT p.eess_id, p.producto_id, p.valid_from, p.price_milli
       FROM precio p JOIN price_change c ON c.eess_id = p.eess_id AND c.producto_id = p.producto_id
       WHERE p.valid_from < :moment""",
    """UPDATE precio SET valid_from = :next FROM price_change c
       WHERE precio.eess_id = c.eess_id AND precio.producto_id = c.producto_id AND precio.valid_from < :moment""",
    """INSERT INTO precio (eess_id, producto_id, price_milli, valid_from)
       SELECT c.eess_id, c.producto_id, NULL, :next FROM price_change c
       LEFT JOIN precio p ON p.eess_id = c.eess_id AND p.producto_id = c.producto_id WHERE p.eess_id IS NULL""",
    # Where the next snapshot's price is in the past, too, and it changed nothing then.
    """INSERT INTO precio_anterior (eess_id, producto_id, valid_from, price_milli)
       SELECT c.eess_id, c.producto_id, :next, c.before_milli
       FROM price_change c JOIN precio p ON p.eess_id = c.eess_id AND p.producto_id = c.producto_id
       WHERE p.valid_from > :next
       ON CONFLICT DO NOTHING""",
    """INSERT INTO precio_anterior (eess_id, producto_id, valid_from, price_milli)
       SELECT eess_id, producto_id, :moment, price_milli FROM price_change""",
)


def save_stations(sql: Transaction, moment: datetime, *, latest: bool) -> tuple[int, int, int]:
    """Writes the staged stations that are new, altered or missing; how many of each. An older snapshot only adds."""
    altered = missing = 0
    if latest:
        columns = ", ".join(f"{column} = s.{column}" for column in EESS_COLUMNS)
        sql.execute(
            f"""UPDATE eess SET {columns}, missing_since = NULL FROM staged_eess s
                WHERE s.id = eess.id AND (eess.missing_since IS NOT NULL OR {_ALTERED})"""
        )
        altered = sql.changed
        sql.execute(
            """UPDATE eess SET missing_since = :moment
               WHERE missing_since IS NULL AND id NOT IN (SELECT id FROM staged_eess)""",
            {"moment": moment},
        )
        missing = sql.changed
    names = ", ".join(EESS_COLUMNS)
    sql.execute(
        f"""INSERT INTO eess (id, {names}, missing_since) SELECT id, {names}, :missing FROM staged_eess
            WHERE id NOT IN (SELECT id FROM eess)""",
        {"missing": None if latest else moment},
    )
    return sql.changed, altered, missing


def save_latest_prices(sql: Transaction, moment: datetime) -> int:
    """Writes what a snapshot newer than all others changed; how many prices."""
    return _save(sql, "precio", _LATEST, {"moment": moment})


def save_earlier_prices(sql: Transaction, moment: datetime, following: datetime) -> int:
    """Writes what a snapshot changed that lies before others, the first of them at `following`; how many prices."""
    sql.execute("DROP TABLE IF EXISTS price_before")
    sql.execute(_BEFORE, {"moment": moment})
    return _save(sql, "price_before", _BACKFILL, {"moment": moment, "next": following})


def _save(sql: Transaction, before: str, statements: tuple[str, ...], moments: dict[str, object]) -> int:
    sql.execute("DROP TABLE IF EXISTS price_change")
    sql.execute(_CHANGES.format(before=before))
    for statement in statements:
        sql.execute(statement, {name: value for name, value in moments.items() if f":{name}" in statement})
    return int(sql.execute("SELECT count(*) FROM price_change")[0][0])
