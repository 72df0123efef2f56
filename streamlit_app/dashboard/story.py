"""The sun's story: why the sunny node is sunny, and what comes next. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from ahorrater.contracts.answers import DecisionEntry, NodeInfo, PodInfo
from ahorrater.contracts.events import PendingMove
from ahorrater.domain.decision import Reason


def arrival(node: str, moves: Sequence[DecisionEntry]) -> DecisionEntry | None:
    """The move that brought the work to `node`; None if the newest move went elsewhere. `moves`: newest first."""
    return moves[0] if moves and moves[0].chosen == node else None


def destination(node: str, moves: Sequence[DecisionEntry]) -> str | None:
    """Where the newest move goes, while the label is still on `node`."""
    return moves[0].chosen if moves and moves[0].chosen != node else None


def seconds_left(pending: PendingMove, now: datetime) -> float:
    """How long until the pending move, never below zero."""
    return max(0.0, (pending.fires_at - now).total_seconds())


def progress(pending: PendingMove, now: datetime) -> float:
    """How much of the wait is over, 0..1."""
    whole_s = (pending.fires_at - pending.since).total_seconds()
    return 1.0 if whole_s <= 0 else min(1.0, max(0.0, (now - pending.since).total_seconds() / whole_s))


@dataclass(frozen=True, slots=True)
class NodeWork:
    """What runs on one node: the pods that follow the sun, and how many others there are."""

    node: str | None
    info: NodeInfo | None
    followers: tuple[PodInfo, ...]
    others: int


def work_by_node(nodes: Iterable[NodeInfo], pods: Iterable[PodInfo]) -> list[NodeWork]:
    """The nodes by name with their pods, and last the pods that no node has."""
    known = {info.name: info for info in nodes}
    followers: dict[str | None, list[PodInfo]] = {}
    others: Counter[str | None] = Counter()
    for pod in pods:
        if pod.follows_sun:
            followers.setdefault(pod.node, []).append(pod)
        else:
            others[pod.node] += 1
    everywhere = {*known, *followers, *others}
    return [
        NodeWork(node, known.get(node or ""), tuple(followers.get(node, ())), others[node])
        for node in sorted(everywhere, key=lambda node: (node is None, node or ""))
    ]


class Fate(Enum):
    """What became of a move. Elsewhere: the label is not there: not yet, or because people moved it."""

    ELSEWHERE = auto()
    HERE = auto()
    LEFT = auto()
    UNDONE = auto()


@dataclass(frozen=True, slots=True)
class MoveStory:
    """A move, what became of it, and how long it has been under way, or the work was there, s."""

    entry: DecisionEntry
    fate: Fate
    lasted_s: float


def stories(moves: Sequence[DecisionEntry], label_on: str | None, now: datetime) -> list[MoveStory]:
    """The moves, newest first as they come, each judged by the one after it; the newest by where the label is."""
    found: list[MoveStory] = []
    until = now
    for move, after in zip(moves, [None, *moves], strict=False):
        if after is None:
            fate = Fate.HERE if move.chosen == label_on else Fate.ELSEWHERE
        else:
            fate = Fate.UNDONE if after.reason is Reason.MOVE_FAILED else Fate.LEFT
        found.append(MoveStory(move, fate, (until - move.decided_at).total_seconds()))
        until = move.decided_at
    return found
