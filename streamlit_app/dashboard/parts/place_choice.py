"""Which part of Spain, down to one station."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from ahorrater.adapters.clients.fuel import Place
from ahorrater.contracts.fuel import Names, StationInfo
from dashboard import fuel_data
from dashboard.client import Answer, Away
from dashboard.parts.banner import banner_until_back
from dashboard.reader import Reader


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is looked at: a place by its name, and perhaps one station of it."""

    place: Place
    name: str
    station: StationInfo | None = None


def place_choice(reader: Reader) -> Chosen:
    """Four boxes in a row, each of what the one before leaves; on a phone one under the other."""
    texts = reader.texts.fuel
    columns = st.columns(4)
    with columns[0]:
        ccaa, region = _choice("ccaa", texts.region, texts.all_spain, fuel_data.regions, reader)
    with columns[1]:
        provinces = partial(fuel_data.provinces, ccaa) if ccaa else None
        provincia, province = _choice(f"provincia-{ccaa}", texts.province, texts.all_provinces, provinces, reader)
    with columns[2]:
        municipalities = partial(fuel_data.municipalities, provincia) if provincia else None
        key = f"municipio-{provincia}"
        municipio, town = _choice(key, texts.municipality, texts.all_municipalities, municipalities, reader)
    place = Place(ccaa, provincia, municipio)
    with columns[3]:
        station = _station(place, reader)
    return Chosen(place, town or province or region or texts.all_spain, station)


def _choice(
    key: str, label: str, everything: str, read: Callable[[], Answer[Names] | Away] | None, reader: Reader
) -> tuple[str | None, str | None]:
    """The number and the name of what is chosen. `read` is None where the box before is still open."""
    names: Mapping[str, str] = {}
    if read is not None:
        reply = read()
        if isinstance(reply, Away):
            banner_until_back(read, reader)
        else:
            names = reply.value
    numbers = sorted(names, key=lambda number: names[number])
    number = st.selectbox(
        label,
        [None, *numbers],
        format_func=lambda number: everything if number is None else names[number],
        disabled=not names,
        key=f"fuel-{key}",
    )
    return number, names.get(number or "")


def _station(place: Place, reader: Reader) -> StationInfo | None:
    texts = reader.texts.fuel
    reply = fuel_data.stations(place) if place.municipio else None
    stations = {station.id: station for station in reply.value} if isinstance(reply, Answer) else {}
    number = st.selectbox(
        texts.station,
        [None, *stations],
        format_func=lambda number: texts.all_stations if number is None else _name(stations[number]),
        disabled=not stations,
        key=f"fuel-station-{place.municipio}",
    )
    return stations.get(number or 0)


def _name(station: StationInfo) -> str:
    return f"{station.brand} · {station.address}"
