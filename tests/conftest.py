"""What holds for every test, and the real databases of those that need one: each has a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ahorrater.adapters.database.migrate import migrate
from tests.integration.postgresql_server import PostgresqlServer, postgresql_server

# A busy machine is slow, not wrong: timings never decide a test.
settings.register_profile("ahorrater", deadline=None)
settings.load_profile("ahorrater")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database: the test runs on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/ahorrater.db"
        migrate(url)
        yield url
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    with server.database() as url:
        migrate(url)
        yield url
