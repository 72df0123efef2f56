"""Server-side printing: the columns that kubectl shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from infra.local.kubesim.nodes import is_ready
from infra.local.kubesim.objects import (
    KubeObject,
    condition_of,
    is_terminating,
    labels_of,
    name_of,
    parsed_time,
)
from infra.local.kubesim.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    EVENTS,
    KNATIVE_SERVICES,
    LEASES,
    NAMESPACES,
    NODES,
    PODS,
    REPLICA_SETS,
    SECRETS,
    SERVICES,
    Resource,
)

Cell = str | int
_NONE = "<none>"
_ROLE_PREFIX = "node-role.kubernetes.io/"


@dataclass(frozen=True)
class Column:
    """One column; those of priority 1 are shown with `-o wide` only."""

    name: str
    cell: Callable[[KubeObject, datetime], Cell]
    priority: int = 0
    type: str = "string"

    def definition(self) -> KubeObject:
        """The column as `metav1.TableColumnDefinition`."""
        form = "name" if self.name == "Name" else ""
        return {"name": self.name, "type": self.type, "format": form, "description": "", "priority": self.priority}


def table(
    resource: Resource, objects: list[KubeObject], metadata: KubeObject, include: str, now: datetime
) -> KubeObject:
    """A `metav1.Table`; `include` is Object, Metadata or None: how much of each object the rows carry."""
    columns = _COLUMNS.get(resource, _DEFAULT_COLUMNS)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [column.definition() for column in columns],
        "rows": [_row(columns, obj, include, now) for obj in objects],
    }


def _row(columns: tuple[Column, ...], obj: KubeObject, include: str, now: datetime) -> KubeObject:
    row: KubeObject = {"cells": [column.cell(obj, now) for column in columns]}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        row["object"] = partial_metadata(obj)
    return row


def partial_metadata(obj: KubeObject) -> KubeObject:
    """An object reduced to its metadata."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def age_text(moment: str | None, now: datetime) -> str:
    """How long ago, in kubectl's short form: 45s, 3m12s, 5h, 12d."""
    if not moment:
        return "<unknown>"
    seconds = max(0, int((now - parsed_time(moment)).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    scales = (
        (seconds < 120, f"{seconds}s"),
        (minutes < 10, _two_units(minutes, "m", seconds % 60, "s")),
        (minutes < 180, f"{minutes}m"),
        (hours < 8, _two_units(hours, "h", minutes % 60, "m")),
        (hours < 48, f"{hours}h"),
        (days < 8, _two_units(days, "d", hours % 24, "h")),
    )
    return next((text for fits, text in scales if fits), f"{days}d")


def _two_units(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"


def _status(obj: KubeObject, field: str, default: Cell = 0) -> Cell:
    value: Cell = (obj.get("status") or {}).get(field, default)
    return value


_NAME = Column("Name", lambda obj, _: name_of(obj))
_AGE = Column("Age", lambda obj, now: age_text(obj["metadata"].get("creationTimestamp"), now))
_CREATED = Column("Created At", lambda obj, _: obj["metadata"].get("creationTimestamp") or "", type="date")
_DEFAULT_COLUMNS = (_NAME, _CREATED)


def _node_status(node: KubeObject) -> str:
    ready = "Ready" if is_ready(node) else "NotReady"
    return f"{ready},SchedulingDisabled" if node["spec"].get("unschedulable") else ready


def _node_roles(node: KubeObject) -> str:
    roles = sorted(key.removeprefix(_ROLE_PREFIX) for key in labels_of(node) if key.startswith(_ROLE_PREFIX))
    return ",".join(roles) or _NONE


def _node_address(node: KubeObject, kind: str) -> str:
    addresses = node["status"].get("addresses") or ()
    return next((item["address"] for item in addresses if item["type"] == kind), _NONE)


def _node_info(field: str) -> Callable[[KubeObject, datetime], Cell]:
    return lambda node, _: str(node["status"]["nodeInfo"][field])


_NODE_COLUMNS = (
    _NAME,
    Column("Status", lambda node, _: _node_status(node)),
    Column("Roles", lambda node, _: _node_roles(node)),
    _AGE,
    Column("Version", _node_info("kubeletVersion")),
    Column("Internal-IP", lambda node, _: _node_address(node, "InternalIP"), 1),
    Column("External-IP", lambda node, _: _node_address(node, "ExternalIP"), 1),
    Column("OS-Image", _node_info("osImage"), 1),
    Column("Kernel-Version", _node_info("kernelVersion"), 1),
    Column("Container-Runtime", _node_info("containerRuntimeVersion"), 1),
)


def _pod_ready(pod: KubeObject) -> str:
    ready = sum(1 for status in pod["status"].get("containerStatuses") or () if status["ready"])
    return f"{ready}/{len(pod['spec']['containers'])}"


def _pod_status(pod: KubeObject) -> str:
    if is_terminating(pod):
        return "Terminating"
    states = (status["state"] for status in pod["status"].get("containerStatuses") or ())
    waiting = next((state["waiting"]["reason"] for state in states if "waiting" in state), None)
    return str(waiting or pod["status"]["phase"])


def _pod_restarts(pod: KubeObject) -> str:
    return str(sum(status["restartCount"] for status in pod["status"].get("containerStatuses") or ()))


def _always_none(_obj: KubeObject, _now: datetime) -> Cell:
    return _NONE


_POD_COLUMNS = (
    _NAME,
    Column("Ready", lambda pod, _: _pod_ready(pod)),
    Column("Status", lambda pod, _: _pod_status(pod)),
    Column("Restarts", lambda pod, _: _pod_restarts(pod)),
    _AGE,
    Column("IP", lambda pod, _: _status(pod, "podIP", _NONE), 1),
    Column("Node", lambda pod, _: pod["spec"].get("nodeName") or _NONE, 1),
    Column("Nominated Node", _always_none, 1),
    Column("Readiness Gates", _always_none, 1),
)


def _containers(obj: KubeObject) -> list[KubeObject]:
    containers: list[KubeObject] = obj["spec"]["template"]["spec"]["containers"]
    return containers


def _selector_text(obj: KubeObject) -> str:
    labels = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in labels.items()) or _NONE


_TEMPLATE_COLUMNS = (
    Column("Containers", lambda obj, _: ",".join(item["name"] for item in _containers(obj)), 1),
    Column("Images", lambda obj, _: ",".join(item["image"] for item in _containers(obj)), 1),
    Column("Selector", lambda obj, _: _selector_text(obj), 1),
)
_DEPLOYMENT_COLUMNS = (
    _NAME,
    Column("Ready", lambda obj, _: f"{_status(obj, 'readyReplicas')}/{obj['spec']['replicas']}"),
    Column("Up-to-date", lambda obj, _: _status(obj, "updatedReplicas")),
    Column("Available", lambda obj, _: _status(obj, "availableReplicas")),
    _AGE,
    *_TEMPLATE_COLUMNS,
)
_REPLICA_SET_COLUMNS = (
    _NAME,
    Column("Desired", lambda obj, _: obj["spec"]["replicas"], type="integer"),
    Column("Current", lambda obj, _: _status(obj, "replicas"), type="integer"),
    Column("Ready", lambda obj, _: _status(obj, "readyReplicas"), type="integer"),
    _AGE,
    *_TEMPLATE_COLUMNS,
)


def _budget_bound(field: str) -> Callable[[KubeObject, datetime], Cell]:
    return lambda budget, _: str(budget["spec"].get(field, "N/A"))


_BUDGET_COLUMNS = (
    _NAME,
    Column("Min Available", _budget_bound("minAvailable")),
    Column("Max Unavailable", _budget_bound("maxUnavailable")),
    Column("Allowed Disruptions", lambda obj, _: _status(obj, "disruptionsAllowed"), type="integer"),
    _AGE,
)


def _event_object(event: KubeObject) -> str:
    about = event["involvedObject"]
    return f"{about['kind'].lower()}/{about['name']}"


_EVENT_COLUMNS = (
    Column("Last Seen", lambda event, now: age_text(event.get("lastTimestamp"), now)),
    Column("Type", lambda event, _: str(event.get("type") or "")),
    Column("Reason", lambda event, _: str(event.get("reason") or "")),
    Column("Object", lambda event, _: _event_object(event)),
    Column("Message", lambda event, _: str(event.get("message") or "").strip()),
    Column("Name", lambda event, _: name_of(event), 1),
)


def _service_ports(service: KubeObject) -> str:
    ports = service["spec"].get("ports") or ()
    return ",".join(f"{port['port']}/{port.get('protocol', 'TCP')}" for port in ports) or _NONE


_SERVICE_COLUMNS = (
    _NAME,
    Column("Type", lambda obj, _: str(obj["spec"].get("type", "ClusterIP"))),
    Column("Cluster-IP", lambda obj, _: obj["spec"].get("clusterIP") or _NONE),
    Column("External-IP", lambda obj, _: obj["spec"].get("externalName") or _NONE),
    Column("Port(s)", lambda obj, _: _service_ports(obj)),
    _AGE,
)


def _knative_ready(service: KubeObject) -> KubeObject:
    return condition_of(service, "Ready") or {}


_KNATIVE_COLUMNS = (
    _NAME,
    Column("URL", lambda obj, _: _status(obj, "url", "")),
    Column("LatestCreated", lambda obj, _: _status(obj, "latestCreatedRevisionName", "")),
    Column("LatestReady", lambda obj, _: _status(obj, "latestReadyRevisionName", "")),
    Column("Ready", lambda obj, _: str(_knative_ready(obj).get("status", ""))),
    Column("Reason", lambda obj, _: str(_knative_ready(obj).get("reason", ""))),
)

_COLUMNS: dict[Resource, tuple[Column, ...]] = {
    NODES: _NODE_COLUMNS,
    PODS: _POD_COLUMNS,
    DEPLOYMENTS: _DEPLOYMENT_COLUMNS,
    REPLICA_SETS: _REPLICA_SET_COLUMNS,
    DISRUPTION_BUDGETS: _BUDGET_COLUMNS,
    EVENTS: _EVENT_COLUMNS,
    SERVICES: _SERVICE_COLUMNS,
    KNATIVE_SERVICES: _KNATIVE_COLUMNS,
    NAMESPACES: (_NAME, Column("Status", lambda obj, _: _status(obj, "phase", "Active")), _AGE),
    CONFIG_MAPS: (_NAME, Column("Data", lambda obj, _: len(obj.get("data") or ())), _AGE),
    SECRETS: (
        _NAME,
        Column("Type", lambda obj, _: str(obj.get("type", ""))),
        Column("Data", lambda obj, _: len(obj.get("data") or ())),
        _AGE,
    ),
    LEASES: (_NAME, Column("Holder", lambda obj, _: (obj.get("spec") or {}).get("holderIdentity") or ""), _AGE),
}
