"""What a move did bring, on real databases: between the move and its horizon, or the next move."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.ledger import SqlLedgerStore
from ahorrater.adapters.database.moves import SqlMoveBook
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.answers import MoveOutcome
from ahorrater.contracts.events import RelabelMode, WorkloadKind, WorkloadMove, WorkloadOutcome
from ahorrater.contracts.readings import Reading
from ahorrater.domain.accounting import Tariff
from ahorrater.domain.policies import HysteresisPolicy
from ahorrater.services.choose import ChooseNode, Patience
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from ahorrater.services.ledger import Ledger
from ahorrater.services.moves import MovesLedger
from tests.unit import move_events

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HORIZON = timedelta(minutes=10)
POLICY = HysteresisPolicy(hold=timedelta(0), minimum_stay=timedelta(0), horizon=HORIZON, move_cost_wh=0.05)


def relabelled(epoch, node, mode=RelabelMode.APPLY):
    moved = WorkloadMove(
        kind=WorkloadKind.DEPLOYMENT, namespace="demo", name="web", outcome=WorkloadOutcome.MOVED, pods=2, why=None
    )
    return move_events.relabelled(epoch, node, mode=mode, workloads=(moved,), pods_moved=2, duration_s=7.5)


class World:
    """The services of readings, decisions and ledger on one database; a reading a minute is their clock."""

    def __init__(self, url):
        self.now, self.database, self.carried_out = NOON, Database(url), True
        clock = lambda: self.now  # noqa: E731
        self.ingest = IngestReadings(SqlReadingStore(self.database), IngestPolicy(), clock)
        self.choose = ChooseNode(SqlChoiceStore(self.database), POLICY, Patience(), clock)
        self.ledger = Ledger(SqlLedgerStore(self.database), Tariff(20.0, POLICY.move_cost_wh), clock)
        self.book = MovesLedger(SqlMoveBook(self.database), clock)
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
            told = self.choose.on_readings(f"/t#{seq}")
            if told is not None and self.carried_out:
                self.carry_out(told.decision.epoch, told.decision.chosen)
            self.ledger.settle()

    def carry_out(self, epoch, node):
        self.book.on_relabelled(relabelled(epoch, node), f"/relabel#{epoch}-{node}")
        self.choose.on_relabelled(epoch, node, applied=True)

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


def test_what_is_not_carried_out_is_never_settled_and_a_late_word_counts_from_then(world):
    world.minutes(1, a=10.0, b=5.0)
    world.carried_out = False
    world.minutes(1, a=4.0, b=16.0)
    world.minutes(12, a=4.0, b=16.0)
    assert world.moves()[1][2] is None
    world.carry_out(2, "b")
    world.minutes(11, a=0.0, b=6.0)
    assert world.moves()[1][2] == pytest.approx((16 - 4 + 9 * 6) / 60 - 0.05)


def test_a_move_by_hand_ends_what_a_decision_brought(world):
    world.minutes(1, a=10.0, b=5.0)
    world.minutes(1, a=4.0, b=16.0)
    world.minutes(3, a=4.0, b=16.0)
    world.book.on_relabelled(relabelled(2, "a"), "/relabel#by-hand")
    world.minutes(1, a=4.0, b=16.0)
    assert world.moves()[1][2] == pytest.approx(3 * (16 - 4) / 60 - 0.05)


def test_a_move_by_hand_carries_out_no_decision_that_wanted_another_node(world):
    world.minutes(1, a=10.0, b=5.0, c=1.0)
    world.carried_out = False
    world.minutes(1, a=4.0, b=16.0, c=1.0)
    world.choose.on_move_failed(move_events.failed_move(2, "b", "a"), "/relabel#failed-2")
    world.carry_out(2, "c")
    world.minutes(12, a=4.0, b=16.0, c=1.0)
    decisions = {move.epoch: move for move in world.queries.decisions(50, None, moved=True)}
    assert (decisions[2].chosen, decisions[2].expected_gain_wh > 0) == ("b", True)
    assert decisions[2].realised_gain_wh is None


def test_each_move_is_written_once_with_what_became_of_it(world):
    world.book.on_relabelled(relabelled(1, "a"), "/relabel#1")
    world.book.on_relabelled(relabelled(1, "a"), "/relabel#1")
    world.now += timedelta(minutes=1)
    world.book.on_relabelled(relabelled(2, "b", RelabelMode.RECOMMEND_ONLY), "/relabel#2")
    world.now += timedelta(minutes=1)
    failed = move_events.failed_move(3, "c", "a", sentence="web does not fit on c.")
    world.book.on_failed(failed, "/relabel#3")
    failed, recommended, moved = world.queries.moves(None, None, 50)
    assert (failed.outcome, failed.node, failed.previous) == (MoveOutcome.UNDONE, "c", "a")
    assert (failed.why, failed.duration_s, failed.pods_moved) == ("web does not fit on c.", 60, 0)
    assert (recommended.outcome, recommended.node) == (MoveOutcome.RECOMMENDED, "b")
    assert (moved.outcome, moved.node, moved.duration_s, moved.pods_moved) == (MoveOutcome.MOVED, "a", 7.5, 2)
    assert [workload.name for workload in moved.workloads] == ["web"]
    assert world.queries.moves(NOON + timedelta(minutes=1), NOON + timedelta(minutes=2), 50) == [recommended]
    assert world.queries.moves(None, None, 1) == [failed]
