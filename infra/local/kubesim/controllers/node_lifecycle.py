"""What the control plane does about nodes that are silent or cordoned, and the heartbeats of those that are well."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.nodes import is_ready
from infra.local.kubesim.objects import (
    KubeObject,
    condition_is_true,
    copied,
    is_terminating,
    micro_time_text,
    name_of,
    namespace_of,
    parsed_time,
    time_text,
    with_condition,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import LEASES, NODES, PODS
from infra.local.kubesim.scheduling import UNSCHEDULABLE_TAINT
from infra.local.kubesim.store import Change

NODE_LEASES = "kube-node-lease"
UNREACHABLE_TAINT = "node.kubernetes.io/unreachable"
_HEARTBEAT_S = 10.0
_LEASE_DURATION_S = 40


class NodeLifecycle:
    """Taints, the readiness of pods on silent nodes, and their eviction once no toleration covers it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A node, or the node of a pod."""
        if change.resource is NODES:
            yield "", name_of(change.object)
        elif change.resource is PODS and change.type == "ADDED" and change.object["spec"].get("nodeName"):
            yield "", change.object["spec"]["nodeName"]

    def reconcile(self, key: Key) -> float | None:
        """Brings the taints in line, then looks after the pods of a silent node."""
        node = self._cluster.store.get(NODES, *key)
        if node is None:
            self._remove_pods_of(key[1])
            return None
        node = self._with_taints(node)
        if is_ready(node):
            return None
        pods = self._pods_of(name_of(node))
        for pod in pods:
            self._mark_unready(pod)
        waits_s = [self._evict_when_due(node, pod) for pod in pods if not is_terminating(pod)]
        return min((wait_s for wait_s in waits_s if wait_s is not None), default=None)

    def _pods_of(self, node: str) -> list[KubeObject]:
        return [pod for pod in self._cluster.store.objects(PODS) if pod["spec"].get("nodeName") == node]

    def _remove_pods_of(self, node: str) -> None:
        """Nobody is left to end the pods of a deleted node."""
        for pod in self._pods_of(node):
            self._cluster.registry.delete(PODS, namespace_of(pod), name_of(pod), DeleteOptions(grace_period_s=0))

    def _with_taints(self, node: KubeObject) -> KubeObject:
        ours = {
            (UNREACHABLE_TAINT, "NoSchedule"): not is_ready(node),
            (UNREACHABLE_TAINT, "NoExecute"): not is_ready(node),
            (UNSCHEDULABLE_TAINT, "NoSchedule"): bool(node["spec"].get("unschedulable")),
        }
        present = {(taint["key"], taint["effect"]): taint for taint in node["spec"].get("taints") or ()}
        kept = [taint for identity, taint in present.items() if ours.get(identity, True)]
        moment = {"timeAdded": time_text(self._cluster.timers.now())}
        added = [
            {"key": key, "effect": effect, **moment}
            for (key, effect), wanted in ours.items()
            if wanted and (key, effect) not in present
        ]
        if not added and len(kept) == len(present):
            return node

        def retaint(current: KubeObject) -> KubeObject:
            current["spec"].pop("taints", None)
            current["spec"] |= {"taints": kept + added} if kept + added else {}
            return current

        return self._cluster.registry.modify(NODES, "", name_of(node), retaint)

    def _mark_unready(self, pod: KubeObject) -> None:
        if not condition_is_true(pod, "Ready"):
            return
        condition = {
            "type": "Ready",
            "status": "False",
            "reason": "NodeNotReady",
            "lastProbeTime": None,
            "lastTransitionTime": time_text(self._cluster.timers.now()),
        }
        status = pod["status"] | {"conditions": with_condition(pod["status"]["conditions"], condition)}
        self._cluster.registry.update_status(PODS, pod, status)

    def _evict_when_due(self, node: KubeObject, pod: KubeObject) -> float | None:
        """Deletes the pod when its toleration of the silence has run out; answers how long it still has."""
        taint = next(taint for taint in node["spec"]["taints"] if taint["effect"] == "NoExecute")
        allowances_s = [
            item.get("tolerationSeconds")
            for item in pod["spec"].get("tolerations") or ()
            if item.get("key") in (None, "", UNREACHABLE_TAINT) and item.get("effect") in (None, "", "NoExecute")
        ]
        if None in allowances_s:
            return None
        passed_s = (self._cluster.timers.now() - parsed_time(taint["timeAdded"])).total_seconds()
        remaining_s = min(allowances_s, default=0) - passed_s
        if remaining_s > 0:
            return float(remaining_s)
        self._cluster.registry.delete(PODS, namespace_of(pod), name_of(pod), DeleteOptions())
        return None


class Heartbeats:
    """Renews the lease of every node that is well."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A node."""
        if change.resource is NODES and change.type != "DELETED":
            yield "", name_of(change.object)

    def reconcile(self, key: Key) -> float | None:
        """Renews when a renewal is due."""
        node = self._cluster.store.get(NODES, *key)
        if node is None or not is_ready(node):
            return None
        lease = self._cluster.store.get(LEASES, NODE_LEASES, name_of(node))
        renewed = micro_time_text(self._cluster.timers.now())
        if lease is None:
            self._cluster.registry.create(LEASES, NODE_LEASES, _node_lease(node, renewed))
            return _HEARTBEAT_S
        age_s = (self._cluster.timers.now() - parsed_time(lease["spec"]["renewTime"])).total_seconds()
        if age_s < _HEARTBEAT_S:
            return _HEARTBEAT_S - age_s
        fresh = copied(lease)
        fresh["spec"]["renewTime"] = renewed
        self._cluster.store.replace(LEASES, fresh)
        return _HEARTBEAT_S


def _node_lease(node: KubeObject, renewed: str) -> KubeObject:
    spec = {"holderIdentity": name_of(node), "leaseDurationSeconds": _LEASE_DURATION_S, "renewTime": renewed}
    return {"metadata": {"name": name_of(node)}, "spec": spec}
