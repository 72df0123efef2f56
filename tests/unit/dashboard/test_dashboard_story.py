from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.contracts.answers import NodeInfo
from ahorrater.contracts.events import PendingMove
from ahorrater.domain.decision import MoveKind
from dashboard.story import arrival, destination, progress, seconds_left, work_by_node
from tests.unit.dashboard.world import decision, pod

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
NEWEST = decision("sol-2", "sol-1")
MOVES = (NEWEST, decision("sol-1", "sol-3"))


@pytest.mark.parametrize(
    ("label_on", "moves", "came_by", "goes_to"),
    [
        ("sol-2", MOVES, NEWEST, None),
        ("sol-1", MOVES, None, "sol-2"),
        ("sol-1", (), None, None),
    ],
)
def test_the_label_and_the_newest_move(label_on: str, moves: tuple, came_by: object, goes_to: str | None) -> None:
    assert arrival(label_on, moves) == came_by
    assert destination(label_on, moves) == goes_to


@pytest.mark.parametrize(
    ("after_s", "left_s", "share"), [(-5, 125, 0.0), (0, 120, 0.0), (30, 90, 0.25), (120, 0, 1.0), (300, 0, 1.0)]
)
def test_countdown(after_s: float, left_s: float, share: float) -> None:
    move = PendingMove(node="sol-3", kind=MoveKind.BETTER, since=NOON, fires_at=NOON + timedelta(seconds=120))
    now = NOON + timedelta(seconds=after_s)
    assert (seconds_left(move, now), progress(move, now)) == (left_s, share)


def test_a_wait_of_no_length_is_over() -> None:
    move = PendingMove(node="sol-3", kind=MoveKind.FAILING, since=NOON, fires_at=NOON)
    assert progress(move, NOON) == 1.0


def test_work_by_node() -> None:
    nodes = [NodeInfo(name=name, ready=True, sunny=False, roles=(), schedulable=True) for name in ("b", "a")]
    pods = [pod("p1", "b"), pod("p2", "b", follows_sun=False), pod("p3", None), pod("p4", "unlisted")]
    found = [
        (work.node, [follower.name for follower in work.followers], work.others, work.info is not None)
        for work in work_by_node(nodes, pods)
    ]
    assert found == [
        ("a", [], 0, True),
        ("b", ["p1"], 1, True),
        ("unlisted", ["p4"], 0, False),
        (None, ["p3"], 0, False),
    ]
