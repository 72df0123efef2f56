"""The migrations make the schema that the tables describe, on both databases."""

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from ahorrater.adapters.database import tables
from ahorrater.adapters.database.engine import engine_of
from ahorrater.adapters.database.migrate import migrate

DESCENDING = {"ix_park_state_battery", "ix_park_state_mean", "ix_park_state_outlook", "ix_park_state_smoothed"}


def test_nothing_is_missing_and_nothing_is_too_much(database_url):
    engine = engine_of(database_url)
    with engine.connect() as connection:
        assert tables.ReadingRow.__tablename__ == "reading"
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
        if engine.dialect.name == "sqlite":  # where a descending index cannot be read back; PostgreSQL checks it
            differences = [one for one in differences if one[1].name not in DESCENDING]
        assert differences == []
    engine.dispose()


def test_migrating_again_changes_nothing(database_url):
    before, after = migrate(database_url)
    assert before == after != ""


def test_two_replicas_may_migrate_at_once(postgresql):
    with postgresql.database() as url:
        failures = []

        def run():
            try:
                migrate(url)
            except Exception as error:  # noqa: BLE001 -- the test tells which
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failures == []
