"""SQLAlchemy's engine, for migrations and people's reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from ahorrater.adapters.database.connection import CONNECT_TIMEOUT_S, SILENCE
from ahorrater.contracts.errors import RetryLater


def engine_of(url: str) -> Engine:
    """A SQLAlchemy engine for a DATABASE_URL; SQLite in the same mode as the functions use it."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 10})
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
        return engine
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S, **SILENCE})


@contextmanager
def session_of(engine: Engine) -> Iterator[Session]:
    """One session. Raises RetryLater while the database is away."""
    try:
        with Session(engine) as session:
            yield session
    except (OperationalError, InterfaceError) as error:
        raise RetryLater("the database is away") from error
