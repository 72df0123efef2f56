"""Nodes: what a fresh one looks like, whether one is well, and what its pods take."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from infra.local.kubesim.objects import KubeObject, condition_is_true, name_of, time_text
from infra.local.kubesim.quantities import parse_quantity

CONTROL_PLANE_LABEL = "node-role.kubernetes.io/control-plane"
KUBELET_VERSION = "v1.34.4"
_CAPACITY = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "100Gi", "pods": "110"}
_ADDRESSES_PER_NODE = 252
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def new_node(name: str, position: int, now: datetime, *, control_plane: bool) -> KubeObject:
    """A node of 4 CPUs and 8 GiB as kubeadm would have joined it; `position` (from 0) gives its address."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    }
    taints = [{"key": CONTROL_PLANE_LABEL, "effect": "NoSchedule"}]
    return {
        "metadata": {"name": name, "labels": labels | ({CONTROL_PLANE_LABEL: ""} if control_plane else {})},
        "spec": {
            "podCIDR": f"10.244.{position}.0/24",
            "podCIDRs": [f"10.244.{position}.0/24"],
            **({"taints": taints} if control_plane else {}),
        },
        "status": {
            "capacity": dict(_CAPACITY),
            "allocatable": dict(_CAPACITY),
            "addresses": [
                {"type": "InternalIP", "address": f"10.210.71.{11 + position}"},
                {"type": "Hostname", "address": name},
            ],
            "conditions": [*_pressure_conditions(now), ready_condition(now, ready=True)],
            "nodeInfo": {
                "machineID": name,
                "systemUUID": name,
                "bootID": name,
                "kernelVersion": "6.1.0-simulated",
                "osImage": "AhorraTER simulated node",
                "containerRuntimeVersion": "containerd://2.1.0",
                "kubeletVersion": KUBELET_VERSION,
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        },
    }


def _pressure_conditions(now: datetime) -> list[KubeObject]:
    moment = {"lastHeartbeatTime": time_text(now), "lastTransitionTime": time_text(now)}
    return [
        {"type": kind, "status": "False", "reason": reason, "message": message, **moment}
        for kind, reason, message in _PRESSURES
    ]


def ready_condition(now: datetime, *, ready: bool) -> KubeObject:
    """The Ready condition of a node that is well, or that has not been heard from."""
    well = {"status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}
    silent = {
        "status": "Unknown",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped posting node status.",
    }
    moment = {"lastHeartbeatTime": time_text(now), "lastTransitionTime": time_text(now)}
    return {"type": "Ready", **(well if ready else silent), **moment}


def is_ready(node: KubeObject) -> bool:
    """Whether its kubelet is heard from."""
    return condition_is_true(node, "Ready")


def pod_requests(pod: KubeObject) -> dict[str, Decimal]:
    """What a pod asks for: the sum over its containers, and one of `pods`."""
    totals: dict[str, Decimal] = {"pods": Decimal(1)}
    for container in pod["spec"].get("containers") or ():
        for name, amount in ((container.get("resources") or {}).get("requests") or {}).items():
            totals[name] = totals.get(name, Decimal(0)) + parse_quantity(amount)
    return totals


def requested_on(node: KubeObject, pods: Iterable[KubeObject]) -> dict[str, Decimal]:
    """What the pods bound to a node ask for together."""
    totals: dict[str, Decimal] = {}
    for pod in pods:
        if pod["spec"].get("nodeName") == name_of(node) and pod["status"]["phase"] not in ("Succeeded", "Failed"):
            for name, amount in pod_requests(pod).items():
                totals[name] = totals.get(name, Decimal(0)) + amount
    return totals


def allocatable(node: KubeObject) -> dict[str, Decimal]:
    """What a node offers."""
    return {name: parse_quantity(amount) for name, amount in node["status"]["allocatable"].items()}


def pod_address(node: KubeObject, number: int) -> str:
    """The address of the `number`-th pod on a node, within the node's range."""
    prefix = node["spec"]["podCIDR"].rpartition(".")[0]
    return f"{prefix}.{2 + number % _ADDRESSES_PER_NODE}"
