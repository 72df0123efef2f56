"""Prices of several products, day by day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pyarrow as pa

from dashboard.charts.common import DATASET, Spec, arrow_stream, by_name

_SCHEMA = pa.schema([("day", pa.string()), ("product", pa.string()), ("price", pa.float64())])

Days = Sequence[tuple[date, Decimal | None]]
"""The price at the end of each day; None: not sold."""


def arrow_rows(prices: Mapping[str, Days]) -> bytes:
    """A row for each day and product, as Arrow."""
    return arrow_stream([row for product, days in prices.items() for row in _rows(product, days)], _SCHEMA)


def _rows(product: str, days: Days) -> Iterable[dict[str, str | float | None]]:
    for day, price in days:
        yield {"day": day.isoformat(), "product": product, "price": None if price is None else float(price)}


@lru_cache(maxsize=64)
def specification(products: tuple[str, ...], unit: str, day_title: str, price_title: str) -> Spec:
    """The chart of some products. A price holds until the next one: steps, not slopes."""
    price: Spec = {"field": "price", "type": "quantitative"}
    day: Spec = {"field": "day", "type": "temporal", "timeUnit": "utcyearmonthdate"}
    return {
        "data": {"name": DATASET},
        "height": 300,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2, "point": {"size": 22}},
        "encoding": {
            "x": {**day, "title": None, "axis": {"format": "%d/%m", "tickCount": 7}},
            "y": {**price, "title": f"{price_title} ({unit})", "scale": {"zero": False}, "axis": {"format": ".2f"}},
            **by_name("product", products),
            "tooltip": [
                {**day, "title": day_title, "format": "%d/%m/%Y"},
                {"field": "product", "type": "nominal", "title": " "},
                {**price, "title": unit, "format": ".3f"},
            ],
        },
    }
