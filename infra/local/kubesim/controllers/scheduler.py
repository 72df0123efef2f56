"""Gives pods a node, or says why none will do."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.objects import (
    KubeObject,
    condition_of,
    copied,
    is_terminating,
    name_of,
    namespace_of,
    time_text,
    with_condition,
)
from infra.local.kubesim.resources import NODES, PODS
from infra.local.kubesim.scheduling import place
from infra.local.kubesim.store import Change

_COMPONENT = "default-scheduler"


class Scheduler:
    """The scheduler: one pod at a time, oldest request first."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A pod that waits for a node; every such pod when nodes change or room is freed."""
        if change.resource is PODS and change.type != "DELETED":
            if _waits(change.object):
                yield namespace_of(change.object), name_of(change.object)
        elif change.resource in (PODS, NODES):
            for pod in self._cluster.store.objects(PODS):
                if _waits(pod):
                    yield namespace_of(pod), name_of(pod)

    def reconcile(self, key: Key) -> float | None:
        """Binds the pod, or reports that it cannot be."""
        pod = self._cluster.store.get(PODS, *key)
        if pod is None or not _waits(pod):
            return None
        placement = place(pod, self._cluster.store.objects(NODES), self._cluster.store.objects(PODS))
        if placement.node:
            self._bind(pod, placement.node)
        else:
            self._refuse(pod, placement.message)
        return None

    def _bind(self, pod: KubeObject, node: str) -> None:
        bound = copied(pod)
        bound["spec"]["nodeName"] = node
        bound["status"]["conditions"] = self._conditions(pod, {"status": "True"})
        stored = self._cluster.store.replace(PODS, bound)
        message = f"Successfully assigned {namespace_of(pod)}/{name_of(pod)} to {node}"
        self._cluster.events.record(stored, _COMPONENT, "Scheduled", message)

    def _refuse(self, pod: KubeObject, message: str) -> None:
        previous = condition_of(pod, "PodScheduled")
        if previous and previous.get("message") == message:
            return
        verdict = {"status": "False", "reason": "Unschedulable", "message": message}
        status = pod["status"] | {"conditions": self._conditions(pod, verdict)}
        self._cluster.registry.update_status(PODS, pod, status)
        self._cluster.events.record(pod, _COMPONENT, "FailedScheduling", message, "Warning")

    def _conditions(self, pod: KubeObject, verdict: KubeObject) -> list[KubeObject]:
        moment = {"lastProbeTime": None, "lastTransitionTime": time_text(self._cluster.timers.now())}
        return with_condition(pod["status"].get("conditions") or [], {"type": "PodScheduled", **moment, **verdict})


def _waits(pod: KubeObject) -> bool:
    return not pod["spec"].get("nodeName") and not is_terminating(pod) and pod["status"]["phase"] == "Pending"
