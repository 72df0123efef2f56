"""Rolls Deployments from one ReplicaSet to the next."""

from collections.abc import Iterable
from datetime import timedelta

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key, own_or_owned
from infra.local.kubesim.objects import (
    KubeObject,
    annotations_of,
    condition_of,
    controller_uid,
    copied,
    is_terminating,
    name_of,
    namespace_of,
    owner_reference,
    parsed_time,
    time_text,
    uid_of,
    with_condition,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import DEPLOYMENTS, PODS, REPLICA_SETS
from infra.local.kubesim.rollout import (
    TEMPLATE_HASH,
    Fence,
    SetSize,
    canonical_template,
    new_set_size,
    old_set_sizes,
    proportional_sizes,
    template_hash,
)
from infra.local.kubesim.store import Change

_COMPONENT = "deployment-controller"
REVISION = "deployment.kubernetes.io/revision"
_DESIRED = "deployment.kubernetes.io/desired-replicas"
_MAXIMUM = "deployment.kubernetes.io/max-replicas"
_NOT_COPIED = frozenset({"kubectl.kubernetes.io/last-applied-configuration", REVISION, _DESIRED, _MAXIMUM})


class Deployments:
    """The Deployment controller."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A Deployment itself, or the owner of a ReplicaSet, or (Recreate waits for them) of a pod that went."""
        yield from own_or_owned(change, DEPLOYMENTS, REPLICA_SETS)
        if change.resource is PODS and change.type == "DELETED":
            yield from self._deployments_in(namespace_of(change.object))

    def _deployments_in(self, namespace: str) -> Iterable[Key]:
        for deployment in self._cluster.store.objects(DEPLOYMENTS, namespace):
            if deployment["spec"]["strategy"]["type"] == "Recreate":
                yield namespace, name_of(deployment)

    def reconcile(self, key: Key) -> float | None:
        """One step of a rollout or of scaling, then the status."""
        deployment = self._cluster.store.get(DEPLOYMENTS, *key)
        if deployment is None or is_terminating(deployment):
            return None
        replica_sets = self._replica_sets_of(deployment)
        newest = _set_with_template(deployment, replica_sets)
        if deployment["spec"].get("paused"):
            self._scale_in_proportion(deployment, replica_sets)
            return self._report(deployment)
        if newest is None and self._may_create_set(deployment, replica_sets):
            newest = self._create_set(deployment, replica_sets)
        if newest is not None:
            old = [item for item in replica_sets if uid_of(item) != uid_of(newest)]
            self._roll(self._with_latest_revision(deployment, newest, old), newest, old)
            self._forget_old_sets(deployment, old)
        else:
            self._scale_down_all(deployment, replica_sets)
        return self._report(self._cluster.registry.get(DEPLOYMENTS, *key))

    def _replica_sets_of(self, deployment: KubeObject) -> list[KubeObject]:
        """Oldest first."""
        owned = (
            item
            for item in self._cluster.store.objects(REPLICA_SETS, namespace_of(deployment))
            if controller_uid(item) == uid_of(deployment)
        )
        return sorted(owned, key=_revision_of)

    def _may_create_set(self, deployment: KubeObject, replica_sets: list[KubeObject]) -> bool:
        """Recreate starts the new pods only once the last old one is gone."""
        if deployment["spec"]["strategy"]["type"] != "Recreate":
            return True
        owners = {uid_of(item) for item in replica_sets}
        pods = self._cluster.store.objects(PODS, namespace_of(deployment))
        return not any(controller_uid(pod) in owners for pod in pods)

    def _create_set(self, deployment: KubeObject, old: list[KubeObject]) -> KubeObject:
        template = copied(deployment["spec"]["template"])
        suffix = template_hash(template)
        template["metadata"]["labels"] = (template["metadata"].get("labels") or {}) | {TEMPLATE_HASH: suffix}
        selector = copied(deployment["spec"]["selector"])
        selector["matchLabels"] = (selector.get("matchLabels") or {}) | {TEMPLATE_HASH: suffix}
        fresh = SetSize(name="", wanted=0, available=0)
        size = new_set_size(
            deployment["spec"]["replicas"], Fence.of(deployment), fresh, [_size_of(item) for item in old]
        )
        created = self._cluster.registry.create(
            REPLICA_SETS,
            namespace_of(deployment),
            {
                "metadata": {
                    "name": f"{name_of(deployment)}-{suffix}",
                    "labels": dict(template["metadata"]["labels"]),
                    "annotations": self._set_annotations(deployment, _next_revision(old)),
                    "ownerReferences": [owner_reference(deployment)],
                },
                "spec": {
                    "replicas": size,
                    "selector": selector,
                    "template": template,
                    **_min_ready(deployment),
                },
            },
        )
        if size:
            self._announce_scaling(deployment, created, 0, size)
        return created

    def _set_annotations(self, deployment: KubeObject, revision: int) -> dict[str, str]:
        own = {key: value for key, value in annotations_of(deployment).items() if key not in _NOT_COPIED}
        replicas = deployment["spec"]["replicas"]
        return own | {
            REVISION: str(revision),
            _DESIRED: str(replicas),
            _MAXIMUM: str(replicas + Fence.of(deployment).max_surge),
        }

    def _with_latest_revision(self, deployment: KubeObject, newest: KubeObject, old: list[KubeObject]) -> KubeObject:
        """Going back to an earlier template makes its ReplicaSet the newest revision again."""
        revision = max(_revision_of(newest), _next_revision(old))
        wanted = self._set_annotations(deployment, revision)

        def annotate_set(replica_set: KubeObject) -> KubeObject:
            replica_set["metadata"]["annotations"] = annotations_of(replica_set) | wanted
            replica_set["spec"] |= _min_ready(deployment)
            return replica_set

        def annotate(current: KubeObject) -> KubeObject:
            current["metadata"]["annotations"] = annotations_of(current) | {REVISION: str(revision)}
            return current

        self._cluster.registry.modify(REPLICA_SETS, namespace_of(newest), name_of(newest), annotate_set)
        return self._cluster.registry.modify(DEPLOYMENTS, namespace_of(deployment), name_of(deployment), annotate)

    def _roll(self, deployment: KubeObject, newest: KubeObject, old: list[KubeObject]) -> None:
        replicas = deployment["spec"]["replicas"]
        if deployment["spec"]["strategy"]["type"] == "Recreate":
            self._scale_down_all(deployment, old)
            self._scale(deployment, newest, replicas)
            return
        fence, old_sizes = Fence.of(deployment), [_size_of(item) for item in old]
        size = new_set_size(replicas, fence, _size_of(newest), old_sizes)
        if size != newest["spec"]["replicas"]:
            self._scale(deployment, newest, size)
            return
        kept = old_set_sizes(replicas, fence, _size_of(newest), old_sizes)
        for item in old:
            self._scale(deployment, item, kept[name_of(item)])

    def _scale_in_proportion(self, deployment: KubeObject, replica_sets: list[KubeObject]) -> None:
        sizes = {name_of(item): item["spec"]["replicas"] for item in replica_sets}
        desired = {annotations_of(item).get(_DESIRED) for item in replica_sets if item["spec"]["replicas"]}
        replicas = deployment["spec"]["replicas"]
        if desired <= {str(replicas)}:
            return
        scaled = proportional_sizes(replicas, sizes)
        for item in replica_sets:
            self._scale(deployment, item, scaled[name_of(item)])

    def _scale_down_all(self, deployment: KubeObject, replica_sets: list[KubeObject]) -> None:
        for item in replica_sets:
            self._scale(deployment, item, 0)

    def _scale(self, deployment: KubeObject, replica_set: KubeObject, size: int) -> None:
        before = replica_set["spec"]["replicas"]
        if size == before:
            return

        def resize(current: KubeObject) -> KubeObject:
            current["spec"]["replicas"] = size
            current["metadata"]["annotations"] = annotations_of(current) | self._set_annotations(
                deployment, _revision_of(current)
            )
            return current

        self._cluster.registry.modify(REPLICA_SETS, namespace_of(replica_set), name_of(replica_set), resize)
        self._announce_scaling(deployment, replica_set, before, size)

    def _announce_scaling(self, deployment: KubeObject, replica_set: KubeObject, before: int, after: int) -> None:
        direction = "up" if after > before else "down"
        message = f"Scaled {direction} replica set {name_of(replica_set)} from {before} to {after}"
        self._cluster.events.record(deployment, _COMPONENT, "ScalingReplicaSet", message)

    def _forget_old_sets(self, deployment: KubeObject, old: list[KubeObject]) -> None:
        idle = [item for item in old if not item["spec"]["replicas"] and not item["status"].get("replicas")]
        surplus = len(idle) - deployment["spec"]["revisionHistoryLimit"]
        for item in idle[: max(0, surplus)]:
            self._cluster.registry.delete(REPLICA_SETS, namespace_of(item), name_of(item), DeleteOptions())

    def _report(self, deployment: KubeObject) -> float | None:
        replica_sets = self._replica_sets_of(deployment)
        newest = _set_with_template(deployment, replica_sets)
        counts = _counts(newest, replica_sets)
        conditions = list((deployment.get("status") or {}).get("conditions") or [])
        conditions = with_condition(conditions, self._availability(deployment, counts))
        progressing = self._progress(deployment, newest, counts)
        if progressing:
            conditions = with_condition(conditions, progressing)
        status: KubeObject = {key: value for key, value in counts.items() if value}
        status |= {"observedGeneration": deployment["metadata"]["generation"], "conditions": conditions}
        self._cluster.registry.update_status(DEPLOYMENTS, deployment, status)
        return self._until_deadline_s(deployment, progressing)

    def _availability(self, deployment: KubeObject, counts: dict[str, int]) -> KubeObject:
        enough = counts["availableReplicas"] >= deployment["spec"]["replicas"] - Fence.of(deployment).max_unavailable
        adverb, reason = ("", "MinimumReplicasAvailable") if enough else ("not ", "MinimumReplicasUnavailable")
        message = f"Deployment {'has' if enough else 'does not have'} minimum availability."
        return self._condition(deployment, "Available", not adverb, reason, message)

    def _progress(self, deployment: KubeObject, newest: KubeObject | None, counts: dict[str, int]) -> KubeObject | None:
        if deployment["spec"].get("paused"):
            return None
        name = f'ReplicaSet "{name_of(newest)}"' if newest else f'Deployment "{name_of(deployment)}"'
        if newest and _is_complete(deployment, counts):
            message = f"{name} has successfully progressed."
            return self._condition(deployment, "Progressing", True, "NewReplicaSetAvailable", message)
        previous = condition_of(deployment, "Progressing")
        if previous and not self._has_progressed(deployment, counts):
            if previous["reason"] == "ProgressDeadlineExceeded" or self._deadline_passed(deployment, previous):
                message = f"{name} has timed out progressing."
                return self._condition(deployment, "Progressing", False, "ProgressDeadlineExceeded", message)
            if previous["reason"] != "NewReplicaSetAvailable":
                return previous
        created = previous is None
        reason = "NewReplicaSetCreated" if created else "ReplicaSetUpdated"
        message = f'Created new replica set "{name_of(newest)}"' if created and newest else f"{name} is progressing."
        return self._condition(deployment, "Progressing", True, reason, message)

    def _has_progressed(self, deployment: KubeObject, counts: dict[str, int]) -> bool:
        before = deployment.get("status") or {}
        old_before = before.get("replicas", 0) - before.get("updatedReplicas", 0)
        return bool(
            counts["updatedReplicas"] > before.get("updatedReplicas", 0)
            or counts["replicas"] - counts["updatedReplicas"] < old_before
            or counts["readyReplicas"] > before.get("readyReplicas", 0)
            or counts["availableReplicas"] > before.get("availableReplicas", 0)
            or before.get("observedGeneration") != deployment["metadata"]["generation"]
        )

    def _deadline_passed(self, deployment: KubeObject, progressing: KubeObject) -> bool:
        deadline = timedelta(seconds=deployment["spec"]["progressDeadlineSeconds"])
        waiting = progressing["reason"] != "NewReplicaSetAvailable"
        return waiting and self._cluster.timers.now() >= parsed_time(progressing["lastUpdateTime"]) + deadline

    def _until_deadline_s(self, deployment: KubeObject, progressing: KubeObject | None) -> float | None:
        if not progressing or progressing["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
            return None
        deadline = timedelta(seconds=deployment["spec"]["progressDeadlineSeconds"])
        passes_at = parsed_time(progressing["lastUpdateTime"]) + deadline
        return max(1.0, (passes_at - self._cluster.timers.now()).total_seconds())

    def _condition(self, deployment: KubeObject, kind: str, holds: bool, reason: str, message: str) -> KubeObject:
        now = time_text(self._cluster.timers.now())
        fresh = {"type": kind, "status": "True" if holds else "False", "reason": reason, "message": message}
        previous = condition_of(deployment, kind)
        if previous and {key: previous[key] for key in fresh} == fresh:
            return previous
        return fresh | {"lastUpdateTime": now, "lastTransitionTime": now}


def _revision_of(replica_set: KubeObject) -> int:
    return int(annotations_of(replica_set).get(REVISION, "0"))


def _next_revision(old: list[KubeObject]) -> int:
    return max((_revision_of(item) for item in old), default=0) + 1


def _min_ready(deployment: KubeObject) -> KubeObject:
    seconds = deployment["spec"].get("minReadySeconds")
    return {"minReadySeconds": seconds} if seconds else {}


def _size_of(replica_set: KubeObject) -> SetSize:
    available = (replica_set.get("status") or {}).get("availableReplicas", 0)
    return SetSize(name_of(replica_set), replica_set["spec"]["replicas"], available)


def _set_with_template(deployment: KubeObject, replica_sets: list[KubeObject]) -> KubeObject | None:
    wanted = canonical_template(deployment["spec"]["template"])
    return next((item for item in replica_sets if canonical_template(item["spec"]["template"]) == wanted), None)


def _counts(newest: KubeObject | None, replica_sets: list[KubeObject]) -> dict[str, int]:
    def total(field: str) -> int:
        return sum(item.get("status", {}).get(field, 0) for item in replica_sets)

    wanted = sum(item["spec"]["replicas"] for item in replica_sets)
    return {
        "replicas": total("replicas"),
        "updatedReplicas": (newest or {}).get("status", {}).get("replicas", 0),
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": total("availableReplicas"),
        "unavailableReplicas": max(0, wanted - total("availableReplicas")),
    }


def _is_complete(deployment: KubeObject, counts: dict[str, int]) -> bool:
    replicas = deployment["spec"]["replicas"]
    return bool(counts["updatedReplicas"] == replicas == counts["replicas"] == counts["availableReplicas"])
