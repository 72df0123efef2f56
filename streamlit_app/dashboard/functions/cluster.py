"""cluster-query: the nodes, what runs on them and what they use."""

from pydantic import TypeAdapter

from ahorrater.contracts.answers import NodeInfo, NodeMetrics, PodInfo, SunnyNode
from dashboard.client import Answer, Away, FunctionClient

_SUNNY = TypeAdapter(SunnyNode)
_NODES = TypeAdapter(tuple[NodeInfo, ...])
_PODS = TypeAdapter(tuple[PodInfo, ...])
_METRICS = TypeAdapter(tuple[NodeMetrics, ...])


class ClusterQuery:
    """Reads only."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def sunny_node(self) -> Answer[SunnyNode] | Away:
        """The node that carries the label."""
        return self._function.get("/rest/getSunnyNode", _SUNNY)

    def nodes(self) -> Answer[tuple[NodeInfo, ...]] | Away:
        """Every node."""
        return self._function.get("/rest/listNodes", _NODES)

    def pods(self) -> Answer[tuple[PodInfo, ...]] | Away:
        """Every pod and its node."""
        return self._function.get("/rest/getNodePod", _PODS)

    def metrics(self) -> Answer[tuple[NodeMetrics, ...]] | Away:
        """What each node uses."""
        return self._function.get("/rest/getMetricsNodes", _METRICS)
