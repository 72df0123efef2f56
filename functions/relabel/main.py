"""relabel: labels the chosen node and brings the workloads there. Wiring only."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.functions import Emit, Event, Function, Operation, Params, data_of
from ahorrater.adapters.kubernetes.cluster import KubernetesCluster
from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.fence import ConfigMapFence
from ahorrater.adapters.kubernetes.settings import KubernetesSettings
from ahorrater.contracts.base import NodeName
from ahorrater.contracts.events import ClockTick, NodeChosen
from ahorrater.services.relabel.decisions import Relabel
from ahorrater.services.relabel.manual import ManualChange, ManualRelabel
from ahorrater.services.relabel.ports import Reply
from ahorrater.services.relabel.settings import RelabelSettings

THREADS = 4
"""A decision need not wait for a tick that watches pods: the fence keeps them apart."""


class NodeParams(Params):
    """The node that people name."""

    nodo: NodeName


kubernetes = KubernetesSettings()
connection = Connection(kubernetes)
cluster = KubernetesCluster(connection, kubernetes.namespaces)
fence = ConfigMapFence(connection, kubernetes.relabel_namespace)
settings = RelabelSettings()
relabel = Relabel(cluster, fence, settings, utc_now)
manual = ManualRelabel(cluster, fence, settings, utc_now)


def node_chosen(event: Event) -> Emit | None:
    """A decision."""
    return _emit(relabel.chosen(data_of(event, NodeChosen), event.identity))


def clock_tick(event: Event) -> Emit | None:
    """Time that passes."""
    return _emit(relabel.tick(event.identity))


def update_pods_sun(params: NodeParams) -> ManualChange:
    """POST /rest/updatePodsSun/{nodo}."""
    return manual.update_pods_sun(params.nodo)


def label_node(params: NodeParams) -> ManualChange:
    """POST /rest/labelNode/{nodo}."""
    return manual.label_node(params.nodo)


def unlabel_nodes(_params: Params) -> ManualChange:
    """POST /rest/unlabelNodes."""
    return manual.unlabel_nodes()


def _emit(reply: Reply | None) -> Emit | None:
    return None if reply is None else Emit(reply.data, reply.id)


function = Function(
    "relabel",
    {NodeChosen.TYPE: node_chosen, ClockTick.TYPE: clock_tick},
    [
        Operation(
            "POST",
            "/rest/updatePodsSun/{nodo}",
            "Labels the node, takes the label from the others and moves the workloads there.",
            update_pods_sun,
            ManualChange,
            NodeParams,
            problems=(404, 422, 503),
            guarded=True,
        ),
        Operation(
            "POST",
            "/rest/labelNode/{nodo}",
            "Labels the node and takes the label from the others; moves nothing.",
            label_node,
            ManualChange,
            NodeParams,
            problems=(404, 422, 503),
            guarded=True,
        ),
        Operation(
            "POST",
            "/rest/unlabelNodes",
            "Takes the label from all nodes; the next tick or decision labels one again.",
            unlabel_nodes,
            ManualChange,
            problems=(503,),
            guarded=True,
        ),
    ],
    threads=THREADS,
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
