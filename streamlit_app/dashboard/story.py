"""The sun's story: why the sunny node is sunny, and what comes next. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorrater.contracts.answers import DecisionEntry, MoveEntry, NodeInfo, PodInfo
from ahorrater.contracts.events import PendingMove


def arrival(node: str, choices: Sequence[DecisionEntry]) -> DecisionEntry | None:
    """The choice of `node`; None if the newest choice is another node. `choices`: newest first."""
    return choices[0] if choices and choices[0].chosen == node else None


def destination(node: str, choices: Sequence[DecisionEntry]) -> str | None:
    """The node that was chosen last, while the label is still on `node`; None where people have put it there since."""
    return next((one.chosen for one in choices[:1] if one.chosen != node and one.applied_at is None), None)


def decision_behind(move: MoveEntry, choices: Sequence[DecisionEntry]) -> DecisionEntry | None:
    """The choice that a move followed; None where people moved the work by hand, or the choice is too long ago."""
    return next((one for one in choices if (one.epoch, one.chosen) == (move.epoch, move.node)), None)


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
