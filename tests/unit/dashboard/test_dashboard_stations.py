import csv
import json
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from dashboard.charts.stations import (
    MapTitles,
    Spot,
    arrow_rows,
    laid_out,
    outline,
    specification,
    station_map,
    view_of,
)
from dashboard.stations import csv_of, offers_of, plain, spots
from tests.unit.dashboard.world import now, station

STATIONS = [station(1, "1.459"), station(2, "1.379"), station(3, "1.419", longitude=None)]
MADRID = Spot(-3.7, 40.4, 1.5, "A", "B")
TENERIFE = Spot(-16.3, 28.4, 1.1, "C", "D")


def test_offers_come_the_cheapest_first_from_listed_stations_that_sell() -> None:
    gone = station(4, "1.001").model_copy(update={"missing_since": now()})
    silent = station(5, "1.002").model_copy(update={"prices": ()})
    found = offers_of([*STATIONS, gone, silent], "gasoleoa")
    assert [(offer.station, offer.price) for offer in found] == [
        (2, Decimal("1.379")),
        (3, Decimal("1.419")),
        (1, Decimal("1.459")),
    ]
    assert offers_of(STATIONS, "adblue") == ()


def test_a_station_without_a_credible_position_is_not_on_the_map() -> None:
    assert [spot.brand for spot in spots(offers_of(STATIONS, "gasoleoa"))] == ["BRAND 2", "BRAND 1"]


def test_the_file_has_a_line_for_each_station() -> None:
    rows = list(csv.DictReader(csv_of(offers_of(STATIONS, "gasoleoa")).splitlines()))
    assert [(row["station"], row["price"], row["latitude"]) for row in rows] == [
        ("2", "1.379", "40.402"),
        ("3", "1.419", ""),
        ("1", "1.459", "40.401"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a"])
def test_no_spreadsheet_takes_a_name_for_a_formula(text: str) -> None:
    assert plain(text) == f"'{text}"
    assert plain("REPSOL") == "REPSOL"


def test_a_town_is_not_shown_larger_than_it_helps() -> None:
    view = view_of([MADRID])
    assert (view.longitude, view.width_deg, view.height_deg) == (-3.7, 0.12, 0.12)
    assert view.latitude == pytest.approx(40.4)


def test_the_view_holds_all_stations() -> None:
    view = view_of([MADRID, replace(MADRID, longitude=2.1, latitude=41.4)])
    assert view.longitude == pytest.approx(-0.8)
    assert 5.8 < view.width_deg < 7
    assert 40.4 < view.latitude < 41.4


@pytest.mark.parametrize(("places", "moved"), [([MADRID], False), ([TENERIFE], False), ([MADRID, TENERIFE], True)])
def test_the_canaries_are_moved_beside_other_places_only(places: list[Spot], moved: bool) -> None:
    shown = laid_out(places)
    assert view_of(shown).canaries_moved is moved
    assert (shown != places) is moved
    assert ("frame" in json.dumps(outline(moved))) is moved


def test_no_stations_are_no_map() -> None:
    assert station_map([]) is None
    drawn = station_map([MADRID, TENERIFE])
    assert drawn is not None
    assert drawn.stations == 2


def test_the_cheapest_are_drawn_last() -> None:
    table = pa.ipc.open_stream(arrow_rows([TENERIFE, MADRID])).read_all()
    assert table["price"].to_pylist() == [1.5, 1.1]


def test_the_map_asks_nobody_for_tiles() -> None:
    text = json.dumps(specification(view_of([MADRID]), "EUR/l", MapTitles("Price", "Station", "Where")))
    assert "http" not in text
    assert "url" not in text
