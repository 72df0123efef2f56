"""The database behind the system, as the harness sees it: past all links, straight at the server or the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.integration.link import Link
from tests.integration.postgresql_server import PostgresqlServer

Row = tuple[Any, ...]


class Rows(Protocol):
    """Where the system's rows can be read."""

    def select(self, sql: str) -> list[Row]:
        """The rows of a statement. OSError where the database does not answer."""


@dataclass(frozen=True)
class SqliteFile:
    """The file that `make up` writes."""

    path: Path

    def select(self, sql: str) -> list[Row]:
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)) as connection:
                return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from error


@dataclass(frozen=True)
class PostgresqlDatabase:
    """A database of a server, and the link that the functions reach it by."""

    server: PostgresqlServer
    url: str
    link: Link

    def select(self, sql: str) -> list[Row]:
        try:
            with psycopg.connect(self.url, connect_timeout=3, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError as error:
            raise OSError(str(error)) from error

    @property
    def url_by_link(self) -> str:
        """What the functions get as DATABASE_URL."""
        return self.url.replace(f":{self.server.port}/", f":{self.link.port}/")

    def restart(self) -> None:
        """Starts the server, if it is not running."""
        try:
            self.select("SELECT 1")
        except OSError:
            self.server.start()


@contextmanager
def linked(server: PostgresqlServer) -> Iterator[PostgresqlDatabase]:
    """A database of its own behind a link."""
    with server.database() as url, Link(server.port) as link:
        yield PostgresqlDatabase(server, url, link)
