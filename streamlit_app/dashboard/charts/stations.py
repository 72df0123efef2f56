"""The map of stations, coloured by price. The outline is drawn here: no tile server is asked.

The outline is Natural Earth's (1:10 million, public domain), simplified.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import asinh, atan, degrees, radians, sinh, tan
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard.charts.common import DATASET, Json, Spec, arrow_stream

_OUTLINE = Path(__file__).parents[1] / "data" / "spain.json"
_SCHEMA = pa.schema(
    [
        ("longitude", pa.float64()),
        ("latitude", pa.float64()),
        ("price", pa.float64()),
        ("brand", pa.string()),
        ("where", pa.string()),
    ]
)
_SHORTEST_SIDE_DEG = 0.12
"""A town is not shown larger than some 10 km across."""
_MARGIN = 1.12
_HEIGHT_PX = 430
_CANARIES_BELOW_DEG, _CANARIES_WEST_OF_DEG = 30.0, -13.0
_CANARIES_MOVE_DEG = (5.0, 7.0)
_CANARIES_FRAME_DEG = (-13.5, 34.3, -8.1, 36.7)
"""West, south, east and north of the frame around them, once moved."""
_CHEAP_TO_DEAR = ("#1a9e6b", "#c9b331", "#d1495b")


@dataclass(frozen=True, slots=True)
class Spot:
    """A station on the map. Degrees, euros."""

    longitude: float
    latitude: float
    price: float
    brand: str
    where: str


@dataclass(frozen=True, slots=True)
class View:
    """The part of the world that the map shows: its middle and its sides in degrees of a Mercator map."""

    longitude: float
    latitude: float
    width_deg: float
    height_deg: float
    canaries_moved: bool


@dataclass(frozen=True, slots=True)
class MapTitles:
    """What the map calls things, in the reader's language."""

    price: str
    station: str
    where: str


@dataclass(frozen=True, slots=True)
class StationMap:
    """The stations that have a place on the map: how many, as Arrow, and what shows them all."""

    stations: int
    rows: bytes
    view: View


def station_map(spots: Sequence[Spot]) -> StationMap | None:
    """None for no stations."""
    placed = laid_out(spots)
    return StationMap(len(placed), arrow_rows(placed), view_of(placed)) if placed else None


def laid_out(spots: Sequence[Spot]) -> list[Spot]:
    """As on every map of Spain: where other places are shown, too, the Canaries are moved beside them."""
    if all(map(_canary, spots)) or not any(map(_canary, spots)):
        return list(spots)
    east_deg, north_deg = _CANARIES_MOVE_DEG
    return [
        replace(spot, longitude=spot.longitude + east_deg, latitude=spot.latitude + north_deg)
        if _canary(spot)
        else spot
        for spot in spots
    ]


def _canary(spot: Spot) -> bool:
    return spot.latitude < _CANARIES_BELOW_DEG and spot.longitude < _CANARIES_WEST_OF_DEG


def arrow_rows(spots: Sequence[Spot]) -> bytes:
    """The stations as Arrow, the dearest first, so that the cheapest are on top."""
    ordered = sorted(spots, key=lambda spot: -spot.price)
    return arrow_stream([{name: getattr(spot, name) for name in _SCHEMA.names} for spot in ordered], _SCHEMA)


def view_of(spots: Iterable[Spot]) -> View:
    """What shows all of them, as they are laid out. Raises ValueError for none."""
    known = list(spots)
    moved = any(not _canary(spot) for spot in known) and any(map(_in_frame, known))
    places = [(spot.longitude, _mercator_deg(spot.latitude)) for spot in known]
    west, east = min(x for x, _ in places), max(x for x, _ in places)
    south, north = min(y for _, y in places), max(y for _, y in places)
    return View(
        longitude=(west + east) / 2,
        latitude=_latitude((south + north) / 2),
        width_deg=max((east - west) * _MARGIN, _SHORTEST_SIDE_DEG),
        height_deg=max((north - south) * _MARGIN, _SHORTEST_SIDE_DEG),
        canaries_moved=moved,
    )


