"""Snapshots into both databases: only changes are written, in whatever order the snapshots come."""

import argparse
import random
import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.queries import FuelQueries, reads_of
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.fuel.command import add_arguments, run
from ahorrater.adapters.fuel.sample import sample_answers
from ahorrater.services.fuel.answer import RefusedAnswer
from ahorrater.services.fuel.catalog import in_force
from ahorrater.services.fuel.load import LoadFuel, LoadPolicy, RealPricesStored
from ahorrater.services.fuel.ports import Origin
from tests.integration.fuel.snapshots import DAYS, snapshot_body
from tests.unit.fuel.feed_answers import answer, station

DIESEL = "Precio Gasoleo A"
TABLES = ("ccaa", "provincia", "municipio", "eess", "producto", "precio", "precio_anterior", "fuel_load")
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def service_of(url: str) -> LoadFuel:
    return LoadFuel(SqlFuelStore(Database(url)), LoadPolicy(), lambda: datetime.now(UTC))


def queries_of(url: str) -> FuelQueries:
    return FuelQueries(reads_of(url), timedelta(days=7))


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    with Database(url).transaction() as sql:
        return {table: sorted(sql.execute(f"SELECT * FROM {table}"), key=str) for table in TABLES}


def test_real_snapshots_write_only_what_changed(database_url):
    service = service_of(database_url)
    first = service.load(snapshot_body(DAYS[0]), Origin.FILE)
    assert (first.stations, first.prices, first.prices_changed, first.rejected) == (11_558, 40_043, 40_043, 0)
    second = service.load(snapshot_body(DAYS[1]), Origin.FILE)
    assert (second.prices_changed, second.stations_new, second.stations_altered) == (16_207, 1, 0)
    with Database(database_url).transaction() as sql:
        moved = sql.execute("SELECT count(DISTINCT eess_id), count(*) FROM precio_anterior")
        assert moved[0][0] == 4_402 - _only_new_products()
    third = service.load(snapshot_body(DAYS[2]), Origin.FILE)
    assert (third.stations_new, third.stations_missing) == (4, 12)
    before = contents(database_url)
    for day in DAYS:
        again = service.load(snapshot_body(day), Origin.FILE)
        assert (again.version, again.prices_changed) == (None, 0)
    assert contents(database_url) == before


def _only_new_products() -> int:
    """Stations whose only change of the second day is a product that they had not sold: nothing of theirs is past."""
    from tests.integration.fuel.snapshots import snapshot_stations

    one, two = snapshot_stations(DAYS[0]), snapshot_stations(DAYS[1])
    fields = [field for field in next(iter(one.values())) if field.startswith("Precio ")]
    changed = {n: [f for f in fields if one[n][f] != two[n][f]] for n in one.keys() & two.keys()}
    assert sum(bool(found) for found in changed.values()) == 4_402
    return sum(bool(found) and all(not one[n][f] for f in found) for n, found in changed.items())


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_loading_does_not_matter(database_url, seed):
    """Loaded in any order, every snapshot's own prices are in force at its moment, gaps and all."""
    chance = random.Random(seed)
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(6)]
    truth = {
        day: {number: chance.choice(("1,100", "1,200", "")) for number in (1, 2, 3) if chance.random() < 0.8}
        for day in days
    }
    service = service_of(database_url)
    loaded = {}
    for day in chance.sample(days, len(days)):
        stations = [station(number, **{DIESEL: price}) for number, price in truth[day].items()]
        body = answer(station(99), station(98), *stations, fecha=f"{day:%d/%m/%Y} 12:00:00")
        loaded[day] = service.load(body, Origin.FILE).moment
    queries = queries_of(database_url)
    for number in (1, 2, 3):
        changes = queries.changes(number, 4, LONG_AGO, FAR_AHEAD)
        for day in days:
            if number in truth[day]:
                milli = int(truth[day][number].replace(",", "")) if truth[day][number] else None
                assert in_force(changes, loaded[day]) == milli, (number, day)
    newest = {p.station_id: p.price_milli for p in queries.catalog().prices if p.product_id == 4}
    for number, price in truth[days[-1]].items():
        assert newest.get(number) == (int(price.replace(",", "")) if price else None)


def test_an_unreadable_price_leaves_what_is_there(database_url):
    service = service_of(database_url)
    service.load(answer(station(1)), Origin.FILE)
    report = service.load(answer(station(1, **{DIESEL: "?"}), fecha="31/03/2022 0:00:00"), Origin.FILE)
    assert (report.prices_changed, report.rejected, report.rejections[0].count) == (0, 1, 1)
    assert queries_of(database_url).changes(1, 4, LONG_AGO, FAR_AHEAD)[-1][1] == 1859


def test_a_station_that_vanishes_is_kept_and_comes_back(database_url):
    service, queries = service_of(database_url), queries_of(database_url)
    service.load(answer(station(1), station(2)), Origin.FILE)
    assert service.load(answer(station(1), fecha="31/03/2022 0:00:00"), Origin.FILE).stations_missing == 1
    assert set(queries.catalog().missing_since) == {2}
    assert queries.catalog().price(2, 4).price_milli == 1859
    service.load(answer(station(1), station(2), fecha="01/04/2022 0:00:00"), Origin.FILE)
    assert queries.catalog().missing_since == {}


@pytest.mark.parametrize(
    "body",
    [
        answer(),
        answer(*(station(number) for number in range(1, 4)), fecha="31/03/2022 0:00:00"),
        answer(*(station(number) for number in range(1, 11)), fecha="31/03/2022 0:00:00")[:-3],
        answer(*(station(number) for number in range(1, 11)), fecha="31/03/2122 0:00:00"),
    ],
    ids=["empty", "too few stations", "cut", "from the future"],
)
def test_a_refused_answer_touches_nothing(database_url, body):
    service = service_of(database_url)
    service.load(answer(*(station(number) for number in range(1, 11))), Origin.FILE)
    before = contents(database_url)
    with pytest.raises(RefusedAnswer):
        service.load(body, Origin.LIVE)
    assert contents(database_url) == before


def test_the_sample_gives_way_to_real_prices_and_never_the_other_way(database_url):
    service = service_of(database_url)
    for _, body in sample_answers(date(2022, 3, 1), days=3):
        assert service.load(body, Origin.SAMPLE).rejected == 0
    catalog = queries_of(database_url).catalog()
    assert all("INVENTADA" in one.brand for one in catalog.stations.values())
    service.load(answer(station(1)), Origin.FILE)
    assert set(queries_of(database_url).catalog().stations) == {1}
    with pytest.raises(RealPricesStored):
        service.load(next(sample_answers(date(2022, 4, 1)))[1], Origin.SAMPLE)


def test_a_cluster_without_a_feed_begins_with_the_sample(database_url, monkeypatch):
    monkeypatch.setenv("FUEL_FEED_URL", "")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args([]), service_of(database_url)) == 1
    assert run(parser.parse_args(["--or-sample"]), service_of(database_url)) == 0
    assert queries_of(database_url).catalog().stations


def test_two_loads_at_once_write_each_snapshot_once(database_url):
    bodies = [answer(station(1), station(2), fecha=f"{day:02}/03/2022 0:00:00") for day in range(1, 6)]
    failures: list[BaseException] = []

    def load_all() -> None:
        try:
            for body in bodies:
                service_of(database_url).load(body, Origin.FILE)
        except BaseException as error:  # noqa: BLE001 -- the test tells which
            failures.append(error)

    threads = [threading.Thread(target=load_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(contents(database_url)["fuel_load"]) == 5
