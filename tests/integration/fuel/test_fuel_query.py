"""fuel-query as a process: the original's paths against the files, bad questions, a database that goes."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from statistics import mean, median
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.database.migrate import migrate
from ahorrater.contracts.golden import golden_events
from ahorrater.services.fuel.load import LoadFuel, LoadPolicy
from ahorrater.services.fuel.ports import Origin
from tests.integration.fuel.query_process import fuel_query
from tests.integration.fuel.snapshots import DAYS, snapshot_body, snapshot_stations
from tests.integration.postgresql_server import postgresql_server
from tests.unit.fuel.feed_answers import answer, station

DIESEL, PETROL = "Precio Gasoleo A", "Precio Gasolina 95 E5"


def load(url: str, *bodies: bytes) -> None:
    service = LoadFuel(SqlFuelStore(Database(url)), LoadPolicy(), lambda: datetime.now(UTC))
    for body in bodies:
        service.load(body, Origin.FILE)


def eventually(condition: Callable[[], bool], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if text else None


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """fuel-query on the three real snapshots."""
    bodies = [snapshot_body(day) for day in DAYS]
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('fuel')}/fuel.db"
        migrate(url)
        load(url, *bodies)
        with fuel_query(url) as client:
            yield client
        return
    with request.getfixturevalue("postgresql").database() as url:
        migrate(url)
        load(url, *bodies)
        with fuel_query(url) as client:
            yield client


@pytest.fixture
def small(tmp_path) -> Iterator[tuple[str, httpx.Client]]:
    """fuel-query on two stations in SQLite; the database's URL and a client."""
    url = f"sqlite:///{tmp_path}/fuel.db"
    migrate(url)
    load(url, answer(station(1), station(2, **{DIESEL: "1,700", "Latitud": "41,0"})))
    with fuel_query(url) as client:
        yield url, client


def get(client: httpx.Client, path: str) -> Any:
    found = client.get(path)
    assert found.status_code == 200, found.text
    return json.loads(found.content, parse_float=Decimal)


def test_the_nine_original_paths_say_what_the_files_say(real):
    listed = list(snapshot_stations(DAYS[2]).values())
    every = {**snapshot_stations(DAYS[0]), **snapshot_stations(DAYS[1]), **snapshot_stations(DAYS[2])}.values()
    ccaa = get(real, "/rest/locate/ccaa/")
    assert set(ccaa) == {str(int(one["IDCCAA"])) for one in every}
    assert ccaa["1"] == "Andalucía"
    assert (
        get(real, "/rest/locate/ccaa/07")
        == get(real, "/rest/locate/ccaa/7")
        == names(one for one in every if one["IDCCAA"] == "07")(lambda one: (one["IDProvincia"], one["Provincia"]))
    )
    provinces = names(every)(lambda one: (one["IDProvincia"], one["Provincia"]))
    assert get(real, "/rest/locate/provincia/") == provinces
    towns = names(one for one in every if one["IDProvincia"] == "28")(
        lambda one: (one["IDMunicipio"], one["Municipio"].strip())
    )
    assert get(real, "/rest/locate/provincia/28") == towns
    assert len(get(real, "/rest/locate/municipio/")) == len({one["IDMunicipio"] for one in every})
    busiest = max(towns, key=lambda town: sum(one["IDMunicipio"] == town for one in every))
    assert get(real, f"/rest/locate/municipio/{busiest}") == names(
        one for one in every if one["IDMunicipio"] == busiest
    )(lambda one: (one["IDEESS"], one["Rótulo"].strip()))
    for one in listed[::500]:
        for path, field in (("gasoleoa", DIESEL), ("gasoleo95", PETROL)):
            found = real.get(f"/rest/price/{path}/{one['IDEESS']}")
            if one[field]:
                assert json.loads(found.content, parse_float=Decimal)["price"] == number(one[field])
            else:
                assert found.status_code == 404
        history = get(real, f"/rest/price/gasoleoa/{one['IDEESS']}/30-03-2022/2022-04-04")
        for day in DAYS:
            sold = {entry["day"]: entry["price"] for entry in history["days"]}
            if one["IDEESS"] in snapshot_stations(day):
                assert sold.get(day) == number(snapshot_stations(day)[one["IDEESS"]][DIESEL])


