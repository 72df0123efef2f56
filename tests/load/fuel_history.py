"""One station's history among ten million prices in PostgreSQL: `python -m tests.load.fuel_history`.

Asked as fuel-query asks: two days to a year, random stations and products, through its own queries.
"""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.queries import FuelQueries, reads_of
from ahorrater.adapters.database.migrate import migrate
from tests.integration.postgresql_server import postgresql_server

STATIONS, PRODUCTS, CHANGES = 12_000, 4, 209
QUESTIONS = 2_000
BEGIN = datetime(2022, 1, 1, tzinfo=UTC)
FILL = (
    "INSERT INTO ccaa VALUES ('13', 'Madrid')",
    "INSERT INTO provincia VALUES ('28', '13', 'Madrid')",
    "INSERT INTO municipio VALUES (1, '28', 'Madrid')",
    f"""INSERT INTO eess SELECT n, 1, 'S', 'C', '28001', '', '', 40, -3, 'good', 'D', 'P', 'dm', NULL
        FROM generate_series(1, {STATIONS}) n""",
    f"INSERT INTO producto SELECT n, 'P' || n, 'P' || n, 'p' || n, 'EUR/l' FROM generate_series(1, {PRODUCTS}) n",
    f"""INSERT INTO precio SELECT s, p, 1500, timestamptz '2022-01-01Z' + interval '7 days' * {CHANGES}
        FROM generate_series(1, {STATIONS}) s, generate_series(1, {PRODUCTS}) p""",
    # Day by day, as they would have come: the rows of one station lie far apart on the disk.
    f"""INSERT INTO precio_anterior SELECT s, p, timestamptz '2022-01-01Z' + interval '7 days' * c, 1400 + (s * c) % 300
        FROM generate_series(0, {CHANGES - 1}) c, generate_series(1, {STATIONS}) s, generate_series(1, {PRODUCTS}) p""",
    "ANALYZE",
)


def main() -> None:
    """Prints how many rows there are and how long questions take."""
    with postgresql_server() as server, server.database() as url:
        migrate(url)
        database = Database(url)
        for statement in FILL:
            with database.transaction() as sql:
                sql.execute("SET LOCAL statement_timeout = 0")
                sql.execute("SET LOCAL session_replication_role = replica")  # no foreign keys checked: only the filling
                sql.execute(statement)
        with database.transaction() as sql:
            rows = sql.execute("SELECT count(*) FROM precio_anterior")[0][0]
        queries = FuelQueries(reads_of(url), timedelta(days=7))
        took_ms = sorted(_question_ms(queries, random.Random(number)) for number in range(QUESTIONS))
        print(
            f"{rows} past prices; {QUESTIONS} questions: median {statistics.median(took_ms):.2f} ms, "
            f"p95 {took_ms[int(0.95 * QUESTIONS)]:.2f} ms, worst {took_ms[-1]:.2f} ms"
        )


def _question_ms(queries: FuelQueries, chance: random.Random) -> float:
    since = BEGIN + timedelta(days=chance.randrange(7 * CHANGES))
    until = since + timedelta(days=chance.choice((2, 30, 365)))
    begun = time.perf_counter()
    found = queries.changes(chance.randint(1, STATIONS), chance.randint(1, PRODUCTS), since, until)
    took_ms = 1000 * (time.perf_counter() - begun)
    assert found
    return took_ms


if __name__ == "__main__":
    main()
