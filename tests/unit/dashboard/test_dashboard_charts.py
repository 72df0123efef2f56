import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from ahorrater.contracts.answers import History, HistoryPoint
from ahorrater.domain.decision import Reason
from dashboard.charts.common import DATASET
from dashboard.charts.parks import Quantity, Titles, Window, arrow_rows, rows, specification
from tests.unit.dashboard.world import decision

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
TITLES = Titles("Power", "Time", "Move", "Park")


def history(*seconds: int, step_s: int = 2) -> History:
    points = tuple(
        HistoryPoint(at=NOON + timedelta(seconds=s), power_w=10.0 + s, voltage_v=18.0, current_a=0.5, readings=1)
        for s in seconds
    )
    return History(node="sol-1", since=NOON, until=NOON + timedelta(minutes=5), step_s=step_s, points=points)


def test_a_curve_is_a_row_for_each_point() -> None:
    found = rows([history(0, 2)], [], NOON)
    assert [(row["at_ms"] - NOON_MS, row["node"], row["power_w"]) for row in found] == [
        (0, "sol-1", 10.0),
        (2000, "sol-1", 12.0),
    ]


@pytest.mark.parametrize(
    ("step_s", "gap_s", "broken"), [(2, 15, False), (2, 16, True), (20, 60, False), (20, 61, True)]
)
def test_a_curve_breaks_where_readings_are_missing(step_s: int, gap_s: int, broken: bool) -> None:
    powers = [row["power_w"] for row in rows([history(0, gap_s, step_s=step_s)], [], NOON)]
    assert powers == ([10.0, None, 10.0 + gap_s] if broken else [10.0, 10.0 + gap_s])


def test_moves_in_the_window_are_marked() -> None:
    inside = decision("sol-2", "sol-1").model_copy(update={"decided_at": NOON + timedelta(seconds=1)})
    before = decision("sol-1", None).model_copy(update={"decided_at": NOON - timedelta(seconds=1)})
    found = rows([], [inside, before], NOON)
    assert [(row["at_ms"] - NOON_MS, row["move"], row["node"]) for row in found] == [(1000, "sol-1 → sol-2", None)]


def test_the_first_choice_comes_from_nowhere() -> None:
    first = decision("sol-2", None, Reason.FIRST_CHOICE)
    assert [row["move"] for row in rows([], [first], NOON)] == ["∅ → sol-2"]


def test_arrow_carries_the_same_rows() -> None:
    histories, moves = [history(0, 2, 40)], [decision()]
    table = pa.ipc.open_stream(arrow_rows(histories, moves, NOON)).read_all()
    assert table.to_pylist() == rows(histories, moves, NOON)


def test_arrow_of_nothing_has_its_columns() -> None:
    table = pa.ipc.open_stream(arrow_rows([], [], NOON)).read_all()
    assert (table.num_rows, "power_w" in table.column_names) == (0, True)


@pytest.mark.parametrize("quantity", Quantity)
def test_specification_draws_the_quantity_and_its_unit(quantity: Quantity) -> None:
    text = json.dumps(specification(("sol-1",), quantity, TITLES))
    assert f'"{quantity.value}"' in text
    assert f"Power ({quantity.unit})" in text
    assert f'"name": "{DATASET}"' in text


def test_specification_is_built_once() -> None:
    assert specification(("a",), Quantity.POWER, TITLES) is specification(("a",), Quantity.POWER, TITLES)


def test_a_park_is_told_by_dashes_as_well_as_colour() -> None:
    parks = tuple(f"sol-{place}" for place in range(12))
    layers = specification(parks, Quantity.POWER, TITLES)["layer"]
    assert isinstance(layers, list)
    encoding = layers[2]["encoding"]
    looks = list(zip(encoding["color"]["scale"]["range"], encoding["strokeDash"]["scale"]["range"], strict=True))
    assert encoding["color"]["scale"]["domain"] == list(parks)
    assert len({dashes for _, dashes in looks[:4]}) == 4
    assert len(looks) == 12


def test_steps_keep_their_edges() -> None:
    window = Window.FIFTEEN_MINUTES
    assert window.until(NOON + timedelta(seconds=1)) == NOON + timedelta(seconds=5)
    assert window.until(NOON + timedelta(seconds=4.9)) == NOON + timedelta(seconds=5)
    assert window.until(NOON + timedelta(seconds=5)) == NOON + timedelta(seconds=10)
