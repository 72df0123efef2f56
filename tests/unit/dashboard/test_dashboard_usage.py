from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from ahorrater.contracts.answers import NodeMetrics
from dashboard.charts.usage import Resource, arrow_rows, specification
from dashboard.usage import SAMPLES, UsageHistory

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def sample(second: float, node: str = "sol-1", cores: float = 1.0) -> NodeMetrics:
    return NodeMetrics(
        node=node,
        at=NOON + timedelta(seconds=second),
        cpu_cores=cores,
        cpu_capacity_cores=4.0,
        memory_bytes=2,
        memory_capacity_bytes=8,
    )


def test_only_what_is_newer_is_remembered() -> None:
    history = UsageHistory()
    for second in (0, 0, 2, 1, 4):
        history.remember([sample(second), sample(second, "sol-2")])
    kept = history.since(NOON + timedelta(seconds=2))
    assert {node: [one.at.second for one in samples] for node, samples in kept.items()} == {
        "sol-1": [2, 4],
        "sol-2": [2, 4],
    }


def test_the_memory_is_bounded() -> None:
    history = UsageHistory()
    for second in range(SAMPLES + 5):
        history.remember([sample(second)])
    assert len(history.since(NOON)["sol-1"]) == SAMPLES


@pytest.mark.parametrize(
    ("resource", "capacity", "share"),
    [(Resource.CPU, 4.0, 0.25), (Resource.MEMORY, 4.0, 0.25), (Resource.CPU, 0.0, 0.0)],
)
def test_a_share_is_of_what_the_node_has(resource: Resource, capacity: float, share: float) -> None:
    assert resource.share(sample(0).model_copy(update={"cpu_capacity_cores": capacity})) == share


@pytest.mark.parametrize(("gap_s", "broken"), [(75, False), (76, True)])
def test_a_curve_breaks_where_nobody_looked(gap_s: int, broken: bool) -> None:
    table = pa.ipc.open_stream(arrow_rows({"sol-1": [sample(0), sample(gap_s)]})).read_all()
    assert table["cpu"].to_pylist() == ([0.25, None, 0.25] if broken else [0.25, 0.25])


def test_the_specification_is_built_once() -> None:
    assert specification(("a",), Resource.CPU, "CPU", "Node") is specification(("a",), Resource.CPU, "CPU", "Node")
