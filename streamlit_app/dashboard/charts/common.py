"""What the charts share: how rows travel, and how lines are told apart."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

DATASET = "rows"

Json = str | int | float | bool | None | Sequence["Json"] | dict[str, "Json"]
Spec = dict[str, Json]

_COLOURS = ("#e08700", "#2f7ed8", "#2a9d6f", "#b5499b", "#7a6ff0", "#c8553d", "#5b7a8c", "#9a8500")
_DASHES: tuple[Sequence[int], ...] = ((1, 0), (7, 3), (2, 2), (7, 3, 2, 3))


def arrow_stream(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> bytes:
    """Rows in the Arrow stream format, which goes to the browser as it is."""
    table = pa.Table.from_pylist(rows, schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded


def milliseconds(at: datetime) -> int:
    """Since the epoch: what Vega-Lite takes as a time."""
    return round(at.timestamp() * 1000)


def time_axis() -> Spec:
    """The last minutes."""
    return {"field": "at_ms", "type": "temporal", "title": None, "axis": {"format": "%H:%M:%S", "tickCount": 6}}


def by_name(field: str, names: Sequence[str]) -> Spec:
    """A line for each name, told by colour and dashes, which depend on its place in `names` alone."""
    return {"color": _by(field, names, _COLOURS), "strokeDash": _by(field, names, _DASHES)}


def _by(field: str, names: Sequence[str], shades: Sequence[Json]) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(names), "range": [shades[place % len(shades)] for place in range(len(names))]},
        "legend": {
            "orient": "top",
            "symbolType": "stroke",
            "symbolSize": 500,
            "symbolStrokeWidth": 2.5,
            "labelLimit": 240,
        },
    }
