"""Plays the containers of every node: pods start after a while, and end after a while."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.nodes import is_ready, pod_address
from infra.local.kubesim.objects import (
    KubeObject,
    annotations_of,
    condition_is_true,
    is_terminating,
    name_of,
    namespace_of,
    time_text,
    uid_of,
    with_condition,
)
from infra.local.kubesim.resources import NODES, PODS
from infra.local.kubesim.store import Change

_COMPONENT = "kubelet"
START_DELAY = "simulation.ahorrater.es/start-delay-s"
"""Annotation on a pod: seconds until it is ready, or `never`."""
_READY_CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")


class Kubelet:
    """The kubelets of all nodes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._since: dict[tuple[str, str], datetime] = {}
        self._pods_started = 0

    def keys(self, change: Change) -> Iterable[Key]:
        """A pod that has a node; every pod of a node that comes back."""
        if change.resource is PODS and change.type == "DELETED":
            self._forget(uid_of(change.object))
        elif change.resource is PODS and change.object["spec"].get("nodeName"):
            yield namespace_of(change.object), name_of(change.object)
        elif change.resource is NODES and change.previous and is_ready(change.object) != is_ready(change.previous):
            for pod in self._cluster.store.objects(PODS):
                if pod["spec"].get("nodeName") == name_of(change.object):
                    yield namespace_of(pod), name_of(pod)

    def reconcile(self, key: Key) -> float | None:
        """Starts, keeps or ends one pod; a node that is not ready does nothing."""
        pod = self._cluster.store.get(PODS, *key)
        node = self._cluster.store.get(NODES, "", pod["spec"].get("nodeName") or "") if pod else None
        if pod is None or node is None or not is_ready(node):
            return None
        if is_terminating(pod):
            return self._stop(pod)
        if not pod["status"].get("startTime"):
            return self._begin(pod, node)
        if not condition_is_true(pod, "Ready"):
            return self._start(pod)
        return None

    def _begin(self, pod: KubeObject, node: KubeObject) -> float | None:
        self._remaining_s(pod, "start", 0)
        status = pod["status"] | {
            "startTime": time_text(self._cluster.timers.now()),
            "hostIP": node["status"]["addresses"][0]["address"],
            "hostIPs": [{"ip": node["status"]["addresses"][0]["address"]}],
            "conditions": self._conditions(pod, ("Initialized",)),
            "containerStatuses": [_waiting(container) for container in pod["spec"]["containers"]],
        }
        self._cluster.registry.update_status(PODS, pod, status)
        return None

    def _start(self, pod: KubeObject) -> float | None:
        delay = annotations_of(pod).get(START_DELAY, str(self._cluster.delays.start_s))
        if delay == "never":
            return None
        remaining_s = self._remaining_s(pod, "start", float(delay))
        if remaining_s > 0:
            return remaining_s
        address = pod["status"].get("podIP") or self._next_address(pod)
        status = pod["status"] | {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": self._conditions(pod, _READY_CONDITIONS),
            "containerStatuses": [self._running(pod, container) for container in pod["spec"]["containers"]],
        }
        self._cluster.registry.update_status(PODS, pod, status)
        for container in pod["spec"]["containers"]:
            self._cluster.events.record(pod, _COMPONENT, "Started", f"Started container {container['name']}")
        return None

    def _stop(self, pod: KubeObject) -> float | None:
        grace_s = pod["metadata"].get("deletionGracePeriodSeconds", 0)
        if (uid_of(pod), "stop") not in self._since:
            for container in pod["spec"]["containers"]:
                self._cluster.events.record(pod, _COMPONENT, "Killing", f"Stopping container {container['name']}")
        remaining_s = self._remaining_s(pod, "stop", min(self._cluster.delays.stop_s, grace_s))
        if remaining_s > 0:
            return remaining_s
        if not pod["metadata"].get("finalizers"):
            self._cluster.registry.remove(PODS, pod)
        return None

    def _remaining_s(self, pod: KubeObject, step: str, delay_s: float) -> float:
        now = self._cluster.timers.now()
        began = self._since.setdefault((uid_of(pod), step), now)
        return (began + timedelta(seconds=delay_s) - now).total_seconds()

    def _forget(self, uid: str) -> None:
        for step in ("start", "stop"):
            self._since.pop((uid, step), None)

    def _next_address(self, pod: KubeObject) -> str:
        self._pods_started += 1
        return pod_address(self._cluster.registry.get(NODES, "", pod["spec"]["nodeName"]), self._pods_started)

    def _conditions(self, pod: KubeObject, holding: tuple[str, ...]) -> list[KubeObject]:
        now = time_text(self._cluster.timers.now())
        names = [container["name"] for container in pod["spec"]["containers"]]
        conditions = list(pod["status"].get("conditions") or [])
        for kind in _READY_CONDITIONS:
            holds = kind in holding
            condition = {
                "type": kind,
                "status": "True" if holds else "False",
                "lastProbeTime": None,
                "lastTransitionTime": now,
            }
            if not holds and kind in ("Ready", "ContainersReady"):
                message = f"containers with unready status: [{' '.join(names)}]"
                condition |= {"reason": "ContainersNotReady", "message": message}
            conditions = with_condition(conditions, condition)
        return conditions

    def _running(self, pod: KubeObject, container: KubeObject) -> KubeObject:
        return {
            "name": container["name"],
            "image": container["image"],
            "imageID": f"{container['image']}@simulated",
            "containerID": f"containerd://{uid_of(pod)}-{container['name']}",
            "ready": True,
            "started": True,
            "restartCount": 0,
            "lastState": {},
            "state": {"running": {"startedAt": time_text(self._cluster.timers.now())}},
        }


def _waiting(container: KubeObject) -> KubeObject:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "lastState": {},
        "state": {"waiting": {"reason": "ContainerCreating"}},
    }
