"""cluster-query: nodes, the sunny one, pods and what nodes use."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ahorrater.contracts.answers import NodeInfo, NodeMetrics, PodInfo, SunnyNode
from ahorrater.contracts.errors import NotFound
from ahorrater.domain.cluster import Node
from ahorrater.domain.sunny import find, further_nodes, sunny_node
from ahorrater.services.cluster.recent import Recent


class ClusterReader(Protocol):
    """What is read of a cluster. Every method may raise RetryLater."""

    def nodes(self) -> Sequence[Node]:
        """All nodes."""

    def pods(self) -> Sequence[PodInfo]:
        """All pods."""

    def metrics(self) -> Sequence[NodeMetrics]:
        """What nodes use."""


class ClusterQuery:
    """The answers, each at most `ttl_s` old."""

    def __init__(self, reader: ClusterReader, ttl_s: float, monotonic: Callable[[], float]) -> None:
        self._nodes = Recent(reader.nodes, ttl_s, monotonic)
        self._pods = Recent(reader.pods, ttl_s, monotonic)
        self._metrics = Recent(reader.metrics, ttl_s, monotonic)

    def nodes(self) -> list[NodeInfo]:
        """All nodes, by name."""
        return sorted(map(_node_info, self._nodes.get()), key=lambda node: node.name)

    def sunny(self) -> SunnyNode:
        """The sunny node. For a moment of each move two carry the label: the one labelled last is the answer."""
        nodes = self._nodes.get()
        return SunnyNode(node=sunny_node(nodes), also=tuple(further_nodes(nodes)))

    def pods(self, namespace: str | None, node: str | None) -> list[PodInfo]:
        """The pods of a namespace, of a node, or all. Raises NotFound for a node that is not there."""
        if node is not None and find(self._nodes.get(), node) is None:
            raise NotFound(f"{node} is not a node of this cluster")
        return [pod for pod in self._pods.get() if namespace in {None, pod.namespace} and node in {None, pod.node}]

    def metrics(self) -> list[NodeMetrics]:
        """What each node uses, by name."""
        return sorted(self._metrics.get(), key=lambda metrics: metrics.node)


def _node_info(node: Node) -> NodeInfo:
    return NodeInfo(name=node.name, ready=node.ready, sunny=node.sunny, roles=node.roles, schedulable=node.schedulable)
