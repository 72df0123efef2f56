"""choose-node's database is restored from a backup, or somebody forges a choice: the real functions agree again."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.base import MAX_EPOCH
from ahorrater.contracts.events import ClockTick, NodeChosen, ReadingStored
from ahorrater.contracts.readings import Reading
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from tests.integration.relabel.relabel_world import Answer, FunctionProcess, World, decision


class Flow:
    """The two functions as processes; what one answers the other hears, as a broker would have it."""

    def __init__(self, world: World, url: str, choose: FunctionProcess, relabel: FunctionProcess) -> None:
        self.world, self.choose, self.relabel = world, choose, relabel
        self.database, self.ids, self.now = Database(url), 0, datetime.now(UTC) - timedelta(seconds=20)
        self.ingest = IngestReadings(SqlReadingStore(self.database), IngestPolicy(), lambda: self.now)

    def sun_on(self, node: str) -> None:
        """Ten readings, so that the mean of the last ten is of this sun alone."""
        for _ in range(10):
            self.ids += 1
            self.now += timedelta(milliseconds=10)
            powers = {worker: 50.0 if worker == node else 5.0 for worker in self.world.workers}
            batch = [
                Reading(node=one, boot=1, seq=self.ids, measured_at=self.now, voltage_v=20, current_a=1, power_w=power)
                for one, power in powers.items()
            ]
            self.ingest.ingest(list(enumerate(batch)), [], str(self.ids), "/t")
        stored = ReadingStored(nodes=(node,), stored=1, duplicates=0, rejected=0)
        self.carry(self.choose.hear(ReadingStored.TYPE, f"s{self.ids}", stored.model_dump_json().encode()))

    def carry(self, answer: Answer) -> None:
        """Takes an answer to whom it concerns, and the answers to that."""
        while answer.status == 200:
            kind, identity = answer.headers["ce-type"], answer.headers["ce-id"]
            hears = self.relabel if kind == NodeChosen.TYPE else self.choose
            answer = hears.hear(kind, identity, answer.text.encode())
        assert answer.status == 204, answer.text

    def forge(self, epoch: int, node: str) -> Answer:
        body = decision(1, node).model_dump_json().replace('"epoch":1', f'"epoch":{epoch}')
        return self.relabel.hear(NodeChosen.TYPE, f"forged-{epoch}-{node}", body.encode())

    def back_up(self) -> object:
        with self.database.transaction() as sql:
            last = sql.execute("SELECT max(id) FROM decision")[0][0]
            return last, sql.execute("SELECT state FROM controller")[0][0]

    def restore(self, backup: object) -> None:
        last, state = backup
        with self.database.transaction() as sql:
            sql.execute("DELETE FROM decision WHERE id > :last", {"last": last})
            sql.execute("UPDATE controller SET version = version + 1, state = :state", {"state": state})

    @property
    def epochs(self) -> list[int]:
        with self.database.transaction() as sql:
            return [row[0] for row in sql.execute("SELECT epoch FROM decision WHERE moved ORDER BY id")]


@pytest.fixture
def flow(simulated: World, database_url: str, tmp_path: Path) -> Iterator[Flow]:
    settings = {"DATABASE_URL": database_url, "POLICY": "thesis", "POLICY_ASSERT_EVERY_S": "0.001"}
    with ExitStack() as processes:
        choose = processes.enter_context(FunctionProcess("choose_node", tmp_path, simulated, **settings))
        relabel = processes.enter_context(FunctionProcess("relabel", tmp_path, simulated))
        flow = Flow(simulated, database_url, choose, relabel)
        yield flow
        flow.database.close()


def test_a_restored_database_is_followed_again(flow):
    first, second, *_ = flow.world.workers
    flow.sun_on(first)
    backup = flow.back_up()
    for node in (second, first, second):
        flow.sun_on(node)
    assert (flow.world.sunny, flow.epochs) == ([second], [1, 2, 3, 4])
    flow.restore(backup)
    flow.sun_on(second)
    assert (flow.world.sunny, flow.epochs) == ([second], [1, 2, 5])
    flow.sun_on(first)
    assert (flow.world.sunny, flow.epochs) == ([first], [1, 2, 5, 6])


def test_a_restored_database_that_wants_nothing_new_is_followed_at_a_tick(flow):
    first, second, *_ = flow.world.workers
    flow.sun_on(first)
    backup = flow.back_up()
    flow.sun_on(second)
    flow.restore(backup)
    flow.now += timedelta(seconds=1)
    with flow.database.transaction() as sql:
        sql.execute("UPDATE park_state SET mean_power_w = 90 WHERE node = :node", {"node": first})
    flow.carry(flow.choose.hear(ClockTick.TYPE, "t1"))
    assert (flow.world.sunny, flow.epochs) == ([first], [1, 3])


def test_forged_choices_are_overruled_at_the_next_tick_or_refused(flow):
    first, second, *_ = flow.world.workers
    flow.sun_on(first)
    for epoch in (2, 1_000_000, MAX_EPOCH):
        flow.carry(flow.forge(epoch, second))
        flow.carry(flow.choose.hear(ClockTick.TYPE, f"t{epoch}"))
        assert flow.world.sunny == [first]
    for epoch in (MAX_EPOCH + 1, 2**63, -1):
        assert flow.forge(epoch, second).status == 400
    flow.sun_on(second)
    assert (flow.world.sunny, flow.epochs) == ([second], [1, 3, 1_000_001, 1_000_002])
