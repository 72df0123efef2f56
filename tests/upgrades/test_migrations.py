"""Migrations lose nothing, whatever version a database was left at, and leave older versions their tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, DateTime, Engine, Float, Integer, MetaData, Text, select

from ahorrater.adapters.database import migrations
from ahorrater.adapters.database.engine import engine_of
from ahorrater.adapters.database.migrate import config_for, migrate
from tests.integration.postgresql_server import PostgresqlServer
from tests.upgrades.releases import RELEASES, Release
from tests.upgrades.tables import VERSION_TABLE, described

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
ROWS = 3
Rows = dict[str, list[dict[str, Any]]]


def older_revisions() -> list[str]:
    """All but the newest, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    return walked[:0:-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ahorrater.db"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@contextmanager
def engine(url: str) -> Iterator[Engine]:
    found = engine_of(url)
    yield found
    found.dispose()


def tables_of(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.remove(metadata.tables[VERSION_TABLE])
    return metadata


def fill(connection: Connection) -> None:
    """Some rows in every table; the same number in all columns of a row, so that they find each other."""
    for table in tables_of(connection).sorted_tables:
        for number in range(1, ROWS + 1):
            row = {column.name: value_of(column, number, connection.dialect.name) for column in table.columns}
            connection.execute(table.insert(), row)


def value_of(column: Column[Any], number: int, dialect: str) -> Any:
    match column.type:
        case Boolean():
            return number % 2 == 0
        case DateTime():
            moment = NOON + timedelta(hours=number)
            return moment.replace(tzinfo=None) if dialect == "sqlite" else moment
        case Integer():
            return number
        case Float():
            return number + 0.5
        case Text():
            return "[]"
    return str(number)


def rows_of(connection: Connection, columns: dict[str, Sequence[str]]) -> Rows:
    """What is in these columns of these tables."""
    tables = tables_of(connection).tables
    return {
        name: sorted(
            (dict(row._mapping) for row in connection.execute(select(*(tables[name].c[one] for one in wanted)))),
            key=repr,
        )
        for name, wanted in columns.items()
    }


@pytest.mark.parametrize("revision", older_revisions())
def test_a_database_left_at_an_older_revision_keeps_all_its_rows(empty_url: str, revision: str) -> None:
    with engine(empty_url) as old:
        with old.begin() as connection:
            command.upgrade(config_for(connection), revision)
        with old.begin() as connection:
            fill(connection)
            columns = {table.name: table.columns.keys() for table in tables_of(connection).sorted_tables}
            before = rows_of(connection, columns)
        assert all(len(rows) == ROWS for rows in before.values())
        assert migrate(empty_url)[0] == revision
        with old.connect() as connection:
            assert rows_of(connection, columns) == before


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_an_older_version_finds_its_tables_as_it_left_them(database_url: str, release: Release) -> None:
    """It names its own columns and no others: what is new must fill itself, and forbid nothing that was allowed."""
    with engine(database_url) as migrated:
        now = described(migrated)
    for name, table in release.documents("tables")[migrated.dialect.name].items():
        added = now[name]["columns"].keys() - table["columns"].keys()
        assert all(now[name]["columns"][column]["may_be_left_out"] for column in added), name
        kept = {column: now[name]["columns"].get(column) for column in table["columns"]}
        assert {**now[name], "columns": kept} == table, name
