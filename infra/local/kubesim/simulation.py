"""The whole simulated cluster without HTTP: store, controllers, clock."""

from collections.abc import Iterable, Sequence

from infra.local.kubesim.cluster import Cluster, Delays
from infra.local.kubesim.control_plane import ControlPlane
from infra.local.kubesim.controllers.deployments import Deployments
from infra.local.kubesim.controllers.disruption_budgets import DisruptionBudgets
from infra.local.kubesim.controllers.garbage import NamespaceContents, OwnedObjects
from infra.local.kubesim.controllers.knative_revisions import KnativeRevisions
from infra.local.kubesim.controllers.knative_services import KnativeServices
from infra.local.kubesim.controllers.kubelet import Kubelet
from infra.local.kubesim.controllers.node_lifecycle import NODE_LEASES, Heartbeats, NodeLifecycle
from infra.local.kubesim.controllers.replica_sets import ReplicaSets
from infra.local.kubesim.controllers.scheduler import Scheduler
from infra.local.kubesim.controllers.stateful_sets import StatefulSets
from infra.local.kubesim.errors import bad_request
from infra.local.kubesim.events import EventRecorder
from infra.local.kubesim.identifiers import Identifiers
from infra.local.kubesim.nodes import new_node, ready_condition
from infra.local.kubesim.objects import KubeObject, with_condition
from infra.local.kubesim.registry import Registry
from infra.local.kubesim.resources import NAMESPACES, NODES, resource_of_kind
from infra.local.kubesim.shapes import check_object
from infra.local.kubesim.store import Store
from infra.local.kubesim.timers import Timers

DEFAULT_NODES = ("tfgrj1", "tfgrj2", "tfgrj3")
_NAMESPACES = ("default", "kube-system", NODE_LEASES, "ahorrater")


class Simulation:
    """A cluster of simulated nodes; of several, the first is the control plane."""

    def __init__(
        self,
        timers: Timers,
        nodes: Sequence[str] = DEFAULT_NODES,
        seed: Iterable[KubeObject] = (),
        delays: Delays | None = None,
    ) -> None:
        self.store = Store()
        self.timers = timers
        identifiers = Identifiers()
        self.registry = Registry(self.store, timers, identifiers)
        events = EventRecorder(self.registry, timers, identifiers)
        cluster = Cluster(self.store, self.registry, timers, events, delays or Delays())
        self.budgets = DisruptionBudgets(cluster)
        controllers = (
            KnativeServices(cluster),
            KnativeRevisions(cluster),
            StatefulSets(cluster),
            ReplicaSets(cluster),
            Deployments(cluster),
            NodeLifecycle(cluster),
            Scheduler(cluster),
            Kubelet(cluster),
            self.budgets,
            OwnedObjects(cluster),
            NamespaceContents(cluster),
            Heartbeats(cluster),
        )
        self.control_plane = ControlPlane(cluster, controllers)
        self._create_namespaces()
        self._create_nodes(nodes)
        for obj in seed:
            self.add(obj)
        self.store.forget_history()

    def add(self, obj: KubeObject) -> KubeObject:
        """Creates an object of any kind that is served, in its own namespace or `default`."""
        resource = resource_of_kind(str(obj.get("apiVersion")), str(obj.get("kind")))
        if resource is None:
            raise bad_request(f"no kind {obj.get('kind')!r} in {obj.get('apiVersion')!r} is simulated")
        check_object(resource, obj)
        namespace = (obj["metadata"].get("namespace") or "default") if resource.namespaced else ""
        return self.registry.create(resource, namespace, obj)

    def set_node_ready(self, name: str, *, ready: bool) -> KubeObject:
        """Silences a node's kubelet, or lets it be heard again. Raises 404 for an unknown node."""
        node = self.registry.get(NODES, "", name)
        condition = ready_condition(self.timers.now(), ready=ready)
        status = node["status"] | {"conditions": with_condition(node["status"]["conditions"], condition)}
        return self.registry.update_status(NODES, node, status)

    def _create_namespaces(self) -> None:
        for name in _NAMESPACES:
            self.registry.create(NAMESPACES, "", {"metadata": {"name": name}})

    def _create_nodes(self, names: Sequence[str]) -> None:
        for position, name in enumerate(names):
            node = new_node(name, position, self.timers.now(), control_plane=position == 0 and len(names) > 1)
            self.registry.create(NODES, "", node)
