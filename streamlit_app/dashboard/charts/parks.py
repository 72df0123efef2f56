"""The parks' live chart: power, voltage or current over the last minutes, with the moves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from functools import lru_cache
from typing import TypedDict

import pyarrow as pa

from ahorrater.contracts.answers import DecisionEntry, History, HistoryPoint
from ahorrater.domain.speaking import together
from dashboard.charts.common import DATASET, Json, Spec, arrow_stream, by_name, milliseconds, time_axis

_LONGEST_PAUSE = timedelta(seconds=15)
"""Between two readings; a curve is broken where more time is missing: unknown is not a straight line."""

_MOVE_COLOUR = "#8a8f98"
_SUN_COLOUR = "#e08700"


class Window(Enum):
    """How far back the live chart looks, and into which steps its readings are folded."""

    FIVE_MINUTES = (timedelta(minutes=5), 2)
    FIFTEEN_MINUTES = (timedelta(minutes=15), 5)
    ONE_HOUR = (timedelta(hours=1), 20)

    def __init__(self, length: timedelta, step_s: int) -> None:
        self.length = length
        self.step_s = step_s

    def until(self, now: datetime) -> datetime:
        """The end of the step under way. Steps keep their edges from one query to the next, so that curves stay put."""
        return datetime.fromtimestamp((now.timestamp() // self.step_s + 1) * self.step_s, UTC)


class Quantity(StrEnum):
    """What the chart shows; the value is the row's field."""

    POWER = "power_w"
    VOLTAGE = "voltage_v"
    CURRENT = "current_a"

    @property
    def unit(self) -> str:
        """The unit's symbol."""
        return {"power_w": "W", "voltage_v": "V", "current_a": "A"}[self.value]


class Row(TypedDict):
    """One row of the chart: a point of a park's curve, or a move. `at_ms` since the epoch."""

    at_ms: int
    node: str | None
    power_w: float | None
    voltage_v: float | None
    current_a: float | None
    move: str | None


_SCHEMA = pa.schema(
    [
        ("at_ms", pa.int64()),
        ("node", pa.string()),
        ("power_w", pa.float64()),
        ("voltage_v", pa.float64()),
        ("current_a", pa.float64()),
        ("move", pa.string()),
    ]
)


def rows(histories: Iterable[History], moves: Iterable[DecisionEntry], since: datetime) -> list[Row]:
    """The curves, broken where readings are missing, and the moves since `since`."""
    curves = [row for history in histories for row in _curve(history)]
    return curves + [_mark(move) for move in moves if move.decided_at >= since]


def arrow_rows(histories: Iterable[History], moves: Iterable[DecisionEntry], since: datetime) -> bytes:
    """`rows` in the Arrow stream format, which goes to the browser as it is."""
    return arrow_stream(rows(histories, moves, since), _SCHEMA)


def _curve(history: History) -> Iterator[Row]:
    longest = max(3 * timedelta(seconds=history.step_s), _LONGEST_PAUSE)
    previous: HistoryPoint | None = None
    for point in history.points:
        if previous is not None and point.at - previous.at > longest:
            yield _row(previous.at + longest / 2, history.node)
        yield _row(point.at, history.node, point)
        previous = point


def _row(at: datetime, node: str, point: HistoryPoint | None = None) -> Row:
    return Row(
        at_ms=milliseconds(at),
        node=node,
        power_w=point.power_w if point else None,
        voltage_v=point.voltage_v if point else None,
        current_a=point.current_a if point else None,
        move=None,
    )


def _mark(move: DecisionEntry) -> Row:
    there = together(move.chosen or "∅", move.also)
    label = there if move.previous == move.chosen else f"{move.previous or '∅'} → {there}"
    return Row(at_ms=milliseconds(move.decided_at), node=None, power_w=None, voltage_v=None, current_a=None, move=label)


@dataclass(frozen=True, slots=True)
class Titles:
    """What the chart calls things, in the reader's language."""

    quantity: str
    time: str
    move: str
    park: str


@lru_cache(maxsize=64)
def specification(parks: tuple[str, ...], quantity: Quantity, titles: Titles) -> Spec:
    """The chart of one quantity. A park's colour and dashes depend on its place in `parks` alone."""
    return {
        "data": {"name": DATASET},
        "height": 320,
        "layer": [
            _move_layer(titles, {"type": "rule", "strokeWidth": 1.5, "strokeDash": [4, 4], "color": _MOVE_COLOUR}),
            _move_layer(titles, {"type": "text", "text": "☀", "fontSize": 15, "color": _SUN_COLOUR, "baseline": "top"}),
            _curve_layer(parks, quantity, titles),
            _nearest_point_layer(quantity, titles),
        ],
    }


def _move_layer(titles: Titles, mark: Spec) -> Spec:
    top: Spec = {"y": {"value": 0}} if mark["type"] == "text" else {}
    return {
        "transform": [{"filter": "datum.move != null"}],
        "mark": {**mark, "clip": True},
        "encoding": {
            "x": {"field": "at_ms", "type": "temporal"},
            "tooltip": [_time_tooltip(titles), {"field": "move", "type": "nominal", "title": titles.move}],
            **top,
        },
    }


def _curve_layer(parks: tuple[str, ...], quantity: Quantity, titles: Titles) -> Spec:
    y_title = f"{titles.quantity} ({quantity.unit})"
    return {
        "transform": [{"filter": "datum.move == null"}],
        "mark": {"type": "line", "strokeWidth": 2.2, "interpolate": "monotone"},
        "encoding": {
            "x": time_axis(),
            "y": {"field": quantity.value, "type": "quantitative", "title": y_title},
            **by_name("node", parks),
        },
    }


def _nearest_point_layer(quantity: Quantity, titles: Titles) -> Spec:
    """A point that shows itself and its numbers where the pointer is near."""
    nearest: Json = {"type": "point", "nearest": True, "on": "pointerover", "clear": "pointerout"}
    return {
        "transform": [{"filter": f"isValid(datum.{quantity.value})"}],
        "params": [{"name": "nearest", "select": nearest}],
        "mark": {"type": "point", "filled": True, "size": 55},
        "encoding": {
            "x": {"field": "at_ms", "type": "temporal"},
            "y": {"field": quantity.value, "type": "quantitative"},
            "color": {"field": "node", "type": "nominal"},
            "opacity": {"condition": {"param": "nearest", "empty": False, "value": 1}, "value": 0},
            "tooltip": [
                _time_tooltip(titles),
                {"field": "node", "type": "nominal", "title": titles.park},
                {"field": quantity.value, "type": "quantitative", "title": quantity.unit, "format": ".2f"},
            ],
        },
    }


def _time_tooltip(titles: Titles) -> Spec:
    return {"field": "at_ms", "type": "temporal", "title": titles.time, "format": "%H:%M:%S"}
