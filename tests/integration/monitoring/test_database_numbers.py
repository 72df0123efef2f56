"""What is looked up in the database when Prometheus asks, on real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import psycopg

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.news import SqlNewsStore
from ahorrater.adapters.database.news_queue import news_waiting
from ahorrater.adapters.database.replay_lag import replay_lag_s
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port
from tests.integration.postgresql_server import PostgresqlServer, run_as_postgres

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@contextmanager
def standby_of(primary: PostgresqlServer) -> Iterator[PostgresqlServer]:
    """A hot standby of a primary, beside it."""
    folder = primary.folder / "standby"
    run_as_postgres(["mkdir", str(folder)])
    standby = replace(primary, folder=folder, port=free_port())
    source = f"host=127.0.0.1 port={primary.port} user=postgres"
    copy = [str(primary.binaries / "pg_basebackup"), "--dbname", source, "--pgdata", str(folder / "data")]
    run_as_postgres([*copy, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
    standby.start()
    try:
        yield standby
    finally:
        standby.stop("immediate")


def test_news_that_waits(database_url: str) -> None:
    database = Database(database_url)
    assert news_waiting(database) == (0, None)
    with SqlNewsStore(database).transaction() as news:
        news.enqueue(["7", "8"], "chosen", "{}", NOON)
    assert news_waiting(database) == (2, NOON)
    database.close()


def test_sqlite_has_no_standby() -> None:
    assert replay_lag_s(Database("sqlite:///nowhere.db")) is None


def test_a_standby_that_is_paused_falls_behind(postgresql: PostgresqlServer) -> None:
    with postgresql.database() as url, standby_of(postgresql) as standby:
        primary, behind = Database(url), Database(url.replace(f":{postgresql.port}/", f":{standby.port}/"))

        def lag_s() -> float:
            lag_s = replay_lag_s(behind)
            assert lag_s is not None
            return lag_s

        write(primary, "before")
        eventually(lambda: replay_lag_s(behind) is not None)
        with psycopg.connect(standby.admin_url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            write(primary, "meanwhile")
            begun_s = lag_s()
            eventually(lambda: lag_s() > begun_s + 0.5)
            paused_s = lag_s()
            connection.execute("SELECT pg_wal_replay_resume()")
        eventually(lambda: lag_s() < paused_s)
        assert replay_lag_s(primary) == 0
        behind.close()
        primary.close()


def write(database: Database, table: str) -> None:
    with database.transaction() as sql:
        sql.execute(f"CREATE TABLE {table} (n int)")
