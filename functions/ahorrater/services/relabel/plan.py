"""What a move would be: who takes part, and why it cannot be at all. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorrater.contracts.events import FailureReason
from ahorrater.domain.cluster import Node, Workload
from ahorrater.domain.moves import needed_room
from ahorrater.domain.room import shortage, total
from ahorrater.domain.sunny import Obstacle, obstacle
from ahorrater.services.relabel.parts import awaited, plan_part
from ahorrater.services.relabel.ports import Cluster
from ahorrater.services.relabel.state import Failure, Part, RelabelState


@dataclass(frozen=True, slots=True)
class Plan:
    """The workloads as they were seen, their parts, and the failure that the move would be."""

    workloads: Sequence[Workload] = ()
    parts: tuple[Part, ...] = ()
    failure: Failure | None = None


def plan_move(cluster: Cluster, nodes: Sequence[Node], state: RelabelState) -> Plan:
    """The plan of the move that `state` describes. The node must be able to take pods, and have room for these."""
    in_the_way = obstacle(nodes, state.node)
    if in_the_way is not None:
        sentence = words_for(in_the_way, state.node)
        return Plan(failure=Failure(reason=FailureReason(in_the_way), sentence=sentence, undo=False))
    workloads = cluster.workloads()
    parts = tuple(plan_part(workload, state) for workload in workloads)
    moving = awaited(workloads, state.changed(parts=parts))
    missing = _missing_room(cluster, [node for node in nodes if node.name in state.targets], moving)
    if missing is None:
        return Plan(workloads, parts)
    sentence = f"{', '.join(state.targets)} lacks room for the workloads: {missing}"
    return Plan(workloads, parts, Failure(reason=FailureReason.NO_ROOM, sentence=sentence, undo=False))


def words_for(in_the_way: Obstacle, node: str) -> str:
    """What is in the way, for people."""
    if in_the_way is Obstacle.NOT_FOUND:
        return f"{node} is not a node of this cluster"
    return f"{node} is not Ready, or takes no pods (cordoned)"


def _missing_room(cluster: Cluster, targets: Sequence[Node], moving: Sequence[Workload]) -> str | None:
    rooms = [node.allocatable for node in targets if node.allocatable is not None]
    if len(rooms) < len(targets) or not moving:
        return None
    free = total(rooms) - total(cluster.occupied(node.name) for node in targets)
    return shortage(needed_room(moving, [node.name for node in targets]), free)
