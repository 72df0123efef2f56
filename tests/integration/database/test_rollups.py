"""Readings become means and go, on real databases: whatever comes late, twice, in disorder or between two steps, the
means are those of every reading that was ever stored.
"""

import itertools
import math
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.adapters.database.records import SqlRecords
from ahorrater.adapters.database.rollups import SqlRollups
from ahorrater.contracts.readings import Reading
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from ahorrater.services.retention import Retain, RetentionPolicy

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
RAW = timedelta(days=2)
NAMES = "readings", "power_w", "power_min_w", "power_max_w", "voltage_v", "current_a", "battery_soc"


class World:
    """ingest-reading and retention before one database, and a clock that is set by hand."""

    def __init__(self, url: str, batch: int = 40) -> None:
        self.database, self.now = Database(url), BEGIN
        policy = IngestPolicy(oldest=RAW - timedelta(days=1))
        self.ingest = IngestReadings(SqlReadingStore(self.database), policy, lambda: self.now)
        self.rollups, self.records = SqlRollups(self.database, batch), SqlRecords(self.database, batch)
        self.events = itertools.count()

    def hear(self, *readings: Reading) -> int:
        """How many are new."""
        return self.ingest.ingest(list(enumerate(readings)), [], str(next(self.events)), "/t").stored

    def retain(self, patience: timedelta = timedelta(hours=1)):
        """One run, whose stopwatch advances by a second with each look."""
        seconds = itertools.count()
        policy = RetentionPolicy(raw=RAW, settle=timedelta(minutes=10), patience=patience)
        stopwatch = lambda: float(next(seconds))  # noqa: E731
        return Retain(self.rollups, self.records, policy, lambda: self.now, stopwatch, lambda _: None).run()

    def rows(self, sql: str):
        with self.database.transaction() as transaction:
            return transaction.execute(sql)

    def means(self, step_s: int):
        read = self.database.dialect.read_moment
        rows = self.rows(f"SELECT node, at, {', '.join(NAMES)} FROM rollup WHERE step_s = {step_s}")
        return {(node, read(at)): numbers for node, at, *numbers in rows}


@pytest.fixture
def world(database_url):
    world = World(database_url)
    yield world
    world.database.close()


def reading(seq: int, at: datetime, node: str = "a", soc: float | None = None) -> Reading:
    power_w = round(40 + 39 * math.sin(seq), 3)
    return Reading(
        node=node,
        boot=1,
        seq=seq,
        measured_at=at,
        voltage_v=12 + seq % 7,
        current_a=1,
        power_w=power_w,
        battery_soc=soc,
    )


def recomputed(readings, step_s: int):
    """The same means, from the readings."""
    groups = defaultdict(list)
    for one in readings:
        begin = one.measured_at.replace(second=0, microsecond=0, **({"minute": 0} if step_s == 3600 else {}))
        groups[one.node, begin].append(one)
    return {key: numbers_of(group) for key, group in groups.items()}


def numbers_of(group):
    def mean(values):
        return sum(values) / len(values)

    powers = [one.power_w for one in group]
    socs = [one.battery_soc for one in group if one.battery_soc is not None]
    return [
        len(group), mean(powers), min(powers), max(powers), mean([one.voltage_v for one in group]),
        mean([one.current_a for one in group]), mean(socs) if socs else None,
    ]  # fmt: skip


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        *means, soc = found[key]
        assert means == pytest.approx(numbers[:-1], rel=1e-9), key
        assert soc == (numbers[-1] if numbers[-1] is None else pytest.approx(numbers[-1])), key


