"""One connection, one transaction at a time, in plain SQL: what the functions on the readings' path need.

Not SQLAlchemy here: importing it doubles a function's cold start, and compiling a statement for each batch costs more
than the batch's own work. Statements are written once, with `:name` parameters; what SQLite and PostgreSQL say
differently is in `Dialect`.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol

from ahorrater.contracts.errors import RetryLater

Row = tuple[Any, ...]
FOR_UPDATE = {"sqlite": "", "postgresql": " FOR UPDATE"}
"""Ends a SELECT whose rows are held until the transaction ends; SQLite has one writer at a time in any case."""
BUSY_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 20
# A server whose machine died says nothing, not even that the connection is gone: without these the kernel goes on
# sending for a quarter of an hour, and the function waits as long.
SILENCE: dict[str, Any] = {
    "tcp_user_timeout": 10_000,  # ms without an answer to what was sent
    "keepalives_idle": 10,  # s without anything to send
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


class Dialect(Protocol):
    """What the two databases say differently."""

    @property
    def name(self) -> str:
        """`sqlite` or `postgresql`."""

    def connect(self) -> Any:
        """A new DB-API connection."""

    def statement(self, sql: str) -> str:
        """The statement in the driver's own parameter style."""

    def begin(self, connection: Any) -> None:
        """Begins a transaction that writes."""

    def moment(self, moment: datetime) -> object:
        """A UTC instant as the column type wants it."""

    def read_moment(self, value: Any) -> datetime:
        """A UTC instant as the column type gives it."""

    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises when the database is away or busy."""


@dataclass(frozen=True)
class Sqlite:
    """SQLite: WAL, and a commit that is on the disk when it returns."""

    path: str
    name: str = "sqlite"

    def connect(self) -> sqlite3.Connection:
        """Opens the file, which `migrate` has made."""
        uri = f"file:{self.path}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=2000;"
        )
        return connection

    def statement(self, sql: str) -> str:
        """SQLite takes `:name` itself; before 3.39 it has `IS NOT` for `IS DISTINCT FROM`."""
        return sql.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")

    def begin(self, connection: sqlite3.Connection) -> None:
        """Takes the write lock at once: a lock that is taken later can fail after work was done."""
        connection.execute("BEGIN IMMEDIATE")

    def moment(self, moment: datetime) -> str:
        """The text that SQLAlchemy's DateTime keeps in SQLite: naive, in UTC."""
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def read_moment(self, value: str) -> datetime:
        """The inverse of `moment`."""
        return datetime.fromisoformat(value).replace(tzinfo=UTC)

    def errors(self) -> tuple[type[Exception], ...]:
        """Locked for too long, not there, disk full."""
        return (sqlite3.OperationalError,)


@dataclass(frozen=True)
class Postgresql:
    """PostgreSQL by psycopg 3."""

    url: str
    name: str = "postgresql"

    def connect(self) -> Any:
        """Connects; a server that does not answer is given up after a few seconds."""
        import psycopg

        options = f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_S}s"
        try:
            return psycopg.connect(
                self.url, connect_timeout=CONNECT_TIMEOUT_S, options=options, application_name="ahorrater", **SILENCE
            )
        except (psycopg.ProgrammingError, ValueError):  # either would say the password
            raise RetryLater("DATABASE_URL cannot be read: percent-encode what is special in its password") from None

    def statement(self, sql: str) -> str:
        """psycopg's `%(name)s`."""
        return _as_pyformat(sql)

    def begin(self, connection: Any) -> None:
        """psycopg begins by itself."""

    def moment(self, moment: datetime) -> datetime:
        """A timestamptz takes it as it is."""
        return moment

    def read_moment(self, value: datetime) -> datetime:
        """A timestamptz gives it in the session's zone, UTC."""
        return value.astimezone(UTC)

    def errors(self) -> tuple[type[Exception], ...]:
        """Away, restarting, locked for too long, deadlocked."""
        import psycopg

        return (psycopg.OperationalError, psycopg.InterfaceError)


@lru_cache(maxsize=256)
def _as_pyformat(sql: str) -> str:
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))


def dialect_of(url: str) -> Dialect:
    """The dialect of a DATABASE_URL. Raises ValueError for any other scheme."""
    if url.startswith("sqlite:///"):
        return Sqlite(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return Postgresql(url.replace("postgresql+psycopg://", "postgresql://", 1))
    raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")


class Transaction:
    """The statements of one transaction."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._cursor = connection.cursor()
        self.dialect = dialect

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """Runs one statement; its rows, or none. Datetimes in `parameters` must be aware."""
        given = {name: self._parameter(value) for name, value in (parameters or {}).items()}
        self._cursor.execute(self.dialect.statement(sql), given)
        return self._cursor.fetchall() if self._cursor.description else []

    def fill(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Adds many rows to a table, all columns in the table's order: COPY in PostgreSQL."""
        if self.dialect.name == "postgresql":
            with self._cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        elif rows:
            self._cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)

    @property
    def changed(self) -> int:
        """How many rows the last statement changed."""
        return int(self._cursor.rowcount)

    def _parameter(self, value: object) -> object:
        return self.dialect.moment(value) if isinstance(value, datetime) else value


class Database:
    """One connection for all threads of a process: made when first needed, and made again when it breaks."""

    def __init__(self, url: str) -> None:
        self.dialect = dialect_of(url)
        self._connection: Any = None
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing; committed and on the disk when the block ends. Raises RetryLater if the database is away."""
        with self._lock:
            connection = self._connected()
            try:
                self.dialect.begin(connection)
                yield Transaction(connection, self.dialect)
                connection.commit()
            except BaseException as error:
                self._abandon(connection)
                if isinstance(error, self.dialect.errors()):
                    raise RetryLater(f"the database is away: {error}") from error
                raise

    def close(self) -> None:
        """Gives the connection back."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self) -> Any:
        if self._connection is None:
            try:
                self._connection = self.dialect.connect()
            except self.dialect.errors() as error:
                raise RetryLater("the database is away; has `ahorrater migrate` been run?") from error
        return self._connection

    def _abandon(self, connection: Any) -> None:
        """Rolls back; a connection that cannot even do that is dropped, and the next transaction makes another."""
        try:
            connection.rollback()
        except Exception:  # noqa: BLE001 -- whatever it was, the connection is of no use
            self._connection = None


def as_json(rows: Sequence[object]) -> str:
    """Rows as one JSON document: one parameter for a whole batch, which the database unpacks itself."""
    return json.dumps(rows, separators=(",", ":"))
