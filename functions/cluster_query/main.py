"""cluster-query: the nodes, the sunny one, the pods and what nodes use. Wiring only."""

import time
from typing import Annotated

import functions_framework.aio
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.functions import Function, Operation, Params
from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.reader import KubernetesReader
from ahorrater.adapters.kubernetes.settings import KubernetesSettings
from ahorrater.contracts.answers import NodeInfo, NodeMetrics, PodInfo, SunnyNode
from ahorrater.contracts.base import NodeName
from ahorrater.services.cluster.query import ClusterQuery
from ahorrater.services.cluster.settings import ClusterQuerySettings

THREADS = 4
"""Questions that need the cluster at the same time: nodes, pods, metrics, and one to spare."""

Namespace = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
"""A namespace's name: a DNS label (RFC 1123)."""


class PodParams(Params):
    """Which pods: all, those of a namespace, those on a node."""

    namespace: Namespace | None = None
    node: NodeName | None = None


reader = KubernetesReader(Connection(KubernetesSettings()))
keep_s = ClusterQuerySettings().cluster_query_ttl_s / 2
query = ClusterQuery(reader, keep_s, time.monotonic)


def list_nodes(_params: Params) -> list[NodeInfo]:
    """GET /rest/listNodes."""
    return query.nodes()


def get_sunny_node(_params: Params) -> SunnyNode:
    """GET /rest/getSunnyNode."""
    return query.sunny()


def get_node_pod(params: PodParams) -> list[PodInfo]:
    """GET /rest/getNodePod."""
    return query.pods(params.namespace, params.node)


def get_metrics_nodes(_params: Params) -> list[NodeMetrics]:
    """GET /rest/getMetricsNodes."""
    return query.metrics()


function = Function(
    "cluster-query",
    operations=[
        Operation("GET", "/rest/listNodes", "The nodes of the cluster.", list_nodes, list[NodeInfo], problems=(503,)),
        Operation("GET", "/rest/getSunnyNode", "The sunny node.", get_sunny_node, SunnyNode, problems=(503,)),
        Operation(
            "GET",
            "/rest/getNodePod",
            "The pods and the nodes they run on.",
            get_node_pod,
            list[PodInfo],
            PodParams,
            problems=(404, 503),
        ),
        Operation(
            "GET",
            "/rest/getMetricsNodes",
            "What each node uses, beside what it has.",
            get_metrics_nodes,
            list[NodeMetrics],
            problems=(503,),
        ),
    ],
    threads=THREADS,
    keep_s=keep_s,
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