@pytest.mark.parametrize("seed", range(2))
def test_the_means_are_those_of_all_that_was_stored(world, seed):
    """Four days of three parks, out of order, buffered for up to twenty hours, one in five repeated, runs cut short."""
    chance = random.Random(seed)
    sent = [
        reading(seq, BEGIN + timedelta(seconds=chance.uniform(0, 4 * 86400)), node, 0.5 if node == "b" else None)
        for seq, node in enumerate(chance.choices("abc", k=300))
    ]
    delay_s = [chance.choice([1, 5, 3600, 72_000]) for _ in sent]
    arrivals = [(one.measured_at + timedelta(seconds=delay), one) for one, delay in zip(sent, delay_s, strict=True)]
    again = [(at + timedelta(hours=chance.uniform(0, 3)), one) for at, one in chance.sample(arrivals, 60)]
    for hour, group in itertools.groupby(sorted(arrivals + again, key=lambda pair: pair[0]), lambda p: hour_of(p[0])):
        for world.now, one in group:
            world.hear(one)
        world.now = BEGIN + timedelta(hours=hour + 1)
        world.retain(patience=timedelta(seconds=chance.choice([3, 9, 3600])))
    world.now += timedelta(days=1)
    world.retain()
    world.now += timedelta(minutes=1)
    world.retain()
    assert_same(world.means(60), recomputed(sent, 60))
    assert_same(world.means(3600), recomputed(sent, 3600))
    ((left,),) = world.rows("SELECT count(*) FROM reading")
    assert left == sum(one.measured_at >= world.now.replace(second=0) - RAW for one in sent)


def hour_of(moment: datetime) -> int:
    return int((moment - BEGIN) / timedelta(hours=1))


def test_running_again_changes_nothing(world):
    world.hear(*(reading(seq, BEGIN - timedelta(minutes=seq)) for seq in range(100)))
    world.retain()
    before = world.means(60), world.means(3600)
    world.retain()
    assert (world.means(60), world.means(3600)) == before
    assert sum(numbers[0] for numbers in before[0].values()) == 89  # the last ten minutes are not settled yet


def test_a_late_reading_is_counted_at_the_next_run(world):
    world.hear(reading(0, BEGIN - timedelta(hours=2)))
    world.retain()
    late = reading(1, BEGIN - timedelta(hours=2))
    world.hear(late, late)
    world.retain()
    (numbers,) = world.means(60).values()
    assert numbers[0] == 2
    assert world.rows("SELECT * FROM late_minute") == []


def test_nothing_is_deleted_before_it_is_rolled_up(world):
    world.hear(*(reading(seq, BEGIN - timedelta(minutes=seq)) for seq in range(100)))
    world.now += RAW + timedelta(days=1)
    assert not world.rollups.delete("a", world.now).more
    assert world.rows("SELECT count(*) FROM reading") == [(100,)]
    assert world.retain().deleted == 100
    assert world.rows("SELECT count(*) FROM reading") == [(0,)]
    assert sum(numbers[0] for numbers in world.means(60).values()) == 100


def test_what_an_older_ingest_did_not_mark_is_in_the_means_when_it_goes(world):
    world.hear(reading(0, BEGIN - timedelta(hours=2)))
    world.retain()
    world.hear(reading(1, BEGIN - timedelta(hours=2)))
    world.rows("DELETE FROM late_minute RETURNING node")
    world.now += RAW
    world.retain()
    (numbers,) = world.means(60).values()
    assert numbers[0] == 2


def test_a_duplicate_of_what_is_deleted_is_refused_and_says_so(world):
    first = reading(0, BEGIN)
    world.hear(first)
    world.now += RAW + timedelta(hours=1)
    world.retain()
    assert world.rows("SELECT count(*) FROM reading") == [(0,)]
    assert world.hear(first) == 0
    ((reason,),) = world.rows("SELECT reason FROM dead_letter")
    assert "too long ago" in reason
    world.retain()
    (numbers,) = world.means(60).values()
    assert numbers[0] == 1


def test_a_minute_whose_readings_are_gone_is_never_rolled_up_from_what_is_left(world):
    """Whoever lengthens the retention lets older readings in again: the fuller mean stays."""
    world.hear(*(reading(seq, BEGIN + timedelta(seconds=seq)) for seq in range(5)))
    world.now += RAW + timedelta(hours=1)
    world.retain()
    world.ingest = IngestReadings(SqlReadingStore(world.database), IngestPolicy(), lambda: world.now)
    world.hear(reading(9, BEGIN))
    world.retain()
    (numbers,) = world.means(60).values()
    assert numbers[0] == 5


def test_a_step_takes_no_more_than_its_batch(world):
    world.hear(*(reading(seq, BEGIN - timedelta(minutes=20 + seq)) for seq in range(90)))
    assert world.rollups.roll_up("a", BEGIN).more
    assert len(world.means(60)) == 40
    world.rollups.roll_up("a", BEGIN)
    assert len(world.means(60)) == 80
