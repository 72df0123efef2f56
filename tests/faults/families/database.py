"""The database stopped, full, locked, read-only or slow."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial

import psycopg

from tests.faults.database import SqliteFile
from tests.faults.fault import Fault, Need
from tests.faults.system import System

FAMILY = "database"
WAITS = "mqtt-source and the broker wait with what they have; readings queue in mosquitto"
POSTGRESQL = frozenset({Need.POSTGRESQL})
SQLITE = frozenset({Need.SQLITE})
OUTAGE_S = 5.0
SLOW_S = 0.3


def stop(mode: str, seconds: float, system: System) -> None:
    server = system.postgresql.server
    server.stop(mode)
    time.sleep(seconds)
    server.start()


def drop_connections(system: System) -> None:
    mine = "pid <> pg_backend_pid() AND application_name = 'ahorrater'"
    system.rows.select(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")


def read_only(system: System) -> None:
    """As a former primary is after a failover."""
    with _configured(system, "default_transaction_read_only", "on"):
        drop_connections(system)
        time.sleep(OUTAGE_S)


def _configured(system: System, name: str, value: str) -> "Configured":
    return Configured(system.postgresql.url, name, value)


class Configured:
    """A setting of the server, as long as the context lasts."""

    def __init__(self, url: str, name: str, value: str) -> None:
        self._url, self._set, self._reset = url, f"ALTER SYSTEM SET {name} = '{value}'", f"ALTER SYSTEM RESET {name}"

    def __enter__(self) -> None:
        self._apply(self._set)

    def __exit__(self, *_: object) -> None:
        self._apply(self._reset)

    def _apply(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(statement)
            connection.execute("SELECT pg_reload_conf()")


def table_locked(system: System) -> None:
    with psycopg.connect(system.postgresql.url) as connection:
        connection.execute("LOCK TABLE reading, park_state IN ACCESS EXCLUSIVE MODE")
        time.sleep(OUTAGE_S)


def link_cut(system: System) -> None:
    link = system.postgresql.link
    link.cut()
    time.sleep(OUTAGE_S)
    link.mend()


def slow(system: System) -> None:
    """Every answer and every question takes longer: a slow disk behind a slow network."""
    link = system.postgresql.link
    link.delay_s = SLOW_S
    time.sleep(OUTAGE_S)
    link.delay_s = 0.0


def disk_full(system: System) -> None:
    """Not a byte is left on the database's disk."""
    filler = system.disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    time.sleep(OUTAGE_S)
    filler.unlink()


def postgresql_disk_full(system: System) -> None:
    """A server that cannot write its log gives up; somebody starts it when there is room again."""
    disk_full(system)
    time.sleep(1)
    system.postgresql.restart()


def sqlite_locked(system: System) -> None:
    _held(system, "BEGIN EXCLUSIVE")


def sqlite_locked_for_long(system: System) -> None:
    _held(system, "BEGIN EXCLUSIVE", seconds=14.0)


def _held(system: System, statement: str, seconds: float = OUTAGE_S) -> None:
    assert isinstance(system.rows, SqliteFile)
    with closing(sqlite3.connect(system.rows.path, timeout=10, isolation_level=None)) as connection:
        connection.execute(statement)
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def _of(
    name: str, strike: Callable[[System], None], needs: frozenset[Need], expected: str = WAITS, *, alone: bool = False
) -> Fault:
    return Fault(name, FAMILY, expected, strike, needs, alone=alone)


ROOM = frozenset({Need.NAMESPACE})
FAULTS = (
    _of("PostgreSQL stopped (fast), 5 s", partial(stop, "fast", OUTAGE_S), POSTGRESQL),
    _of("PostgreSQL killed (immediate), 5 s", partial(stop, "immediate", OUTAGE_S), POSTGRESQL),
    _of("PostgreSQL stopped, 40 s", partial(stop, "fast", 40.0), POSTGRESQL, alone=True),
    _of("PostgreSQL ends all connections", drop_connections, POSTGRESQL, "each function connects again"),
    _of("PostgreSQL read-only, 5 s", read_only, POSTGRESQL),
    _of("PostgreSQL tables locked, 5 s", table_locked, POSTGRESQL),
    _of("PostgreSQL out of reach, 5 s", link_cut, POSTGRESQL),
    _of("PostgreSQL slow, 0.6 s a statement", slow, POSTGRESQL, "fewer, larger batches; nothing is refused"),
    _of("PostgreSQL disk full, 5 s", postgresql_disk_full, POSTGRESQL | ROOM, alone=True),
    _of("SQLite disk full, 5 s", disk_full, SQLITE | ROOM),
    _of("SQLite locked, 5 s", sqlite_locked, SQLITE),
    _of("SQLite locked, 14 s, longer than its patience", sqlite_locked_for_long, SQLITE),
)