def names(stations: Any) -> Callable[[Callable[[Any], tuple[str, str]]], dict[str, str]]:
    """Number -> name, in the numbers' order and without leading zeros."""
    return lambda pair: {str(n): name for n, name in sorted({int(k): v for k, v in map(pair, stations)}.items())}


def test_cheapest_nearest_and_statistics_say_what_the_file_says(real):
    madrid = [one for one in snapshot_stations(DAYS[2]).values() if one["IDCCAA"] == "13" and one[DIESEL]]
    prices = sorted(number(one[DIESEL]) for one in madrid)
    cheapest = get(real, "/rest/price/gasoleoa/cheapest?ccaa=13&limit=20")
    assert get(real, "/rest/price/gasoleoa/cheapest?ccaa=13&provincia=28&limit=20") == cheapest
    assert get(real, "/rest/price/gasoleoa/cheapest?ccaa=13&provincia=2") == []
    assert [offer["price"] for offer in cheapest] == prices[:20]
    nearest = get(real, "/rest/price/4/nearest?lat=40.4168&lon=-3.7038&limit=30")
    distances = [offer["distance_km"] for offer in nearest]
    assert distances == sorted(distances)
    assert len(nearest) == 30
    statistics = get(real, "/rest/price/gasoleoa/statistics?ccaa=13&fechaInicio=2022-03-30&fechaFin=2022-03-31")
    for day in statistics["days"]:
        sold = [
            int(one[DIESEL].replace(",", ""))
            for one in snapshot_stations(day["day"]).values()
            if one["IDCCAA"] == "13" and one[DIESEL]
        ]
        assert (day["stations"], day["minimum"] * 1000, day["maximum"] * 1000) == (len(sold), min(sold), max(sold))
        assert abs(day["mean"] * 1000 - Decimal(mean(sold))) <= Decimal("0.5")
        assert abs(day["median"] * 1000 - Decimal(median(sold))) <= Decimal("0.5")


def test_nearest_is_what_looking_at_every_station_finds(real):
    for lat, lon in ((40.4168, -3.7038), (28.1, -15.4), (43.6, -9.0), (0, 0), (36.0, -5.6), (89.9, 0)):
        few = get(real, f"/rest/price/gasoleoa/nearest?lat={lat}&lon={lon}&limit=3")
        many = get(real, f"/rest/price/gasoleoa/nearest?lat={lat}&lon={lon}&limit=100")
        assert many[:3] == few


def test_pages_hold_every_station_once(real):
    path, seen, total = "/rest/stations?provincia=28&limit=300", [], None
    while path:
        page = get(real, path)
        total, path = page["total"], page["next"]
        seen += [one["id"] for one in page["stations"]]
    assert len(seen) == len(set(seen)) == total > 300
    assert len(get(real, "/rest/locate/eess/")) == 11_563


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/locate/ccaa/99", 404),
        ("/rest/locate/ccaa/x", 400),
        ("/rest/locate/ccaa/0", 400),
        ("/rest/locate/provincia/-1", 400),
        ("/rest/locate/municipio/999999", 404),
        ("/rest/locate/municipio/99999999999", 400),
        ("/rest/price/gasoleoa/999999", 404),
        ("/rest/price/gasoleoa/1e3", 400),
        ("/rest/price/whisky/1", 404),
        ("/rest/price/hidrogeno/1", 404),
        ("/rest/price/gasoleoa/1/2022-03-31/2022-03-30", 400),
        ("/rest/price/gasoleoa/1/2022-02-30/2022-03-30", 400),
        ("/rest/price/gasoleoa/1/31-02-2022/2022-03-30", 400),
        ("/rest/price/gasoleoa/1/2122-01-01/2122-01-02", 400),
        ("/rest/price/gasoleoa/1/1900-01-01/2022-03-30", 400),
        ("/rest/price/gasoleoa/1/today/tomorrow", 400),
        ("/rest/price/gasoleoa/nearest?lat=91&lon=0", 400),
        ("/rest/price/gasoleoa/nearest?lat=nan&lon=0", 400),
        ("/rest/price/gasoleoa/nearest?lat=40", 400),
        ("/rest/price/gasoleoa/cheapest?ccaa=13&provincia=99", 404),
        ("/rest/price/gasoleoa/cheapest?limit=0", 400),
        ("/rest/price/gasoleoa/cheapest?ccaa=98", 404),
        ("/rest/stations?limit=100000", 400),
        ("/rest/nothing", 404),
        ("/rest/locate/municipio/1%0A2", 400),
    ],
)
def test_bad_questions_are_told_what_is_wrong(real, path, status):
    found = real.get(path)
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["detail"]


