"""A real PostgreSQL of the tests' own: Debian's server, in a temporary folder, on a free port of 127.0.0.1."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.integration.mosquitto_server import free_port


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server; `stop` and `start` are for tests that take it away."""

    binaries: Path
    folder: Path
    port: int

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database of its own; its URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql://postgres@127.0.0.1:{self.port}/{name}"
        finally:
            with psycopg.connect(self.admin_url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._pg_ctl("start", "--wait", "--log", str(self.folder / "log"), "--options", options)

    def stop(self, mode: str = "fast") -> None:
        self._pg_ctl("stop", "--wait", "--mode", mode)

    def _pg_ctl(self, *arguments: str) -> None:
        run_as_postgres([str(self.binaries / "pg_ctl"), "--pgdata", str(self.folder / "data"), *arguments])


def run_as_postgres(command: list[str]) -> None:
    """PostgreSQL refuses to run as root; Debian's package made the user `postgres`."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def postgresql_server(place: Path | None = None) -> Iterator[PostgresqlServer]:
    """Starts one, its folder in `place`; skips where Debian's postgresql is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="ahorrater-postgresql-", dir=place))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = PostgresqlServer(found[-1], folder, free_port())
    initdb = [str(server.binaries / "initdb"), "--pgdata", str(folder / "data")]
    run_as_postgres([*initdb, "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"])
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
