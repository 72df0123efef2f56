"""Histories from readings, minute and hour means: the same numbers whatever table they come from, also of readings that
are deleted.
"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.accounting import AccountingQueries
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.health import SqlPanelBook
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.adapters.database.rollups import SqlRollups
from ahorrater.contracts.readings import Reading
from ahorrater.services.ingest import IngestPolicy, IngestReadings

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = BEGIN + timedelta(hours=5)
ROLLED_UNTIL = BEGIN + timedelta(hours=3, minutes=20)
DELETED_UNTIL = BEGIN + timedelta(hours=2)
STEPS_S = 60, 300, 3600, 5400, 7200


@pytest.fixture
def store(database_url):
    """Five hours of two parks: a reading every 20 s, none in the second hour of the other."""
    database = Database(database_url)
    ingest = IngestReadings(SqlReadingStore(database), IngestPolicy(), lambda: UNTIL)
    readings = [
        Reading(node=node, boot=1, seq=seq, measured_at=at, voltage_v=10 + seq % 11, current_a=1 + seq % 2)
        for node, seq in itertools.product("ab", range(900))
        if (at := BEGIN + timedelta(seconds=20 * seq)) and not (node == "b" and at.hour == 1)
    ]
    ingest.ingest(list(enumerate(readings)), [], "1", "/t")
    yield SqlRollups(database, 5000)
    database.close()


def roll_up(store):
    for node in store.nodes():
        store.roll_up(node, ROLLED_UNTIL)


def delete(store):
    for node in store.nodes():
        store.delete(node, DELETED_UNTIL)


def numbers(points):
    return [(point.at, point.readings, point.power_w, point.voltage_v, point.current_a) for point in points]


def approximately(histories):
    return {
        node: [(at, readings, *map(pytest.approx, means)) for at, readings, *means in numbers(points)]
        for node, points in histories.items()
    }


@pytest.mark.parametrize("since", [BEGIN, BEGIN + timedelta(hours=1), DELETED_UNTIL, ROLLED_UNTIL])
def test_whole_minutes_are_the_same_from_every_table(store, database_url, since):
    queries = EnergyQueries(database_url, timedelta(seconds=30))
    before = {step_s: queries.histories(since, UNTIL, step_s) for step_s in STEPS_S}
    for change in (roll_up, delete):
        change(store)
        for step_s in STEPS_S:
            aligned = since.timestamp() % (3600 if step_s % 3600 == 0 else 60) == 0
            if aligned:
                found = {node: numbers(points) for node, points in queries.histories(since, UNTIL, step_s).items()}
                assert found == approximately(before[step_s]), step_s


def test_seconds_are_minutes_where_the_readings_are_deleted(store, database_url):
    queries = EnergyQueries(database_url, timedelta(seconds=30))
    before = queries.history("a", BEGIN, UNTIL, 10)
    roll_up(store)
    assert queries.history("a", BEGIN, UNTIL, 10) == before
    delete(store)
    after = queries.history("a", BEGIN, UNTIL, 10)
    assert [point.at for point in after[:2]] == [BEGIN, BEGIN + timedelta(minutes=1)]
    assert [point for point in after if point.at >= DELETED_UNTIL] == [one for one in before if one.at >= DELETED_UNTIL]
    assert sum(point.readings for point in after) == sum(point.readings for point in before)


def test_an_hour_that_the_span_begins_in_counts_whole(store, database_url):
    roll_up(store)
    queries = EnergyQueries(database_url, timedelta(seconds=30))
    first, *_ = queries.history("a", BEGIN + timedelta(minutes=30), UNTIL, 3600)
    assert (first.at, first.readings) == (BEGIN, 180)


def test_accounts_and_panel_checks_outlive_the_readings(store, database_url):
    accounts, panels = AccountingQueries(database_url), SqlPanelBook(database_url)
    length = timedelta(minutes=5)
    intervals, means = accounts.intervals(BEGIN, UNTIL, length), panels.means("a", BEGIN, UNTIL, length)
    roll_up(store)
    delete(store)
    assert [one.at for one in accounts.intervals(BEGIN, UNTIL, length)] == [one.at for one in intervals]
    for after, before in zip(accounts.intervals(BEGIN, UNTIL, length), intervals, strict=True):
        assert after.power_w == pytest.approx(before.power_w)
    found = panels.means("a", BEGIN, UNTIL, length)
    assert [one.at for one in found] == [one.at for one in means]
    assert [one.power_w for one in found] == pytest.approx([one.power_w for one in means])
