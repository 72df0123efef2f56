"""The database's primary dies under load: a standby takes over, reads go on, no acknowledged row is lost.

POSTGRES_NAMESPACE names a namespace of the cluster (KUBECONFIG) where `infra/postgres/replicated` runs,
with nothing else that uses it. `pytest -s tests/e2e/failover` shows the times.
"""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from ahorrater.adapters.database.migrate import migrate
from tests.e2e.failover.ingest_process import ingest_reading
from tests.e2e.failover.load import Load, Session
from tests.e2e.failover.replicated_postgresql import ReplicatedPostgresql, until

NAMESPACE = os.environ.get("POSTGRES_NAMESPACE", "")
pytestmark = [
    pytest.mark.skipif(not NAMESPACE, reason="set POSTGRES_NAMESPACE to where infra/postgres/replicated runs"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]
BEFORE_S, AFTER_S = 5.0, 5.0


@pytest.fixture
def database() -> Iterator[ReplicatedPostgresql]:
    """With both standbys there; it has them again when the next test comes."""
    cluster = ReplicatedPostgresql(NAMESPACE)
    cluster.await_standbys()
    yield cluster
    cluster.await_standbys()


def wait_to_come_back(_database: ReplicatedPostgresql) -> None:
    """Nobody does anything: the pod starts again with its volume."""


def promote(database: ReplicatedPostgresql) -> None:
    print(database.promote())


@pytest.mark.parametrize(
    ("befall", "remedy"),
    [
        pytest.param(ReplicatedPostgresql.kill_primary, wait_to_come_back, id="killed"),
        pytest.param(ReplicatedPostgresql.kill_primary, promote, id="killed-promoted"),
        pytest.param(ReplicatedPostgresql.lose_primary, promote, id="lost-with-its-volume"),
    ],
)
def test_no_acknowledged_row_is_lost_and_reads_go_on(
    database: ReplicatedPostgresql,
    befall: Callable[[ReplicatedPostgresql], None],
    remedy: Callable[[ReplicatedPostgresql], None],
):
    writes, reads = Session(database.write_url()), Session(database.read_url())
    writes.execute("DROP TABLE IF EXISTS failover")
    writes.execute("CREATE TABLE failover (number int PRIMARY KEY)")
    with (
        Load(lambda number: [writes.execute("INSERT INTO failover VALUES (%s)", number)].clear(), 0.005) as writer,
        Load(lambda _: [reads.execute("SELECT count(*) FROM failover")].clear(), 0.02) as reader,
    ):
        time.sleep(BEFORE_S)
        befall(database)
        before = len(writer.done)
        remedy(database)
        until(lambda: len(writer.done) > before + 100)
        time.sleep(AFTER_S)
    report("rows", writer)
    report("reads", reader)
    stored = {row[0] for row in writes.execute("SELECT number FROM failover")}
    assert set(writer.done) - stored == set()
    assert reader.longest_gap_s() < writer.longest_gap_s()


def test_what_ingest_reading_acknowledged_is_stored_once(database: ReplicatedPostgresql):
    migrate(database.write_url())
    session = Session(database.write_url())
    session.execute("DELETE FROM reading WHERE node = 'failover'")
    with ingest_reading(database.write_url()) as ingest, Load(ingest.send, 0.01) as sender:
        time.sleep(BEFORE_S)
        database.kill_primary()
        promote(database)
        before = len(sender.done)
        until(lambda: len(sender.done) > before + 100)
        time.sleep(AFTER_S)
    report("readings", sender)
    rows = Session(database.write_url()).execute("SELECT seq FROM reading WHERE node = 'failover'")
    stored = [row[0] for row in rows]
    assert set(sender.done) - set(stored) == set()
    assert len(stored) == len(set(stored))


def report(what: str, load: Load) -> None:
    gap_s = load.longest_gap_s()
    print(f"{what}: {len(load.done)} acknowledged, {len(load.failures)} failed, longest gap {gap_s:.2f} s")
    for failure in sorted({failure[:160] for failure in load.failures}):
        print(f"  {failure}")