SMALL_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/?#%"), min_size=1)
VALUES = st.one_of(
    st.integers(-5, 5000).map(str), st.sampled_from(["gasoleoa", "2022-03-30", "04-04-2022"]), SMALL_TEXT
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_asked_is_answered_as_the_document_says(real, data):
    document = get(real, "/openapi.json")
    path, operations = data.draw(st.sampled_from(sorted(document["paths"].items())))
    operation = operations["get"]
    query = {}
    for parameter in operation["parameters"]:
        value = data.draw(VALUES)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", value)
        elif parameter["required"] or data.draw(st.booleans()):
            query[parameter["name"]] = value
    found = real.get(path, params=query)
    assert str(found.status_code) in operation["responses"] or found.status_code == 404
    if found.status_code != 200:
        assert found.json()["status"] == found.status_code


def test_answers_are_packed_tagged_and_not_sent_twice(small):
    _, client = small
    load_path = "/rest/stations/1"
    packed = client.get(load_path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(load_path, headers={"Accept-Encoding": "identity"})
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"] or packed.headers.get("content-encoding") is None
    assert plain.headers["cache-control"].startswith("public, max-age=")
    for etag in (plain.headers["etag"], f'"x", W/{plain.headers["etag"]}', "*"):
        unchanged = client.get(load_path, headers={"If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.get(load_path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.head(load_path).content == b""


def test_a_load_is_noticed_without_its_event(small):
    url, client = small
    assert client.get("/rest/price/gasoleoa/1").json()["price"] == 1.859
    load(url, answer(station(1, **{DIESEL: "1,111"}), station(2), fecha="31/03/2022 0:00:00"))
    eventually(lambda: client.get("/rest/price/gasoleoa/1").json()["price"] == 1.111)


def test_a_load_is_noticed_by_its_event(tmp_path):
    url = f"sqlite:///{tmp_path}/fuel.db"
    migrate(url)
    load(url, answer(station(1)))
    event = next(event for event in golden_events() if event["type"] == "es.ahorrater.fuel.refreshed.v1")
    with fuel_query(url, FUEL_CHECK_S="3600") as client:
        assert client.get("/rest/price/gasoleoa/1").json()["price"] == 1.859
        load(url, answer(station(1, **{DIESEL: "1,111"}), fecha="31/03/2022 0:00:00"))
        assert client.get("/rest/price/gasoleoa/1").json()["price"] == 1.859
        headers = {"Content-Type": "application/cloudevents+json"}
        assert client.post("/", json=event, headers=headers).status_code == 204
        assert client.get("/rest/price/gasoleoa/1").json()["price"] == 1.111


def test_without_prices_it_says_so_and_takes_the_first(tmp_path):
    url = f"sqlite:///{tmp_path}/fuel.db"
    migrate(url)
    with fuel_query(url) as client:
        empty = client.get("/rest/locate/ccaa/")
        assert (empty.status_code, empty.headers["retry-after"]) == (503, "10")
        load(url, answer(station(1)))
        eventually(lambda: client.get("/rest/locate/ccaa/").status_code == 200)


def test_a_database_that_goes_and_comes_back(tmp_path):
    """What is ready goes on being served, marked; the rest is a 503 that says when; then all is well again."""
    history, other = (f"/rest/price/gasoleoa/{station}/2022-03-30/2022-03-31" for station in (1, 2))
    with postgresql_server() as server, server.database() as url:
        migrate(url)
        load(url, answer(station(1), station(2)))
        with fuel_query(url) as client:
            assert client.get(history).status_code == 200
            server.stop("immediate")
            try:
                eventually(lambda: "warning" in client.get(history).headers)
                stale = client.get(history)
                assert (stale.status_code, stale.headers["warning"][:3]) == (200, "110")
                assert int(stale.headers["age"]) >= 0
                assert client.get("/rest/price/gasoleoa/2").status_code == 200
                away = client.get(other)
                assert (away.status_code, away.headers["retry-after"]) == (503, "2")
            finally:
                server.start()
            eventually(lambda: client.get(other).status_code == 200)
            eventually(lambda: "warning" not in client.get(history).headers)
