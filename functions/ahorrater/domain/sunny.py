"""Which label writes bring the sunny label where it belongs, in which order. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ahorrater.domain.cluster import SUNNY, Node

_FURTHER = " further"
"""Ends the mark of a node that is sunny beside the best one."""


@dataclass(frozen=True, slots=True)
class MakeSunny:
    """Give `node` the label, and the mark of who did."""

    node: Node
    mark: str


@dataclass(frozen=True, slots=True)
class MakePlain:
    """Take the label and the mark from `node`."""

    node: Node


LabelWrite = MakeSunny | MakePlain


class Obstacle(StrEnum):
    """Why a node cannot become the sunny one."""

    NOT_FOUND = "node-not-found"
    NOT_READY = "node-not-ready"


def obstacle(nodes: Iterable[Node], name: str) -> Obstacle | None:
    """What keeps the node `name` from taking pods; None when nothing does."""
    node = find(nodes, name)
    if node is None:
        return Obstacle.NOT_FOUND
    return None if node.ready and node.schedulable else Obstacle.NOT_READY


def taking_pods(nodes: Sequence[Node], names: Iterable[str]) -> tuple[str, ...]:
    """Those that nothing keeps from taking pods."""
    return tuple(name for name in names if obstacle(nodes, name) is None)


def gone_or_silent(nodes: Iterable[Node], name: str, since: datetime) -> Obstacle | None:
    """Whether the node is not in the cluster any more, or has not been Ready since that moment; None when it is well.

    A cordon is no reason: what runs there may stay.
    """
    node = find(nodes, name)
    if node is None:
        return Obstacle.NOT_FOUND
    is_silent = not node.ready and node.ready_changed_at is not None and node.ready_changed_at <= since
    return Obstacle.NOT_READY if is_silent else None


def find(nodes: Iterable[Node], name: str | None) -> Node | None:
    """The node of that name, if it is there."""
    return next((node for node in nodes if node.name == name), None)


def plan_labels(nodes: Sequence[Node], sunny: Sequence[str], mark: str) -> tuple[LabelWrite, ...]:
    """The writes after which `sunny`, best first, alone carry the label: they get it first, then the others lose it.

    The mark is written even where the label is there already: it changes the node's version, so that a write that was
    planned under an older decision fails. Nothing is written when none of `sunny` is in the cluster: no node would be
    left.
    """
    marks = {name: mark if name == sunny[0] else f"{mark}{_FURTHER}" for name in sunny}
    given = [node for name in sunny for node in nodes if node.name == name]
    if not given:
        return ()
    give = tuple(
        MakeSunny(node, marks[node.name]) for node in given if (node.label, node.mark) != (SUNNY, marks[node.name])
    )
    take = tuple(MakePlain(node) for node in nodes if node.name not in marks and node.label is not None)
    return give + take


def plan_repair(nodes: Sequence[Node], sunny: Sequence[str], mark: str) -> tuple[LabelWrite, ...]:
    """The writes that mend what somebody else did to the labels while no move was under way.

    Where one node should be sunny, one that is, whichever it is, is somebody's will and stays. Anything else becomes
    `sunny`; should none of those be there, the one of several that was labelled last.
    """
    carriers, is_there = [node for node in nodes if node.sunny], any(find(nodes, name) for name in sunny)
    if len(carriers) == 1 and not (is_there and len(sunny) > 1):
        return ()
    if is_there:
        return plan_labels(nodes, sunny, mark)
    kept = newest(carriers)
    return plan_labels(nodes, [kept.name], kept.mark or mark) if kept else ()


def newest(nodes: Iterable[Node]) -> Node | None:
    """The node that was made sunny last, by its mark; the first by name among equals."""
    return max(sorted(nodes, key=lambda node: node.name), key=lambda node: _order(node.mark), default=None)


def sunny_node(nodes: Iterable[Node]) -> str | None:
    """The sunny node's name, of several the best's. For a moment of each move an older one carries the label, too."""
    found = newest(node for node in nodes if node.sunny)
    return found.name if found else None


def further_nodes(nodes: Iterable[Node]) -> list[str]:
    """The names of the nodes that are sunny beside the best one."""
    return sorted(node.name for node in nodes if node.sunny and (node.mark or "").endswith(_FURTHER))


def labels(nodes: Iterable[Node]) -> dict[str, str | None]:
    """Each node's value of the label."""
    return {node.name: node.label for node in nodes}


def labels_after(nodes: Iterable[Node], writes: Iterable[LabelWrite]) -> dict[str, str | None]:
    """The labels once the writes are done."""
    changed = {write.node.name: SUNNY if isinstance(write, MakeSunny) else None for write in writes}
    return {**labels(nodes), **changed}


def labels_with(nodes: Iterable[Node], sunny: Collection[str]) -> dict[str, str | None]:
    """The labels once `sunny` alone carry it."""
    return {node.name: SUNNY if node.name in sunny else None for node in nodes}


def _order(mark: str | None) -> tuple[int, ...]:
    parts = (mark or "").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
