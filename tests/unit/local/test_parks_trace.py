"""Replay of measured data."""

import gzip
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from infra.local.parks.samples import Sample
from infra.local.parks.trace import Trace, TraceError, read_trace

SOLAR = Path(__file__).resolve().parents[4] / "shared" / "data" / "solar"
CSV = """timestamp,north,south,west
2026-06-01T10:00:00Z,100,,1
2026-06-01T10:00:05Z,200,50,2
2026-06-01T10:00:10Z,-3,25,4
"""


def replay(tmp_path: Path, nodes: list[str], columns: list[str], text: str = CSV, repeat: bool = False) -> list[Sample]:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    trace = Trace(read_trace(path, nodes, columns, None), peak_power_w=60, speed=5, repeat=repeat)
    return list(islice(trace.samples(), 5))


def test_each_columns_peak_is_the_panels_and_unknown_is_left_out(tmp_path: Path) -> None:
    assert replay(tmp_path, ["n1", "n2"], []) == [
        Sample(0, {"n1": 30}),
        Sample(1, {"n1": 60, "n2": 60}),
        Sample(2, {"n1": 0, "n2": 30}),
    ]


def test_columns_are_given_to_the_nodes_in_order(tmp_path: Path) -> None:
    assert replay(tmp_path, ["n1", "n2"], ["west", "north"])[0] == Sample(0, {"n1": 15, "n2": 30})


def test_it_starts_again_at_its_end(tmp_path: Path) -> None:
    assert [sample.due_s for sample in replay(tmp_path, ["n1"], [], repeat=True)] == [0, 1, 2, 3, 4]


def test_it_can_start_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode()))
    start = datetime(2026, 6, 1, 10, 0, 5, tzinfo=UTC)
    assert next(row.at for row in read_trace(path, ["n1"], [], start)) == start


@pytest.mark.parametrize(
    ("text", "nodes", "columns", "why"),
    [
        ("", ["n1"], [], "needs a first line"),
        ("timestamp\n", ["n1"], [], "needs a first line"),
        ("timestamp,a\n", ["n1"], [], "no rows"),
        (CSV, ["n1"], ["east"], "no column east; it has north, south, west"),
        (CSV, ["n1"], ["north", "south"], "at most one a node"),
        ("timestamp,a\nyesterday,1\n", ["n1"], [], "line 2"),
        ("timestamp,a\n2026-06-01T10:00:00,1\n", ["n1"], [], "offset"),
        ("timestamp,a\n2026-06-01T10:00:00Z,sun\n", ["n1"], [], "line 2"),
    ],
)
def test_a_wrong_trace_is_said(tmp_path: Path, text: str, nodes: list[str], columns: list[str], why: str) -> None:
    with pytest.raises(TraceError, match=why):
        replay(tmp_path, nodes, columns, text)


def test_a_missing_trace_is_said(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path / "none.csv", ["n1"], [], None)


@pytest.mark.parametrize(
    ("name", "rows"), [("hope_melpitz_1s_2013-09-08.csv.gz", 3_601), ("madrid_upm_5min_2015_2016.csv.gz", 104_508)]
)
def test_the_measured_data_can_be_replayed(name: str, rows: int) -> None:
    if not (SOLAR / name).exists():
        pytest.skip(
            f"the measured data are not on this machine: {name} belongs into {SOLAR.name}/ beside the repository"
        )
    trace = read_trace(SOLAR / name, ["n1", "n2", "n3"], [], None)
    assert len(trace) == rows
    powers = [power for sample in Trace(trace, 60, 1, repeat=False).samples() for power in sample.power_w.values()]
    assert (min(powers), max(powers)) == (0 if "madrid" in name else min(powers), pytest.approx(60))
