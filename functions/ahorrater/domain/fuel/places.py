"""Where stations are: Spain's regions and provinces by the ministry's numbers, and positions on the globe."""

import math
from enum import StrEnum
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""

CCAA = {
    1: "Andalucía",
    2: "Aragón",
    3: "Asturias",
    4: "Baleares",
    5: "Canarias",
    6: "Cantabria",
    7: "Castilla la Mancha",
    8: "Castilla y León",
    9: "Cataluña",
    10: "Comunidad Valenciana",
    11: "Extremadura",
    12: "Galicia",
    13: "Madrid",
    14: "Murcia",
    15: "Navarra",
    16: "País Vasco",
    17: "Rioja (La)",
    18: "Ceuta",
    19: "Melilla",
}
"""The ministry's numbers, which are not INE's: its 07 is Castilla-La Mancha and its 08 Castilla y León. The feed's
stations carry the number only."""


class Position(NamedTuple):
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


class PositionQuality(StrEnum):
    """What is to be thought of a position of the feed. Only `good` ones are compared with others."""

    GOOD = "good"
    MISSING = "missing"
    ZERO = "zero"
    SWAPPED = "swapped"
    OUTSIDE = "outside-spain"


def judge(latitude: float | None, longitude: float | None) -> PositionQuality:
    """What the position is worth."""
    if latitude is None or longitude is None:
        return PositionQuality.MISSING
    if latitude == 0 and longitude == 0:
        return PositionQuality.ZERO
    if _in_spain(latitude, longitude):
        return PositionQuality.GOOD
    return PositionQuality.SWAPPED if _in_spain(longitude, latitude) else PositionQuality.OUTSIDE


def distance_km(one: Position, other: Position) -> float:
    """Great-circle distance (haversine), km."""
    latitude_1, latitude_2 = math.radians(one.latitude), math.radians(other.latitude)
    half_height = (latitude_2 - latitude_1) / 2
    half_width = math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_height) ** 2 + math.cos(latitude_1) * math.cos(latitude_2) * math.sin(half_width) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def _in_spain(latitude: float, longitude: float) -> bool:
    """Peninsula, Balearics, Canaries, Ceuta and Melilla, with a margin."""
    mainland = 35.0 <= latitude <= 44.0 and -9.6 <= longitude <= 4.6
    canaries = 27.4 <= latitude <= 29.6 and -18.4 <= longitude <= -13.2
    return mainland or canaries
