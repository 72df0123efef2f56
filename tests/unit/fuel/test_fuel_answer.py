"""Answers of the feed: what is taken, what is kept and flagged, what is rejected, and what is refused whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.contracts.errors import Problem
from ahorrater.domain.fuel.places import PositionQuality
from ahorrater.domain.fuel.snapshot import UNREADABLE, Price
from ahorrater.services.fuel.answer import RefusedAnswer, read_answer, read_places
from tests.unit.fuel.feed_answers import answer, station


def test_prices_are_unpivoted_and_what_is_not_sold_is_no_row():
    snapshot = read_answer(answer(station(1), station(2, **{"Precio Gasoleo A": ""})))
    assert snapshot.prices == [Price(1, 4, 1859), Price(1, 1, 1829), Price(2, 1, 1829)]
    assert snapshot.rejected == []


def test_unknown_products_are_taken():
    snapshot = read_answer(answer(station(1, **{"Precio Luz Líquida": "0,500"})))
    assert snapshot.unknown_products == ("Precio Luz Líquida",)
    assert [price.price_milli for price in snapshot.prices] == [1859, 1829, 500]


@pytest.mark.parametrize(
    ("dirt", "quality"),
    [
        ({"Latitud": "0,0", "Longitud (WGS84)": "0,0"}, PositionQuality.ZERO),
        ({"Latitud": "-3,7038", "Longitud (WGS84)": "40,4168"}, PositionQuality.SWAPPED),
    ],
)
def test_dirty_coordinates_are_kept_and_flagged(dirt, quality):
    snapshot = read_answer(answer(station(1, **dirt)))
    assert snapshot.stations[0].position is quality
    assert snapshot.stations[0].latitude == float(dirt["Latitud"].replace(",", "."))
    assert snapshot.doubtful_positions == 1


def test_names_are_stripped():
    assert read_answer(answer(station(1, Rótulo="REPSOL  "))).stations[0].brand == "REPSOL"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"IDEESS": "abc"}, "IDEESS"),
        ({"IDEESS": "0"}, "IDEESS"),
        ({"IDProvincia": ""}, "IDProvincia"),
        ({"IDCCAA": "100"}, "IDCCAA"),
        ({"IDMunicipio": None}, "IDMunicipio"),
        ({"Rótulo": "x" * 501}, "Rótulo"),
        ({"IDEESS": "1"}, "came before"),
    ],
)
def test_a_bad_station_is_rejected_with_the_reason_and_takes_no_other_with_it(bad, reason):
    snapshot = read_answer(answer(*(station(number) for number in range(1, 20)), {**station(20), **bad}))
    assert len(snapshot.stations) == 19
    assert len(snapshot.rejected) == 1
    assert reason in snapshot.rejected[0].reason


def test_a_bad_price_is_rejected_alone():
    snapshot = read_answer(answer(station(1, **{"Precio Gasoleo A": "-1"})))
    assert Price(1, 4, UNREADABLE) in snapshot.prices
    assert Price(1, 1, 1829) in snapshot.prices
    assert "Gasoleo A" in snapshot.rejected[0].reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>down for maintenance</html>",
        b"null",
        b"[]",
        answer(),
        answer(station(1), ResultadoConsulta=None),
        answer(station(1), ResultadoConsulta="ERROR"),
        json.dumps({"Fecha": "30/03/2022 0:00:00", "ListaEESSPrecio": [station(1)]}).encode(),
        answer(station(1), fecha="yesterday"),
        answer(station(1))[:-20],
        answer(station(1))[:200],
        answer(*({"other": "format"} for _ in range(5))),
        answer(1, 2, 3),
    ],
    ids=range(13),
)
def test_outages_cuts_and_other_formats_are_refused_whole(body):
    with pytest.raises(RefusedAnswer):
        read_answer(body)


@given(st.integers(0, 5000))
def test_an_answer_cut_anywhere_is_refused(length):
    whole = answer(*(station(number) for number in range(1, 9)))
    with pytest.raises(RefusedAnswer):
        read_answer(whole[: length % len(whole)])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*station(1), "Precio X", "y"]), inner),
    )
)
def test_no_station_crashes_the_reader(record):
    try:
        snapshot = read_answer(answer(*(station(number) for number in range(1, 20)), record))
    except Problem:
        return
    assert len(snapshot.stations) >= 19


def test_places():
    item = {"IDMunicipio": "1", "IDProvincia": "01", "IDCCAA": "16", "Municipio": "Alegría", "Provincia": "ÁLAVA"}
    places = read_places(json.dumps([item]).encode())
    assert places.municipalities[1].province_id == 1
    assert places.provinces[1].ccaa_id == 16
    for bad in (b"[]", b"{}", b"[{}]", b"["):
        with pytest.raises(RefusedAnswer):
            read_places(bad)
