"""The kinds that the simulated API serves."""

from dataclasses import dataclass

STANDARD_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Resource:
    """One kind and the paths under which it is served."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = STANDARD_VERBS
    is_custom: bool = False
    """Defined by a CustomResourceDefinition on a real cluster: no strategic merge, no unconditional update."""
    unconditional_update: bool = True
    """Whether a PUT without `metadata.resourceVersion` is accepted."""
    has_generation: bool = False
    create_on_update: bool = False
    """Whether a PUT to a name that does not exist creates it."""

    @property
    def api_version(self) -> str:
        """`apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def root(self) -> str:
        """Path of its group and version."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"

    @property
    def qualified_plural(self) -> str:
        """`deployments.apps`, as error messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        """`Deployment.apps`, as validation messages name it."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def has_status(self) -> bool:
        """Whether `status` is written through its own path only."""
        return "status" in self.subresources

    def serves(self, verb: str) -> bool:
        """Whether the verb is allowed on this kind."""
        return verb in self.verbs


NAMESPACES = Resource("", "v1", "namespaces", "Namespace", False, ("ns",), subresources=("status",))
NODES = Resource("", "v1", "nodes", "Node", False, ("no",), subresources=("status",))
PODS = Resource(
    "", "v1", "pods", "Pod", short_names=("po",), categories=("all",),
    subresources=("status", "eviction"), has_generation=True,
)  # fmt: skip
SERVICES = Resource(
    "", "v1", "services", "Service", short_names=("svc",), categories=("all",), subresources=("status",)
)
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", short_names=("cm",))
SECRETS = Resource("", "v1", "secrets", "Secret")
SERVICE_ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount", short_names=("sa",))
EVENTS = Resource("", "v1", "events", "Event", short_names=("ev",))
DEPLOYMENTS = Resource(
    "apps", "v1", "deployments", "Deployment", short_names=("deploy",), categories=("all",),
    subresources=("status", "scale"), has_generation=True,
)  # fmt: skip
REPLICA_SETS = Resource(
    "apps", "v1", "replicasets", "ReplicaSet", short_names=("rs",), categories=("all",),
    subresources=("status", "scale"), has_generation=True,
)  # fmt: skip
STATEFUL_SETS = Resource(
    "apps", "v1", "statefulsets", "StatefulSet", short_names=("sts",), categories=("all",),
    subresources=("status", "scale"), has_generation=True,
)  # fmt: skip
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease", unconditional_update=False, create_on_update=True)
DISRUPTION_BUDGETS = Resource(
    "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short_names=("pdb",),
    subresources=("status",), unconditional_update=False, has_generation=True,
)  # fmt: skip
KNATIVE_SERVICES = Resource(
    "serving.knative.dev", "v1", "services", "Service", short_names=("kservice", "ksvc"), categories=("all", "knative"),
    subresources=("status",), is_custom=True, unconditional_update=False, has_generation=True,
)  # fmt: skip
KNATIVE_REVISIONS = Resource(
    "serving.knative.dev", "v1", "revisions", "Revision", short_names=("rev",), categories=("all", "knative"),
    subresources=("status",), is_custom=True, unconditional_update=False, has_generation=True,
)  # fmt: skip
NODE_METRICS = Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", False, verbs=("get", "list"))
POD_METRICS = Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", verbs=("get", "list"))

STORED = (
    NAMESPACES, NODES, PODS, SERVICES, CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS, EVENTS, DEPLOYMENTS, REPLICA_SETS,
    STATEFUL_SETS, LEASES, DISRUPTION_BUDGETS, KNATIVE_SERVICES, KNATIVE_REVISIONS,
)  # fmt: skip
RESOURCES = (*STORED, NODE_METRICS, POD_METRICS)

_BY_PATH = {(resource.group, resource.version, resource.plural): resource for resource in RESOURCES}
_BY_KIND = {(resource.api_version, resource.kind): resource for resource in STORED}


def resource_at(group: str, version: str, plural: str) -> Resource | None:
    """The kind served under these parts of a path."""
    return _BY_PATH.get((group, version, plural))


def resource_of_kind(api_version: str, kind: str) -> Resource | None:
    """The kind that an object says it is."""
    return _BY_KIND.get((api_version, kind))
