"""The daily look at the panels, on real databases: who is looked at, what is kept, what a new park begins with."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.health import SqlPanelBook
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.answers import HealthFlag
from ahorrater.contracts.readings import Reading
from ahorrater.domain.health import ClearHour
from ahorrater.domain.places import Place
from ahorrater.domain.sky import SLOTS_A_DAY
from ahorrater.services.energy import EnergyAnswers
from ahorrater.services.health import CheckPanels
from ahorrater.services.ingest import IngestPolicy, IngestReadings

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
HERE = Place(latitude=40, longitude=-3, tilt=30, azimuth=180, peak_w=60)


class FakeClearSky:
    """Every hour that was heard is a clear one of 50 Wh; the envelope is 30 W all day."""

    def __init__(self):
        self.means = []

    def envelope_w(self, _place, _day):
        return (30.0,) * SLOTS_A_DAY

    def clear_hours(self, _place, means):
        self.means.append(means)
        return [ClearHour(mean.at.toordinal(), mean.at.hour, mean.power_w, 50.0) for mean in means]


class World:
    """A database with four weeks of hourly readings of two parks; the place of one is known."""

    def __init__(self, url):
        self.now, self.database, self.clear_sky = NOON, Database(url), FakeClearSky()
        self.store = SqlReadingStore(self.database)
        self.panels = CheckPanels(SqlPanelBook(url), self.store, self.clear_sky, {"placed": HERE}, lambda: self.now)
        self.answers = EnergyAnswers(
            lambda: EnergyQueries(url, timedelta(seconds=30)), timedelta(seconds=30), lambda: self.now
        )
        ingest = IngestReadings(self.store, IngestPolicy(), lambda: self.now)
        hours = [NOON - timedelta(hours=hour) for hour in range(1, 27 * 24)]
        readings = [
            Reading(node=node, boot=1, seq=seq, measured_at=at, voltage_v=20, current_a=seq % 2, power_w=power_w)
            for seq, at in enumerate(reversed(hours))
            for node, power_w in (("placed", 38.0), ("lost", 40.0 if NOON - at > timedelta(days=8) else 4.0))
        ]
        ingest.ingest(list(enumerate(readings)), [], "1", "/t")

    def health(self):
        return {park.node: park.health for park in self.answers.parks()}


@pytest.fixture
def world(database_url):
    world = World(database_url)
    yield world
    world.database.close()


def test_each_panel_is_judged_by_what_is_known_of_it(world):
    assert world.health() == {"placed": None, "lost": None}
    world.panels.check()
    health = world.health()
    assert (health["placed"].flag, health["placed"].evidence) == (
        HealthFlag.SOILING,
        f"76% of clear sky over {27 * 24 - 1} clear hours",
    )
    assert (health["lost"].flag, health["lost"].evidence) == (
        HealthFlag.FAILURE,
        "never more than 10% of what the same hours gave before",
    )


def test_a_panel_is_looked_at_once_a_day(world):
    for hours in (0, 1, 19):
        world.now = NOON + timedelta(hours=hours)
        world.panels.check()
        assert len(world.clear_sky.means) == 1
    world.now = NOON + timedelta(hours=21)
    world.panels.check()
    assert len(world.clear_sky.means) == 2


def test_only_a_park_that_has_a_place_and_no_sky_is_given_one(world):
    def skies():
        with world.store.transaction() as transaction:
            return transaction.skies(["placed", "lost"])

    before = skies()
    world.panels.seed()
    assert skies() == before
    with world.database.transaction() as transaction:
        transaction.execute("DELETE FROM park_sky")
    world.panels.seed()
    after = skies()
    assert (max(after["placed"].envelope_w), after["placed"].first_slot is None) == (30.0, False)
    assert max(after["lost"].envelope_w) == 0.0
