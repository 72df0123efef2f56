"""relabel: labels the chosen node and brings the workloads there. Wiring only."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.functions import Function
from ahorrater.adapters.kubernetes.cluster import KubernetesCluster
from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.control import ConfigMapControl
from ahorrater.adapters.kubernetes.fence import ConfigMapFence
from ahorrater.adapters.kubernetes.settings import KubernetesSettings
from ahorrater.adapters.observers.moves import MoveObserver
from ahorrater.adapters.relabel import hearings, operations
from ahorrater.services.relabel.control import RelabelControl
from ahorrater.services.relabel.decisions import Relabel
from ahorrater.services.relabel.manual import ManualRelabel
from ahorrater.services.relabel.settings import RelabelSettings

THREADS = 4
"""A decision need not wait for a tick that watches pods: the fence keeps them apart."""
KEEP_S = 0.5
"""So long the control is told again: however many ask, the cluster is asked twice a second."""

kubernetes = KubernetesSettings()
connection = Connection(kubernetes)
cluster = KubernetesCluster(connection, kubernetes.namespaces)
fence = ConfigMapFence(connection, kubernetes.relabel_namespace)
store = ConfigMapControl(connection, kubernetes.relabel_namespace)
settings = RelabelSettings()
control = RelabelControl(store, fence, settings.relabel_mode, utc_now)
relabel = Relabel(cluster, fence, control, settings, utc_now)
manual = ManualRelabel(cluster, fence, control, settings, utc_now)

function = Function(
    "relabel",
    hearings(relabel),
    operations(manual, control),
    threads=THREADS,
    observers=[MoveObserver()],
    keep_s=KEEP_S,
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
