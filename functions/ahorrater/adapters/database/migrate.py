"""Brings a database's schema to this version's. Run before the functions; running it again changes nothing."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from ahorrater.adapters.database.engine import engine_of

_LOCK = 0x5017
"""Whoever migrates holds this advisory lock, so that two replicas' Jobs do it one after the other."""


def migrate(url: str) -> tuple[str | None, str]:
    """Upgrades to the newest revision. Returns the revisions before and after."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = _revision(connection)
            command.upgrade(config_for(connection), "head")
            return before, _revision(connection) or ""
    finally:
        engine.dispose()


def config_for(connection: Connection) -> Config:
    """Alembic's configuration, without a file: everything is known here."""
    config = Config()
    config.set_main_option("script_location", str(files("ahorrater.adapters.database").joinpath("migrations")))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
