"""Keeps the numbered pods of StatefulSets, and replaces them one at a time, the last first."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key, own_or_owned
from infra.local.kubesim.objects import (
    KubeObject,
    condition_is_true,
    controller_uid,
    copied,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import PODS, STATEFUL_SETS
from infra.local.kubesim.rollout import template_hash
from infra.local.kubesim.store import Change

REVISION_HASH = "controller-revision-hash"


class StatefulSets:
    """The StatefulSet controller, for ordered pods without volumes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A StatefulSet itself, or the owner of a pod."""
        return own_or_owned(change, STATEFUL_SETS, PODS)

    def reconcile(self, key: Key) -> float | None:
        """One step: the first missing pod, else the last superfluous one, else the last of an old template."""
        stateful_set = self._cluster.store.get(STATEFUL_SETS, *key)
        if stateful_set is None or is_terminating(stateful_set):
            return None
        pods = self._pods_of(stateful_set)
        self._step(stateful_set, pods)
        self._report(stateful_set, pods)
        return None

    def _step(self, stateful_set: KubeObject, pods: dict[int, KubeObject]) -> None:
        """Nothing is done while a pod is on its way in or out."""
        if not all(condition_is_true(pod, "Ready") and not is_terminating(pod) for pod in pods.values()):
            return
        replicas = stateful_set["spec"]["replicas"]
        missing = next((number for number in range(replicas) if number not in pods), None)
        superfluous = [number for number in pods if number >= replicas]
        if missing is not None:
            self._create_pod(stateful_set, missing)
        elif superfluous:
            self._delete(pods[max(superfluous)])
        elif old := self._outdated(stateful_set, pods):
            self._delete(pods[max(old)])

    def _outdated(self, stateful_set: KubeObject, pods: dict[int, KubeObject]) -> list[int]:
        strategy = stateful_set["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return []
        first, wanted = strategy["rollingUpdate"]["partition"], template_hash(stateful_set["spec"]["template"])
        return [number for number, pod in pods.items() if number >= first and labels_of(pod)[REVISION_HASH] != wanted]

    def _pods_of(self, stateful_set: KubeObject) -> dict[int, KubeObject]:
        pods = self._cluster.store.objects(PODS, namespace_of(stateful_set))
        return {_number_of(pod): pod for pod in pods if controller_uid(pod) == uid_of(stateful_set)}

    def _create_pod(self, stateful_set: KubeObject, number: int) -> None:
        template = copied(stateful_set["spec"]["template"])
        labels = template["metadata"].get("labels") or {}
        metadata = {
            "name": f"{name_of(stateful_set)}-{number}",
            "labels": labels | {REVISION_HASH: template_hash(stateful_set["spec"]["template"])},
            "annotations": template["metadata"].get("annotations") or {},
            "ownerReferences": [owner_reference(stateful_set)],
        }
        self._cluster.registry.create(
            PODS, namespace_of(stateful_set), {"metadata": metadata, "spec": template["spec"]}
        )

    def _delete(self, pod: KubeObject) -> None:
        self._cluster.registry.delete(PODS, namespace_of(pod), name_of(pod), DeleteOptions())

    def _report(self, stateful_set: KubeObject, pods: dict[int, KubeObject]) -> None:
        ready = [pod for pod in pods.values() if condition_is_true(pod, "Ready") and not is_terminating(pod)]
        status = {
            "observedGeneration": stateful_set["metadata"]["generation"],
            "replicas": len(pods),
            "readyReplicas": len(ready),
        }
        self._cluster.registry.update_status(STATEFUL_SETS, stateful_set, status)


def _number_of(pod: KubeObject) -> int:
    return int(name_of(pod).rpartition("-")[2])
