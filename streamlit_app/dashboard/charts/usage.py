"""What the nodes use: the share of their CPU or memory over the last minutes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import pyarrow as pa

from ahorrater.contracts.answers import NodeMetrics
from dashboard.charts.common import DATASET, Json, Spec, arrow_stream, by_name, milliseconds, time_axis

_LONGEST_PAUSE = timedelta(seconds=75)
"""Between two samples: metrics-server measures every 15 s, some every minute. Nobody looked where more is missing."""

_SCHEMA = pa.schema([("at_ms", pa.int64()), ("node", pa.string()), ("cpu", pa.float64()), ("memory", pa.float64())])


class Resource(StrEnum):
    """What of a node; the value is the row's field."""

    CPU = "cpu"
    MEMORY = "memory"

    def share(self, sample: NodeMetrics) -> float:
        """How much of what the node has is in use, 0..1."""
        used, whole = {
            Resource.CPU: (sample.cpu_cores, sample.cpu_capacity_cores),
            Resource.MEMORY: (sample.memory_bytes, sample.memory_capacity_bytes),
        }[self]
        return used / whole if whole > 0 else 0.0


def arrow_rows(samples: Mapping[str, Sequence[NodeMetrics]]) -> bytes:
    """The curves of every node as Arrow, broken where nobody looked."""
    return arrow_stream([row for node in samples.values() for row in _curve(node)], _SCHEMA)


def _curve(samples: Sequence[NodeMetrics]) -> Iterator[dict[str, Json]]:
    previous: datetime | None = None
    for sample in samples:
        if previous is not None and sample.at - previous > _LONGEST_PAUSE:
            yield {"at_ms": milliseconds(previous) + 1, "node": sample.node, "cpu": None, "memory": None}
        yield {
            "at_ms": milliseconds(sample.at),
            "node": sample.node,
            "cpu": Resource.CPU.share(sample),
            "memory": Resource.MEMORY.share(sample),
        }
        previous = sample.at


@lru_cache(maxsize=64)
def specification(nodes: tuple[str, ...], resource: Resource, title: str, node_title: str) -> Spec:
    """The chart of one resource."""
    share: Spec = {"field": resource.value, "type": "quantitative"}
    return {
        "data": {"name": DATASET},
        "height": 240,
        "mark": {"type": "line", "strokeWidth": 2.2, "interpolate": "monotone", "point": {"size": 14}},
        "encoding": {
            "x": time_axis(),
            "y": {**share, "title": title, "axis": {"format": ".0%", "tickCount": 5}, "scale": {"domainMin": 0}},
            **by_name("node", nodes),
            "tooltip": [
                {"field": "at_ms", "type": "temporal", "title": " ", "format": "%H:%M:%S"},
                {"field": "node", "type": "nominal", "title": node_title},
                {**share, "title": title, "format": ".1%"},
            ],
        },
    }
