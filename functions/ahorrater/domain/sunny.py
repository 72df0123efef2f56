"""Which label writes bring the sunny label where it belongs, in which order. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ahorrater.domain.cluster import SUNNY, Node


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


def plan_labels(nodes: Sequence[Node], sunny: str | None, mark: str) -> tuple[LabelWrite, ...]:
    """The writes after which `sunny` alone carries the label: it gets it first, then the others lose it.

    The mark is written even where the label is there already: it changes the node's version, so that a write that was
    planned under an older decision fails. Nothing is written when `sunny` is not in the cluster: no node would be left.
    """
    target = find(nodes, sunny)
    if target is None:
        return ()
    give = () if (target.label, target.mark) == (SUNNY, mark) else (MakeSunny(target, mark),)
    take = tuple(MakePlain(node) for node in nodes if node is not target and node.label is not None)
    return give + take


def plan_repair(nodes: Sequence[Node], sunny: str | None, mark: str) -> tuple[LabelWrite, ...]:
    """The writes that mend what somebody else did to the labels while no move was under way.

    One sunny node, whichever it is, is somebody's will and stays. None, or several, become `sunny`; should that node
    be gone, the one of several that was labelled last.
    """
    carriers = [node for node in nodes if node.sunny]
    if len(carriers) == 1:
        return ()
    if find(nodes, sunny) is not None:
        return plan_labels(nodes, sunny, mark)
    kept = newest(carriers)
    return plan_labels(nodes, kept.name, kept.mark or mark) if kept else ()


def newest(nodes: Iterable[Node]) -> Node | None:
    """The node that was made sunny last, by its mark; the first by name among equals."""
    return max(sorted(nodes, key=lambda node: node.name), key=lambda node: _order(node.mark), default=None)


def sunny_node(nodes: Iterable[Node]) -> str | None:
    """The sunny node's name. For a moment of each move two carry the label: the newer counts."""
    found = newest(node for node in nodes if node.sunny)
    return found.name if found else None


def labels(nodes: Iterable[Node]) -> dict[str, str | None]:
    """Each node's value of the label."""
    return {node.name: node.label for node in nodes}


def labels_after(nodes: Iterable[Node], writes: Iterable[LabelWrite]) -> dict[str, str | None]:
    """The labels once the writes are done."""
    changed = {write.node.name: SUNNY if isinstance(write, MakeSunny) else None for write in writes}
    return {**labels(nodes), **changed}


def labels_with(nodes: Iterable[Node], sunny: str | None) -> dict[str, str | None]:
    """The labels once `sunny` alone carries it."""
    return {node.name: SUNNY if node.name == sunny else None for node in nodes}


def _order(mark: str | None) -> tuple[int, ...]:
    parts = (mark or "").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
