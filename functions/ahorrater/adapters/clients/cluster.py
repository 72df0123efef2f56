"""cluster-query, as other functions ask it."""

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.answers import NodeInfo, NodeMetrics, SunnyNode


class ClusterClient:
    """Nodes and what they use. Every method raises Away where cluster-query does not answer."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def sunny(self) -> str | None:
        """The node that carries the label."""
        found: SunnyNode = self._function.get("/rest/getSunnyNode", SunnyNode)
        return found.node

    def nodes(self) -> list[NodeInfo]:
        """Every node."""
        found: list[NodeInfo] = self._function.get("/rest/listNodes", list[NodeInfo])
        return found

    def metrics(self) -> list[NodeMetrics]:
        """What each node uses."""
        found: list[NodeMetrics] = self._function.get("/rest/getMetricsNodes", list[NodeMetrics])
        return found
