"""What the dashboard asks in one request: every park now with its forecast, and every park's history."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.answers import ParkCondition
from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import DeviceStatus, ParkStatus
from ahorrater.contracts.readings import Reading
from ahorrater.services.energy import EnergyAnswers
from ahorrater.services.ingest import IngestPolicy, IngestReadings

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
STALE_AFTER = timedelta(seconds=30)


class World:
    """A database, the service that fills it and the one that is asked."""

    def __init__(self, url):
        self.now, self.seq = NOON, 0
        self.database = Database(url)
        self.ingest = IngestReadings(SqlReadingStore(self.database), IngestPolicy(), lambda: self.now)
        self.answers = EnergyAnswers(lambda: EnergyQueries(url, STALE_AFTER), STALE_AFTER, lambda: self.now)

    def reading(self, node, at, power_w, battery_soc=None):
        self.seq += 1
        one = Reading(
            node=node,
            boot=1,
            seq=self.seq,
            measured_at=at,
            voltage_v=20,
            current_a=1,
            power_w=power_w,
            battery_soc=battery_soc,
        )
        self.ingest.ingest([(0, one)], [], str(self.seq), "/t")

    def says(self, node, status, at):
        self.ingest.device(ParkStatus(node=node, status=status, boot=1, at=at))

    def conditions(self):
        return {park.node: park.state for park in self.answers.parks()}


@pytest.fixture
def world(database_url):
    world = World(database_url)
    yield world
    world.database.close()


def test_a_park_is_what_its_device_said_last_unless_it_has_been_heard_since(world):
    for node in ("fresh", "stale", "offline", "back"):
        world.reading(node, NOON - (timedelta(minutes=5) if node == "stale" else timedelta(seconds=5)), 10.0)
    world.says("offline", DeviceStatus.OFFLINE, NOON)
    world.says("back", DeviceStatus.OFFLINE, NOON - timedelta(minutes=1))
    world.says("asleep", DeviceStatus.SLEEPING, NOON)
    world.says("new", DeviceStatus.ONLINE, NOON)
    assert world.conditions() == {
        "asleep": ParkCondition.SLEEPING,
        "back": ParkCondition.ONLINE,
        "fresh": ParkCondition.ONLINE,
        "new": ParkCondition.MISSING,
        "offline": ParkCondition.OFFLINE,
        "stale": ParkCondition.STALE,
    }


def test_a_missing_park_has_no_numbers_and_a_heard_one_has(world):
    world.says("new", DeviceStatus.ONLINE, NOON)
    world.reading("old", NOON - timedelta(seconds=5), 10.0)
    new, old = world.answers.parks()
    assert (new.power_w, new.measured_at, new.age_s) == (None, None, None)
    assert (old.power_w, old.voltage_v, old.age_s, old.measured_at) == (10.0, 20.0, 5.0, NOON - timedelta(seconds=5))


def test_after_a_day_the_sky_says_what_is_expected(world):
    for slot in range(289):
        at = NOON - timedelta(minutes=5 * (288 - slot))
        sun = max(math.cos((at - NOON) / timedelta(days=1) * 2 * math.pi), 0.0)
        assert not world.seq or world.answers.parks()[0].forecast is None
        world.reading("a", at, 40 * sun)
    park = world.answers.parks()[0]
    assert park.expected_w == pytest.approx(40, rel=0.05)
    assert [point.at for point in park.forecast] == [NOON + step * timedelta(minutes=10) for step in range(1, 13)]
    assert [point.power_w for point in park.forecast] == sorted((p.power_w for p in park.forecast), reverse=True)
    assert park.forecast[-1].power_w == pytest.approx(40 * math.cos(math.pi / 6), rel=0.05)


@pytest.mark.parametrize(("battery_soc", "expected_w"), [(0.5, 10), (1.0, 40)])
def test_a_panel_that_a_full_battery_darkens_is_expected_to_give_what_it_could(world, battery_soc, expected_w):
    for slot in range(289):
        world.reading("a", NOON - timedelta(minutes=5 * (289 - slot)), 40.0 + slot % 2)
    world.reading("a", NOON, 10.0, battery_soc)
    [park] = world.answers.parks()
    assert park.expected_w == pytest.approx(expected_w, rel=0.3)


def test_all_histories_are_each_parks_history(world):
    for second in range(0, 60, 7):
        world.reading("a", NOON - timedelta(seconds=60 - second), float(second % 80))
        world.reading("b", NOON - timedelta(seconds=60 - second), 1.0)
    world.reading("long-ago", NOON - timedelta(days=1), 1.0)
    begin = NOON - timedelta(minutes=2)
    assert world.answers.histories(begin, NOON, 10) == [
        world.answers.history(node, begin, NOON, 10) for node in ("a", "b", "long-ago")
    ]
    with pytest.raises(Reject, match="intervals"):
        world.answers.histories(NOON - timedelta(days=1), NOON, 1)


def test_a_sensor_that_is_not_believed_is_told_until_it_behaves(world):
    world.now += timedelta(hours=2)
    for minute in range(61):
        world.reading("a", NOON + timedelta(minutes=minute), 10.0)
    [park] = world.answers.parks()
    assert park.quarantine.cause.startswith("frozen: exactly 10.000 W")
    assert park.quarantine.since == NOON + timedelta(minutes=60)
    world.reading("a", NOON + timedelta(minutes=71), 11.0)
    assert world.answers.parks()[0].quarantine is None
