"""What a move did bring, on real databases: between the move and its horizon, or the next move."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.ledger import SqlLedgerStore
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.readings import Reading
from ahorrater.domain.accounting import Tariff
from ahorrater.domain.policies import HysteresisPolicy
from ahorrater.services.choose import ChooseNode, Patience
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from ahorrater.services.ledger import Ledger

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HORIZON = timedelta(minutes=10)
POLICY = HysteresisPolicy(hold=timedelta(0), minimum_stay=timedelta(0), horizon=HORIZON, move_cost_wh=0.05)


class World:
    """The services of readings, decisions and ledger on one database; a reading a minute is their clock."""

    def __init__(self, url):
        self.now, self.database = NOON, Database(url)
        clock = lambda: self.now  # noqa: E731
        self.ingest = IngestReadings(SqlReadingStore(self.database), IngestPolicy(), clock)
        self.choose = ChooseNode(SqlChoiceStore(self.database), POLICY, Patience(), clock)
        self.ledger = Ledger(SqlLedgerStore(self.database), Tariff(20.0, POLICY.move_cost_wh), clock)
        self.queries = EnergyQueries(url, timedelta(seconds=90))

    def minutes(self, number, **powers):
        for _ in range(number):
            self.now += timedelta(minutes=1)
            seq = int((self.now - NOON).total_seconds())
            readings = [
                Reading(node=node, boot=1, seq=seq, measured_at=self.now, voltage_v=20, current_a=1, power_w=power_w)
                for node, power_w in powers.items()
            ]
            self.ingest.ingest(list(enumerate(readings)), [], str(seq), "/t")
            self.choose.on_readings(f"/t#{seq}")
            self.ledger.settle()

    def moves(self):
        return [
            (move.chosen, move.expected_gain_wh, move.realised_gain_wh)
            for move in reversed(self.queries.decisions(50, None, moved=True))
        ]


@pytest.fixture
def world(database_url):
    world = World(database_url)
    yield world
    world.database.close()


def test_the_gain_is_what_both_parks_gave_until_the_horizon(world):
    world.minutes(1, a=10.0, b=5.0)
    world.minutes(1, a=4.0, b=16.0)
    first, move = world.moves()
    assert first == ("a", None, None)
    assert move[0] == "b"
    assert move[1] > 0
    world.minutes(9, a=4.0, b=30.0)
    assert world.moves()[1][2] is None
    world.minutes(1, a=4.0, b=30.0)
    wh = (16 - 4 + 9 * (20 - 4)) / 60
    assert world.moves()[1][2] == pytest.approx(wh - 0.05)


def test_the_next_move_ends_it_and_what_was_lost_is_said(world):
    world.minutes(1, a=10.0, b=5.0)
    world.minutes(1, a=4.0, b=16.0)
    world.minutes(2, a=19.0, b=0.0)
    assert [move[0] for move in world.moves()] == ["a", "b", "a"]
    bad = world.moves()[1][2]
    assert bad == pytest.approx((16 - 4) / 60 - 0.05, abs=1e-6)
    world.minutes(12, a=1.0, b=0.0)
    assert world.moves()[2][2] == pytest.approx((19 + 19 + 8 * 1) / 60 - 0.05)
