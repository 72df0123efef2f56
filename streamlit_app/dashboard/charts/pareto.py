"""Policies by their moves a day and their share of the best plan's energy."""

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from dashboard.charts.common import DATASET, Json, Spec, arrow_stream
from dashboard.replays import OPTIMUM, Scored, frontier

_SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("moves", pa.float64()),
        ("share", pa.float64()),
        ("variant", pa.bool_()),
        ("on_frontier", pa.bool_()),
    ]
)
_STAY_PUT = "stay-put"
_LOOKS: dict[str, tuple[str, str]] = {
    OPTIMUM: ("#8a8f98", "diamond"),
    _STAY_PUT: ("#5b7a8c", "square"),
    "thesis": ("#b5499b", "triangle-up"),
    "hysteresis": ("#e08700", "circle"),
    "calm": ("#2a9d6f", "circle"),
    "forecast": ("#2f7ed8", "circle"),
}
_LINE_COLOUR = "#8a8f98"


def arrow_rows(policies: Sequence[Scored]) -> bytes:
    """A row for each policy, as Arrow. A variant is a policy with other parameters, which has no name of its own."""
    best = frontier(policies)
    rows = [
        {
            "name": one.name,
            "moves": one.moves_per_day,
            "share": one.share_of_optimum,
            "variant": one.name not in _LOOKS,
            "on_frontier": one in best,
        }
        for one in policies
    ]
    return arrow_stream(rows, _SCHEMA)


@lru_cache(maxsize=8)
def specification(moves_title: str, share_title: str, policy_title: str) -> Spec:
    """The points, and the line through those that no other beats."""
    moves: Spec = {"field": "moves", "type": "quantitative", "title": moves_title}
    share: Spec = {"field": "share", "type": "quantitative", "title": share_title}
    tooltip: Json = [
        {"field": "name", "type": "nominal", "title": policy_title},
        {**share, "format": ".2%"},
        {**moves, "format": ".2f"},
    ]
    return {
        "data": {"name": DATASET},
        "height": 320,
        "encoding": {
            "x": {**moves, "scale": {"domainMin": 0, "nice": True}},
            "y": {**share, "axis": {"format": ".0%"}, "scale": {"zero": False, "nice": True}},
        },
        "layer": [
            {
                "transform": [{"filter": "datum.on_frontier"}],
                "mark": {"type": "line", "color": _LINE_COLOUR, "strokeDash": [5, 4], "strokeWidth": 1.6},
                "encoding": {"order": {"field": "moves"}},
            },
            {
                "transform": [{"filter": "datum.variant"}],
                "mark": {"type": "point", "filled": True, "size": 45, "color": _LOOKS["hysteresis"][0], "opacity": 0.6},
                "encoding": {"tooltip": tooltip},
            },
            {
                "transform": [{"filter": "!datum.variant"}],
                "mark": {"type": "point", "filled": True, "size": 150, "opacity": 1},
                "encoding": {**_by_policy(), "tooltip": tooltip},
            },
        ],
    }


def _by_policy() -> Spec:
    names = list(_LOOKS)
    colours, shapes = ([look[place] for look in _LOOKS.values()] for place in (0, 1))
    name: Spec = {"field": "name", "type": "nominal", "title": None}
    legend: Spec = {"orient": "top", "columns": 3, "symbolSize": 120}
    return {
        "color": {**name, "scale": {"domain": names, "range": colours}, "legend": legend},
        "shape": {**name, "scale": {"domain": names, "range": shapes}, "legend": legend},
    }
