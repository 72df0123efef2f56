from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.contracts.answers import MoveEntry, NodeInfo
from ahorrater.contracts.events import PendingMove
from ahorrater.domain.decision import MoveKind
from dashboard.story import arrival, decision_behind, destination, progress, seconds_left, work_by_node
from tests.unit.dashboard.world import decision, move, pod

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
NEWEST = decision("sol-2", "sol-1")
CHOICES = (NEWEST, decision("sol-1", "sol-3"))


@pytest.mark.parametrize(
    ("label_on", "choices", "came_by", "goes_to"),
    [
        ("sol-2", CHOICES, NEWEST, None),
        ("sol-1", CHOICES, None, "sol-2"),
        ("sol-1", (decision("sol-2", "sol-1", applied_at=NOON),), None, None),
        ("sol-1", (), None, None),
    ],
)
def test_the_label_and_the_newest_choice(label_on: str, choices: tuple, came_by: object, goes_to: str | None) -> None:
    assert arrival(label_on, choices) == came_by
    assert destination(label_on, choices) == goes_to


@pytest.mark.parametrize(
    ("entry", "behind"),
    [(move("sol-2"), NEWEST), (move("sol-1"), CHOICES[1]), (move("sol-3"), None), (move("sol-2", epoch=6), None)],
)
def test_a_move_by_hand_has_no_decision_behind_it(entry: MoveEntry, behind: object) -> None:
    assert decision_behind(entry, CHOICES) == behind


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
