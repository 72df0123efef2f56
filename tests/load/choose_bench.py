"""What one decision costs with 10 parks and with 10,000: gather, decide, remember, record, commit.

The parks are sunny in random order and one reading arrives before each decision. The two sizes take turns in the same
run; the ratio of the medians is what counts.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.migrate import migrate
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.readings import Reading
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy
from ahorrater.services.choose import ChooseNode, Patience
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from tests.integration.postgresql_server import PostgresqlServer, postgresql_server

SIZES = (10, 10_000)
ROUNDS = 20
DECISIONS = 25


def now() -> datetime:
    return datetime.now(UTC)


class World:
    """A database with so many parks, and the two services."""

    def __init__(self, url: str, parks: int, policy: Policy) -> None:
        migrate(url)
        self.random, self.parks, self.seq = random.Random(parks), parks, 0
        database = Database(url)
        self.ingest = IngestReadings(SqlReadingStore(database), IngestPolicy(), now)
        self.choose = ChooseNode(SqlChoiceStore(database), policy, Patience(), now)
        for begin in range(0, parks, 1000):
            self.read(range(begin, min(begin + 1000, parks)))

    def read(self, numbers: range | list[int]) -> None:
        """A reading of each of these parks, stored."""
        self.seq += 1
        readings = [
            Reading(
                node=f"n{number}",
                boot=1,
                seq=self.seq,
                measured_at=now(),
                voltage_v=20,
                current_a=1,
                power_w=self.random.uniform(0, 80),
            )
            for number in numbers
        ]
        self.ingest.ingest(list(enumerate(readings)), [], str(self.seq), "/bench")

    def decide(self) -> float:
        """The milliseconds of one decision after one reading."""
        self.read([self.random.randrange(self.parks)])
        begun = time.perf_counter()
        self.choose.on_readings(f"/bench#{self.seq}")
        return (time.perf_counter() - begun) * 1000


def compare(name: str, urls: dict[int, str], policy: Policy) -> None:
    """Prints the medians for each size and their ratio."""
    worlds = {size: World(url, size, policy) for size, url in urls.items()}
    costs: dict[int, list[float]] = {size: [] for size in worlds}
    for _ in range(ROUNDS):
        for size, world in worlds.items():
            costs[size] += [world.decide() for _ in range(DECISIONS)]
    few, many = (statistics.median(costs[size]) for size in SIZES)
    medians = f"{few:.2f} ms with {SIZES[0]} parks, {many:.2f} ms with {SIZES[1]}"
    print(f"{name}, {policy.name}: {medians}: ratio {many / few:.2f}")


@contextmanager
def databases(server: PostgresqlServer) -> Iterator[dict[int, str]]:
    """A PostgreSQL database for each size."""
    with server.database() as few, server.database() as many:
        yield dict(zip(SIZES, (few, many), strict=True))


def main() -> None:
    """Runs the comparison on both databases. The forecast reads its skies, which have not been seen for a day here."""
    for policy in (HysteresisPolicy(), ForecastPolicy()):
        with tempfile.TemporaryDirectory(prefix="ahorrater-bench-") as folder:
            compare("SQLite", {size: f"sqlite:///{folder}/{size}.db" for size in SIZES}, policy)
        with postgresql_server() as server, databases(server) as urls:
            compare("PostgreSQL", urls, policy)


if __name__ == "__main__":
    main()
