"""An invented sample in the feed's own shape: real towns, stations and prices that never were, always the same ones.

It is what `make up` shows where there is no network and no snapshot. Every station says that it is invented, and its
numbers lie beyond any that the ministry gives; the first real snapshot removes it whole.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ahorrater.domain.fuel.snapshot import FIRST_SAMPLE_ID

SEED = 2022
DAYS = 21
STATIONS_A_TOWN = 4
NOTE = "MUESTRA INVENTADA de AhorraTER / INVENTED SAMPLE: no real station, no real price"

BASE_EUROS = {
    "Precio Gasoleo A": 1.45,
    "Precio Gasoleo Premium": 1.53,
    "Precio Gasolina 95 E5": 1.52,
    "Precio Gasolina 98 E5": 1.67,
    "Precio Adblue": 0.95,
}
SOLD_BY = {"Precio Gasolina 98 E5": 0.7, "Precio Gasoleo Premium": 0.6, "Precio Adblue": 0.3}
"""The share of stations that sell it; the others, all do."""


@dataclass(frozen=True, slots=True)
class Town:
    """A real town: region and province by the ministry's numbers, position in degrees."""

    name: str
    province: str
    province_id: int
    ccaa_id: int
    latitude: float
    longitude: float


TOWNS = (
    Town("Madrid", "MADRID", 28, 13, 40.4168, -3.7038),
    Town("Barcelona", "BARCELONA", 8, 9, 41.3874, 2.1686),
    Town("València", "VALENCIA / VALÈNCIA", 46, 10, 39.4699, -0.3763),
    Town("Sevilla", "SEVILLA", 41, 1, 37.3891, -5.9845),
    Town("Zaragoza", "ZARAGOZA", 50, 2, 41.6488, -0.8891),
    Town("Málaga", "MÁLAGA", 29, 1, 36.7213, -4.4214),
    Town("Bilbao", "BIZKAIA", 48, 16, 43.2630, -2.9350),
    Town("A Coruña", "CORUÑA (A)", 15, 12, 43.3623, -8.4115),
    Town("Valladolid", "VALLADOLID", 47, 8, 41.6523, -4.7245),
    Town("Toledo", "TOLEDO", 45, 7, 39.8628, -4.0273),
    Town("Badajoz", "BADAJOZ", 6, 11, 38.8794, -6.9707),
    Town("Murcia", "MURCIA", 30, 14, 37.9922, -1.1307),
    Town("Palma", "BALEARS (ILLES)", 7, 4, 39.5696, 2.6502),
    Town("Las Palmas de Gran Canaria", "PALMAS (LAS)", 35, 5, 28.1235, -15.4363),
    Town("Logroño", "RIOJA (LA)", 26, 17, 42.4627, -2.4450),
)


def sample_answers(last: date, days: int = DAYS) -> Iterator[tuple[date, bytes]]:
    """The answers of the feed for `days` days up to `last`, oldest first."""
    chance = random.Random(SEED)  # noqa: S311 -- invented prices, the same every time
    stations = [station for number, town in enumerate(TOWNS) for station in _stations(number, town, chance)]
    for number in range(days):
        day = last - timedelta(days=days - 1 - number)
        for station in stations:
            _move_prices(station, chance)
        yield day, _answer(day, stations)


def _stations(town_number: int, town: Town, chance: random.Random) -> Iterator[dict[str, str]]:
    for place in range(STATIONS_A_TOWN):
        number = FIRST_SAMPLE_ID + town_number * 100 + place
        station = {
            "IDEESS": str(number),
            "IDMunicipio": str(FIRST_SAMPLE_ID + town_number),
            "IDProvincia": f"{town.province_id:02}",
            "IDCCAA": f"{town.ccaa_id:02}",
            "Municipio": town.name,
            "Provincia": town.province,
            "Localidad": town.name.upper(),
            "Rótulo": f"MUESTRA {town.name.upper()} {place + 1} (INVENTADA)",
            "Dirección": f"CALLE INVENTADA, {place + 1}",
            "C.P.": f"{town.province_id:02}000",
            "Horario": chance.choice(("L-D: 24H", "L-D: 07:00-23:00", "L-S: 06:00-22:00; D: 08:00-21:00")),
            "Latitud": _comma(town.latitude + chance.uniform(-0.04, 0.04), 6),
            "Longitud (WGS84)": _comma(town.longitude + chance.uniform(-0.04, 0.04), 6),
            "Margen": chance.choice("DIN"),
            "Tipo Venta": "P",
            "Remisión": "dm",
        }
        for field, euros in BASE_EUROS.items():
            sold = chance.random() < SOLD_BY.get(field, 1.0)
            station[field] = _comma(euros + chance.uniform(-0.08, 0.08), 3) if sold else ""
        yield station


def _move_prices(station: dict[str, str], chance: random.Random) -> None:
    """About every third price changes in a day, by a cent or two, and is drawn back to where it comes from."""
    for field, base in BASE_EUROS.items():
        if station[field] and chance.random() < 0.35:
            euros = float(station[field].replace(",", "."))
            station[field] = _comma(euros + chance.gauss(0.1 * (base - euros), 0.012), 3)


def _answer(day: date, stations: list[dict[str, str]]) -> bytes:
    answer = {"Fecha": f"{day:%d/%m/%Y} 0:00:00", "ListaEESSPrecio": stations, "Nota": NOTE, "ResultadoConsulta": "OK"}
    return json.dumps(answer, ensure_ascii=False).encode()


def _comma(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")
