from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ahorrater.contracts.answers import History, HistoryPoint
from ahorrater.contracts.exports import MAX_POINTS, MAX_SERIES
from dashboard.charts.parks import Quantity
from dashboard.charts.usage import Resource
from dashboard.exports import parks_export, prices_export, usage_export
from tests.unit.dashboard.test_dashboard_usage import sample

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def history(node: str, points: int) -> History:
    found = tuple(
        HistoryPoint(at=NOON + timedelta(seconds=s), power_w=float(s), voltage_v=18, current_a=1, readings=1)
        for s in range(points)
    )
    return History(node=node, since=NOON, until=NOON, step_s=1, points=found)


def test_the_live_chart_is_a_line_for_each_park() -> None:
    export = parks_export("Power", Quantity.POWER, [history("a", 3), history("b", 0)])
    assert export is not None
    assert (export.title, export.unit, [series.name for series in export.series]) == ("Power", "W", ["a"])
    assert [value for _, value in export.series[0].points] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(("parks", "points"), [(MAX_SERIES + 5, 2), (4, MAX_POINTS)])
def test_it_keeps_to_what_a_chart_takes(parks: int, points: int) -> None:
    export = parks_export("", Quantity.POWER, [history(f"n{number}", points) for number in range(parks)])
    assert export is not None
    assert len(export.series) == min(parks, MAX_SERIES)
    assert all(series.points[-1][1] == points - 1 for series in export.series)


def test_nothing_to_draw_is_no_export() -> None:
    assert parks_export("", Quantity.POWER, []) is None
    assert prices_export("", "EUR/l", {"Diesel": [(date(2026, 7, 1), None)]}) is None


def test_usage_is_in_percent() -> None:
    export = usage_export("CPU", Resource.CPU, {"a": [sample(0)]})
    assert export is not None
    assert [value for _, value in export.series[0].points] == [25.0]


def test_prices_are_a_point_a_day() -> None:
    export = prices_export("", "EUR/l", {"Diesel": [(date(2026, 7, 1), Decimal("1.459")), (date(2026, 7, 2), None)]})
    assert export is not None
    assert export.series[0].points == ((NOON, 1.459), (NOON + timedelta(days=1), None))
