"""metrics.k8s.io: plausible CPU and memory use, a function of the moment and of names only."""

import math
import zlib
from datetime import datetime

from infra.local.kubesim.nodes import is_ready
from infra.local.kubesim.objects import KubeObject, labels_of, name_of, namespace_of, time_text
from infra.local.kubesim.resources import NODE_METRICS, NODES, POD_METRICS, PODS
from infra.local.kubesim.store import Store

_WINDOW_S = 20
_SWING_PERIOD_S = 300
_IDLE_NODE_CPU_N = 120_000_000
_IDLE_NODE_MEMORY_KI = 900_000
_CONTAINER_CPU_N = 12_000_000
_CONTAINER_MEMORY_KI = 48_000


def node_metrics(store: Store, now: datetime) -> list[KubeObject]:
    """A `NodeMetrics` for every node that is heard from."""
    return [_node_metrics(store, node, now) for node in store.objects(NODES) if is_ready(node)]


def pod_metrics(store: Store, namespace: str, now: datetime) -> list[KubeObject]:
    """A `PodMetrics` for every running pod (of a namespace, if named)."""
    running = (pod for pod in store.objects(PODS, namespace) if pod["status"]["phase"] == "Running")
    return [_pod_metrics(pod, now) for pod in running]


def _node_metrics(store: Store, node: KubeObject, now: datetime) -> KubeObject:
    pods = [pod for pod in store.objects(PODS) if pod["spec"].get("nodeName") == name_of(node)]
    usages = [_container_usage(pod, item, now) for pod in pods for item in pod["spec"]["containers"]]
    swing = _swing(name_of(node), now)
    cpu = int(_IDLE_NODE_CPU_N * swing) + sum(cpu for cpu, _ in usages)
    memory = int(_IDLE_NODE_MEMORY_KI * (0.95 + 0.05 * swing)) + sum(memory for _, memory in usages)
    return _metrics(NODE_METRICS.kind, node, now) | {"usage": {"cpu": f"{cpu}n", "memory": f"{memory}Ki"}}


def _pod_metrics(pod: KubeObject, now: datetime) -> KubeObject:
    containers = [
        {"name": item["name"], "usage": {"cpu": f"{cpu}n", "memory": f"{memory}Ki"}}
        for item in pod["spec"]["containers"]
        for cpu, memory in (_container_usage(pod, item, now),)
    ]
    return _metrics(POD_METRICS.kind, pod, now) | {"containers": containers}


def _metrics(kind: str, obj: KubeObject, now: datetime) -> KubeObject:
    metadata = {"name": name_of(obj), "creationTimestamp": time_text(now), "labels": labels_of(obj)}
    if namespace_of(obj):
        metadata["namespace"] = namespace_of(obj)
    return {
        "kind": kind,
        "apiVersion": NODE_METRICS.api_version,
        "metadata": metadata,
        "timestamp": time_text(now),
        "window": f"{_WINDOW_S}s",
    }


def _container_usage(pod: KubeObject, container: KubeObject, now: datetime) -> tuple[int, int]:
    """CPU in billionths of a core and memory in KiB."""
    swing = _swing(f"{name_of(pod)}/{container['name']}", now)
    return int(_CONTAINER_CPU_N * swing), int(_CONTAINER_MEMORY_KI * (0.9 + 0.1 * swing))


def _swing(name: str, now: datetime) -> float:
    """A factor between 0.5 and 1.5 that changes slowly, each name in its own phase."""
    phase = zlib.crc32(name.encode()) / 2**32
    return 1 + 0.5 * math.sin(2 * math.pi * (now.timestamp() / _SWING_PERIOD_S + phase))
