"""choose-node on real databases: state, ledger, epochs, conflicts, and what is repeated."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.events import NodeChosen, NodeHeld
from ahorrater.contracts.readings import Reading
from ahorrater.domain.decision import Reason
from ahorrater.domain.policies import HysteresisPolicy, ThesisPolicy
from ahorrater.domain.spread import Spread
from ahorrater.services.choose import ChooseNode, Patience, announcement
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from tests.unit.move_events import failed_move

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class World:
    """A database, a clock that stands still, and the two services."""

    def __init__(self, url, policy):
        self.now, self.seq, self.causes = NOON, 0, 0
        self.database = Database(url)
        self.ingest = IngestReadings(SqlReadingStore(self.database), IngestPolicy(), lambda: self.now)
        self.choose = ChooseNode(SqlChoiceStore(self.database), policy, Patience(), lambda: self.now)

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)
        return self

    def readings(self, **powers):
        self.seq += 1
        batch = [
            Reading(node=node, boot=1, seq=self.seq, measured_at=self.now, voltage_v=20, current_a=1, power_w=power_w)
            for node, power_w in powers.items()
        ]
        self.ingest.ingest(list(enumerate(batch)), [], str(self.seq), "/t")
        return self.choose.on_readings(self.cause())

    def tick(self):
        return self.choose.on_tick(self.cause())

    def cause(self):
        self.causes += 1
        return f"/t#{self.causes}"

    def ledger(self):
        with self.database.transaction() as transaction:
            return transaction.execute("SELECT epoch, reason, moved, repeats FROM decision ORDER BY id")


@pytest.fixture
def world(database_url):
    world = World(database_url, ThesisPolicy())
    yield world
    world.database.close()


def test_moves_are_told_and_every_decision_is_in_the_ledger(world):
    first = world.readings(a=10.0, b=5.0)
    assert (first.decision.chosen, first.decision.epoch) == ("a", 1)
    assert world.readings(a=10.0, b=5.0) is None
    assert world.readings(a=10.0, b=5.0) is None
    second = world.readings(a=1.0, b=80.0)
    assert (second.decision.chosen, second.decision.previous, second.decision.epoch) == ("b", "a", 2)
    assert [(epoch, reason, bool(moved), repeats) for epoch, reason, moved, repeats in world.ledger()] == [
        (1, "first-choice", True, 1),
        (1, "already-best", False, 2),
        (2, "highest-mean", True, 1),
    ]


def test_a_park_that_is_nearly_as_good_fills_no_ledger(database_url):
    world = World(database_url, HysteresisPolicy())
    world.readings(a=20.0, b=19.0)
    for turn in range(6):
        world.later(60).readings(a=20.0, b=19.0 + 2 * (turn % 2))
    assert [(reason, repeats) for _, reason, _, repeats in world.ledger()] == [
        ("first-choice", 1),
        ("within-margin", 6),
    ]
    world.database.close()


def test_an_event_that_comes_twice_decides_once_and_gets_the_same_answer(world):
    world.seq = 1
    world.readings(a=10.0)
    cause = f"/t#{world.causes}"
    told = world.choose.on_readings(cause)
    again = world.choose.on_readings(cause)
    assert told == again
    assert told.decision.epoch == 1
    assert len(world.ledger()) == 1


def test_an_unconfirmed_choice_is_repeated_at_ticks_until_relabel_confirms_it(world):
    world.readings(a=10.0)
    assert world.tick() is None
    for _ in range(3):
        world.later(10).readings(a=10.0)
    told = world.tick()
    assert (told.decision.chosen, told.decision.epoch, told.decision.reason) == ("a", 1, Reason.FIRST_CHOICE)
    world.choose.on_relabelled(1, "a", applied=True)
    assert world.tick() is None
    world.choose.on_relabelled(0, "a", applied=True)
    assert world.tick() is None


def test_a_tick_finds_the_silent_park(world):
    world.readings(a=10.0, b=1.0)
    world.choose.on_relabelled(1, "a", applied=True)
    world.later(30).readings(b=1.0)
    assert world.tick() is None
    told = world.later(1).tick()
    assert (told.decision.chosen, told.decision.reason) == ("b", Reason.PRESENT_SILENT)


def test_when_all_are_silent_the_choice_holds_and_it_is_said_once(world):
    world.readings(a=10.0, b=1.0)
    world.choose.on_relabelled(1, "a", applied=True)
    told = world.later(31).tick()
    assert isinstance(announcement(told.decision), NodeHeld)
    assert (told.decision.chosen, told.decision.reason) == ("a", Reason.ALL_STALE)
    assert world.later(10).tick() is None
    back = world.later(10).readings(a=1.0)
    assert (back.decision.reason, back.decision.chosen, back.decision.epoch) == (Reason.HEARD_AGAIN, "a", 1)
    assert world.readings(a=1.0) is None


def test_a_failed_move_is_taken_back(world):
    world.readings(a=10.0)
    world.readings(a=1.0, b=80.0)
    failed = failed_move(2, "b", "a")
    told = world.choose.on_move_failed(failed, "/r#1")
    assert isinstance(announcement(told.decision), NodeChosen)
    assert (told.decision.chosen, told.decision.epoch, told.decision.reason) == ("a", 3, Reason.MOVE_FAILED)
    assert world.choose.on_move_failed(failed, "/r#1") == told
    assert world.choose.on_move_failed(failed, "/r#2") is None
    assert world.readings(a=1.0, b=80.0) is None
    assert world.later(601).readings(a=1.0, b=80.0).decision.chosen == "b"


def test_the_ledger_keeps_the_numbers(world):
    world.readings(a=10.0, b=5.0)
    with SqlChoiceStore(world.database).transaction() as transaction:
        decision = transaction.move_of(1).decision
    assert {numbers.node: numbers.power_w for numbers in decision.parks} == {"a": 10.0, "b": 5.0}
    assert decision.decided_at == NOON


def test_a_pending_move_is_remembered_over_a_restart(database_url):
    policy = HysteresisPolicy(minimum_stay=timedelta(0), failing_fraction=0)
    world = World(database_url, policy)
    world.readings(a=20.0, b=20.0)
    assert world.later(10).readings(a=20.0, b=80.0) is None
    second = World(database_url, policy)
    second.now, second.seq, second.causes = world.now, 2, 100
    for _ in range(11):
        assert second.later(10).readings(a=20.0, b=80.0) is None
    assert second.later(10).readings(a=20.0, b=80.0).decision.reason is Reason.BETTER_NODE
    world.database.close()
    second.database.close()


def test_of_many_parks_only_the_best_are_read(world):
    world.readings(**{f"n{number}": float(number % 80) for number in range(200)})
    with SqlChoiceStore(world.database).transaction() as transaction:
        remembered = transaction.recall()
        parks = transaction.candidates(ThesisPolicy(), remembered.state, 3)
    assert [park.node for park in parks] == ["n159", "n79", "n158"]
    assert parks[0].seen_at == world.now


def test_two_at_once_make_one_history(database_url):
    policy = ThesisPolicy()
    worlds = [World(database_url, policy) for _ in range(3)]
    worlds[0].readings(a=10.0, b=5.0)

    def play(number):
        own = worlds[number]
        own.causes = number * 1000
        for turn in range(20):
            own.choose.on_tick(own.cause())
            own.seq = 1000 * (number + 1) + turn
            own.later(1).readings(a=float(turn % 2 * 70), b=float((turn + 1) % 2 * 70))

    threads = [threading.Thread(target=play, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    epochs = [epoch for epoch, _, moved, _ in worlds[0].ledger() if moved]
    assert epochs == list(range(1, len(epochs) + 1))
    for world in worlds:
        world.database.close()


def test_a_sensor_that_is_not_believed_is_left_and_passed_over_until_it_behaves(world):
    told = [world.later(11).readings(stuck=70.0, a=10 + turn / 10) for turn in range(62)]
    moves = [one.decision for one in told if one is not None]
    assert [(move.chosen, move.reason) for move in moves] == [
        ("stuck", Reason.FIRST_CHOICE),
        ("a", Reason.PRESENT_DOUBTED),
    ]
    doubts = {numbers.node: numbers.quarantine for numbers in moves[-1].parks}
    assert doubts["stuck"].startswith("frozen: exactly 70.000 W")
    assert doubts["a"] is None
    back = world.later(600).readings(stuck=71.0, a=10.0)
    assert (back.decision.chosen, back.decision.reason) == ("stuck", Reason.HIGHEST_MEAN)


def test_who_shares_the_work_is_told_again_as_it_was_told(database_url):
    policy = HysteresisPolicy(workloads_power_w=50)
    world = World(database_url, policy)
    world.choose = ChooseNode(SqlChoiceStore(world.database), policy, Patience(), lambda: world.now, Spread(2, 50))
    world.readings(a=30.0, b=20.0)
    told = [world.later(10).readings(a=30.0, b=20.0) for _ in range(14)]
    [joined] = [one.decision for one in told if one]
    assert (joined.chosen, joined.also, joined.epoch) == ("a", ("b",), 2)
    repeated = world.later(10).tick()
    assert announcement(repeated.decision) == announcement(joined)
    alone = world.choose.on_move_failed(failed_move(2, "a", "a"), "/r#1").decision
    assert (alone.chosen, alone.also, alone.epoch) == ("a", (), 3)
    world.database.close()