@lru_cache(maxsize=64)
def specification(view: View, unit: str, titles: MapTitles) -> Spec:
    """The map of a view; its scale follows the width that the browser gives it."""
    scale = f"min(width / {view.width_deg}, height / {view.height_deg}) * 180 / PI"
    return {
        "height": _HEIGHT_PX,
        "projection": {
            "type": "mercator",
            "center": [view.longitude, view.latitude],
            "scale": {"expr": scale},
            "translate": {"expr": "[width / 2, height / 2]"},
        },
        "layer": [_land(view.canaries_moved), _stations(unit, titles)],
        "config": {"view": {"stroke": None}},
    }


def _land(canaries_moved: bool) -> Spec:
    opacity: Spec = {
        "condition": [
            {"test": "datum.properties.name == 'neighbours'", "value": 0.07},
            {"test": "datum.properties.name == 'frame'", "value": 0},
        ],
        "value": 0.2,
    }
    return {
        "data": {"values": outline(canaries_moved), "format": {"type": "json", "property": "features"}},
        "mark": {"type": "geoshape", "fill": "#8a8f98", "stroke": "#8a8f98", "strokeWidth": 0.8, "clip": True},
        "encoding": {"fillOpacity": opacity, "strokeOpacity": {"value": 0.6}},
    }


def _stations(unit: str, titles: MapTitles) -> Spec:
    price: Spec = {"field": "price", "type": "quantitative"}
    colours: Spec = {"range": list(_CHEAP_TO_DEAR), "zero": False, "nice": False}
    legend: Spec = {"orient": "bottom", "format": ".3f", "gradientLength": 220, "titleOrient": "left", "tickCount": 3}
    return {
        "data": {"name": DATASET},
        "mark": {"type": "circle", "size": 58, "opacity": 0.85, "stroke": "#14171c", "strokeWidth": 0.4, "clip": True},
        "encoding": {
            "longitude": {"field": "longitude", "type": "quantitative"},
            "latitude": {"field": "latitude", "type": "quantitative"},
            "color": {**price, "title": unit, "scale": colours, "legend": legend},
            "tooltip": [
                {"field": "brand", "type": "nominal", "title": titles.station},
                {**price, "title": f"{titles.price} ({unit})", "format": ".3f"},
                {"field": "where", "type": "nominal", "title": titles.where},
            ],
        },
    }


@lru_cache(maxsize=2)
def outline(canaries_moved: bool) -> Json:
    """Spain and what is around it, GeoJSON."""
    found: Any = json.loads(_OUTLINE.read_text(encoding="utf-8"))
    if canaries_moved:
        for feature in found["features"]:
            if feature["properties"]["name"] == "Canarias":
                feature["geometry"]["coordinates"] = _moved(feature["geometry"]["coordinates"])
        found["features"].append(_frame())
    outline: Json = found
    return outline


def _moved(islands: Any) -> Any:
    east_deg, north_deg = _CANARIES_MOVE_DEG
    return [[[[x + east_deg, y + north_deg] for x, y in ring] for ring in island] for island in islands]


def _frame() -> dict[str, Any]:
    west, south, east, north = _CANARIES_FRAME_DEG
    ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
    return {
        "type": "Feature",
        "properties": {"name": "frame"},
        "geometry": {"type": "LineString", "coordinates": ring},
    }


def _in_frame(spot: Spot) -> bool:
    west, south, east, north = _CANARIES_FRAME_DEG
    return west < spot.longitude < east and south < spot.latitude < north


def _mercator_deg(latitude: float) -> float:
    return degrees(asinh(tan(radians(latitude))))


def _latitude(mercator_deg: float) -> float:
    return degrees(atan(sinh(radians(mercator_deg))))
