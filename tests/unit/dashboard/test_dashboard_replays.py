import gzip

import pytest

from ahorrater.contracts.backtest import MAX_CSV_CHARACTERS
from dashboard.replays import Scored, TraceFileError, frontier, scored, text_of
from tests.unit.dashboard.world import backtest_lines


def plan(name: str, moves: float, net_wh: float) -> Scored:
    return Scored(name, net_wh, net_wh, moves, net_wh / 100)


@pytest.mark.parametrize(
    ("plans", "best"),
    [
        ([("a", 0, 60), ("b", 5, 80), ("c", 9, 90)], "abc"),
        ([("a", 0, 60), ("b", 5, 60), ("c", 9, 90)], "ac"),
        ([("a", 0, 60), ("b", 5, 80), ("c", 9, 79)], "ab"),
        ([("a", 3, 60), ("b", 3, 60)], "ab"),
        ([("optimum", 3, 99), ("b", 5, 80)], "b"),
    ],
)
def test_the_frontier_is_what_nobody_beats_in_both(plans: list[tuple[str, float, float]], best: str) -> None:
    found = frontier([plan(*one) for one in plans])
    assert [one.name for one in found] == list(best)


def test_nothing_is_compared_before_the_best_plan_is_known() -> None:
    outcomes = backtest_lines()[1:]
    assert scored(outcomes[:-1]) == []
    assert [one.name for one in scored(outcomes)] == ["stay-put", "calm", "optimum"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"timestamp,a\n"),
        ("a.csv", "\ufefftimestamp,a\n".encode()),
        ("a.csv.gz", gzip.compress(b"timestamp,a\n")),
    ],
)
def test_a_trace_is_text_packed_or_not(name: str, content: bytes) -> None:
    assert text_of(name, content) == "timestamp,a\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", b"no gzip"),
        ("a.csv.gz", gzip.compress(b"timestamp,a\n")[:-4]),
        ("a.csv", b"\xff\xfe"),
        ("a.csv", b"1" * (MAX_CSV_CHARACTERS + 1)),
        ("bomb.csv.gz", gzip.compress(b"1" * (MAX_CSV_CHARACTERS + 1))),
    ],
)
def test_what_is_no_trace_is_told(name: str, content: bytes) -> None:
    with pytest.raises(TraceFileError):
        text_of(name, content)
