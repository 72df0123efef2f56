"""Loading a snapshot into PostgreSQL beside bare COPY of the same rows: `python -m tests.load.fuel_load FILE...`.

Ours is all of it: from the answer's bytes, parsed, validated, unpivoted, compared, to the commit. Bare COPY is given
the same rows as finished text, and writes them into tables with the same keys and constraints, in one transaction.
Both begin with an empty database each time; they take turns, so that both meet the same weather.
"""

import gzip
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.staging import save_places, save_products
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.database.migrate import migrate
from ahorrater.domain.fuel.places import CCAA
from ahorrater.domain.fuel.snapshot import Snapshot
from ahorrater.services.fuel.answer import read_answer
from ahorrater.services.fuel.load import LoadFuel, LoadPolicy
from ahorrater.services.fuel.ports import Origin
from tests.integration.postgresql_server import PostgresqlServer, postgresql_server

ROUNDS = 5


def main(paths: list[Path]) -> None:
    """Prints seconds, rows a second and their ratio; then what further snapshots, and the same again, cost."""
    bodies = [gzip.decompress(path.read_bytes()) for path in paths]
    snapshot = read_answer(bodies[0])
    rows = len(snapshot.stations) + len(snapshot.prices)
    with postgresql_server() as server:
        ours, bare = [], []
        for number in range(ROUNDS + 1):
            bare.append(_bare_copy(server, snapshot))
            ours.append(_ours(server, bodies[:1])[0])
            print(f"round {number}: bare COPY {bare[-1]:.3f} s, ours {ours[-1]:.3f} s")
        _tell(rows, statistics.median(bare[1:]), statistics.median(ours[1:]))
        _tell_further(paths, _ours(server, [*bodies, bodies[-1]]))


def _tell(rows: int, bare_s: float, ours_s: float) -> None:
    print(f"{rows} rows, medians of {ROUNDS} rounds after one to warm up")
    print(f"bare COPY      {rows / bare_s:10.0f} rows/s")
    print(f"ours, all of it{rows / ours_s:10.0f} rows/s = {100 * bare_s / ours_s:.0f} % of bare COPY")


def _tell_further(paths: list[Path], seconds: list[float]) -> None:
    for path, took_s in zip([*paths, paths[-1]], seconds, strict=True):
        print(f"{path.name}: {took_s:.3f} s")


def _ours(server: PostgresqlServer, bodies: list[bytes]) -> list[float]:
    with server.database() as url:
        migrate(url)
        service = LoadFuel(SqlFuelStore(Database(url)), LoadPolicy(), lambda: datetime.now(UTC))
        took_s = []
        for body in bodies:
            begun = time.perf_counter()
            report = service.load(body, Origin.FILE)
            took_s.append(time.perf_counter() - begun)
            if len(bodies) > 1:
                print(f"{report.prices_changed} prices changed, {report.stations_new} stations new")
        return took_s


def _bare_copy(server: PostgresqlServer, snapshot: Snapshot) -> float:
    stations = _text([[*station, None] for station in snapshot.stations])
    moment = snapshot.moment.isoformat()
    prices = _text([[*price, moment] for price in snapshot.prices])
    with server.database() as url:
        migrate(url)
        with Database(url).transaction() as sql:
            save_places(sql, snapshot.places, CCAA)
            save_products(sql, snapshot.products)
        with psycopg.connect(url) as connection:
            begun = time.perf_counter()
            with connection.cursor() as cursor:
                for table, text in (("eess", stations), ("precio", prices)):
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(text)
            connection.commit()
            return time.perf_counter() - begun


def _text(rows: list[list[object]]) -> bytes:
    """COPY's text format."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows).encode()


def _cell(value: object) -> str:
    return "\\N" if value is None else str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
