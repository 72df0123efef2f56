"""What is on the screen, as the chart that notify draws. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from ahorrater.contracts.answers import History, NodeMetrics
from ahorrater.contracts.exports import MAX_POINTS, MAX_SERIES, DataExport, Point, TimeSeries
from dashboard.charts.parks import Quantity
from dashboard.charts.prices import Days
from dashboard.charts.usage import Resource


def parks_export(title: str, quantity: Quantity, histories: Sequence[History]) -> DataExport | None:
    """The live chart."""
    series = {
        history.node: [(point.at, float(getattr(point, quantity.value))) for point in history.points]
        for history in histories
    }
    return _export(title, quantity.unit, series)


def usage_export(title: str, resource: Resource, samples: Mapping[str, Sequence[NodeMetrics]]) -> DataExport | None:
    """What the nodes use, in percent."""
    series = {node: [(sample.at, 100 * resource.share(sample)) for sample in kept] for node, kept in samples.items()}
    return _export(title, "%", series)


def prices_export(title: str, unit: str, prices: Mapping[str, Days]) -> DataExport | None:
    """Prices day by day."""
    series = {product: [_noon(day, price) for day, price in days] for product, days in prices.items()}
    return _export(title, unit, series)


def _noon(day: date, price: Decimal | None) -> Point:
    return datetime.combine(day, time(12), UTC), None if price is None else float(price)


def _export(title: str, unit: str, series: Mapping[str, Sequence[Point]]) -> DataExport | None:
    """As many lines as a chart takes, the newest points of each; None if there is nothing to draw."""
    known = {name: points for name, points in series.items() if any(value is not None for _, value in points)}
    shown = dict(list(known.items())[:MAX_SERIES])
    if not shown:
        return None
    room = MAX_POINTS // len(shown)
    lines = tuple(TimeSeries(name=name, points=tuple(points[-room:])) for name, points in shown.items())
    return DataExport(title=title, unit=unit, series=lines)
