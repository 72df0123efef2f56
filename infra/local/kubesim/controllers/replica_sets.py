"""Keeps as many pods as each ReplicaSet asks for."""

from collections.abc import Iterable
from datetime import timedelta

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key, own_or_owned
from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.objects import (
    KubeObject,
    condition_is_true,
    condition_of,
    controller_uid,
    copied,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    parsed_time,
    uid_of,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import PODS, REPLICA_SETS
from infra.local.kubesim.selectors import selects
from infra.local.kubesim.store import Change

_COMPONENT = "replicaset-controller"


class ReplicaSets:
    """The ReplicaSet controller."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A ReplicaSet itself, or the owner of a pod."""
        return own_or_owned(change, REPLICA_SETS, PODS)

    def reconcile(self, key: Key) -> float | None:
        """Creates or deletes pods, then reports."""
        replica_set = self._cluster.store.get(REPLICA_SETS, *key)
        if replica_set is None or is_terminating(replica_set):
            return None
        pods = live_pods_of(self._cluster, replica_set)
        missing = replica_set["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            self._create_pod(replica_set)
        for pod in sorted(pods, key=self._deletion_rank)[: max(0, -missing)]:
            self._delete_pod(replica_set, pod)
        return self._report(replica_set)

    def _create_pod(self, replica_set: KubeObject) -> None:
        template = copied(replica_set["spec"]["template"])
        metadata = {key: value for key, value in template["metadata"].items() if key in ("labels", "annotations")}
        metadata |= {"generateName": f"{name_of(replica_set)}-", "ownerReferences": [owner_reference(replica_set)]}
        try:
            pod = self._cluster.registry.create(
                PODS, namespace_of(replica_set), {"metadata": metadata, "spec": template["spec"]}
            )
        except ApiError as error:
            text = f"Error creating: {error.message}"
            self._cluster.events.record(replica_set, _COMPONENT, "FailedCreate", text, "Warning")
            return
        self._cluster.events.record(replica_set, _COMPONENT, "SuccessfulCreate", f"Created pod: {name_of(pod)}")

    def _delete_pod(self, replica_set: KubeObject, pod: KubeObject) -> None:
        self._cluster.registry.delete(PODS, namespace_of(pod), name_of(pod), DeleteOptions())
        self._cluster.events.record(replica_set, _COMPONENT, "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")

    def _deletion_rank(self, pod: KubeObject) -> tuple[bool, bool, bool, float]:
        """Unscheduled before scheduled, pending before running, unready before ready, young before old."""
        scheduled = bool(pod["spec"].get("nodeName"))
        running = pod["status"]["phase"] == "Running"
        created = parsed_time(pod["metadata"]["creationTimestamp"]).timestamp()
        return scheduled, running, condition_is_true(pod, "Ready"), -created

    def _report(self, replica_set: KubeObject) -> float | None:
        replica_set = self._cluster.registry.get(REPLICA_SETS, namespace_of(replica_set), name_of(replica_set))
        pods = live_pods_of(self._cluster, replica_set)
        ready = [pod for pod in pods if condition_is_true(pod, "Ready")]
        waits_s = [self._until_available_s(replica_set, pod) for pod in ready]
        template_labels = replica_set["spec"]["template"]["metadata"].get("labels") or {}
        counts = {
            "replicas": len(pods),
            "fullyLabeledReplicas": sum(1 for pod in pods if template_labels.items() <= labels_of(pod).items()),
            "readyReplicas": len(ready),
            "availableReplicas": sum(1 for wait_s in waits_s if wait_s <= 0),
        }
        status = {key: value for key, value in counts.items() if value or key == "replicas"}
        status["observedGeneration"] = replica_set["metadata"]["generation"]
        self._cluster.registry.update_status(REPLICA_SETS, replica_set, status)
        return min((wait_s for wait_s in waits_s if wait_s > 0), default=None)

    def _until_available_s(self, replica_set: KubeObject, pod: KubeObject) -> float:
        condition = condition_of(pod, "Ready")
        min_ready = timedelta(seconds=replica_set["spec"].get("minReadySeconds", 0))
        if condition is None or not min_ready:
            return 0
        available_at = parsed_time(condition["lastTransitionTime"]) + min_ready
        return (available_at - self._cluster.timers.now()).total_seconds()


def live_pods_of(cluster: Cluster, replica_set: KubeObject) -> list[KubeObject]:
    """The pods a ReplicaSet owns and still selects, without those that are on their way out."""
    return [
        pod
        for pod in cluster.store.objects(PODS, namespace_of(replica_set))
        if controller_uid(pod) == uid_of(replica_set)
        and not is_terminating(pod)
        and pod["status"]["phase"] not in ("Succeeded", "Failed")
        and selects(replica_set["spec"]["selector"], labels_of(pod))
    ]
