"""cluster-query: the nodes, what runs on them and what they use."""

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.answers import NodeInfo, NodeMetrics, PodInfo, SunnyNode


class ClusterClient:
    """Reads only. Every method raises Away where cluster-query does not answer."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def sunny(self) -> SunnyNode:
        """The node that carries the label, and those that share its work."""
        return self._function.get("/rest/getSunnyNode", SunnyNode)

    def nodes(self) -> tuple[NodeInfo, ...]:
        """Every node."""
        return self._function.get("/rest/listNodes", tuple[NodeInfo, ...])

    def pods(self) -> tuple[PodInfo, ...]:
        """Every pod and its node."""
        return self._function.get("/rest/getNodePod", tuple[PodInfo, ...])

    def metrics(self) -> tuple[NodeMetrics, ...]:
        """What each node uses."""
        return self._function.get("/rest/getMetricsNodes", tuple[NodeMetrics, ...])
