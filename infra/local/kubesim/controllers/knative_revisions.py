"""Keeps a Deployment for each Knative revision (knative/serving: pkg/reconciler/revision/cruds.go)."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.objects import (
    KubeObject,
    annotations_of,
    condition_is_true,
    controller_of,
    copied,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    time_text,
    with_condition,
)
from infra.local.kubesim.resources import DEPLOYMENTS, KNATIVE_REVISIONS
from infra.local.kubesim.store import Change

REVISION_LABEL = "serving.knative.dev/revision"
_MIN_SCALE = ("autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale")
_KNATIVE_ONLY = ("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds")


class KnativeRevisions:
    """The revision controller: what annotates a revision annotates its pods, and so rolls its Deployment."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A revision, or the owner of a Deployment."""
        if change.resource is KNATIVE_REVISIONS and change.type != "DELETED":
            yield namespace_of(change.object), name_of(change.object)
        owner = controller_of(change.object) if change.resource is DEPLOYMENTS else None
        if owner and owner["kind"] == "Revision":
            yield namespace_of(change.object), owner["name"]

    def reconcile(self, key: Key) -> float | None:
        """Creates the Deployment, or brings its pod template in line; then reports."""
        revision = self._cluster.store.get(KNATIVE_REVISIONS, *key)
        if revision is None or is_terminating(revision):
            return None
        name = f"{name_of(revision)}-deployment"
        deployment = self._cluster.store.get(DEPLOYMENTS, key[0], name)
        if deployment is None:
            deployment = self._cluster.registry.create(DEPLOYMENTS, key[0], _deployment_of(revision, name))
        else:
            deployment = self._cluster.registry.modify(
                DEPLOYMENTS, key[0], name, lambda current: _in_line(current, revision)
            )
        ready = condition_is_true(deployment, "Available") and _is_observed(deployment)
        self._report(revision, ready=ready)
        return None

    def _report(self, revision: KubeObject, *, ready: bool) -> None:
        """A revision that was ready stays so while its pods are rolled."""
        ready = ready or condition_is_true(revision, "Ready")
        moment = {"lastTransitionTime": time_text(self._cluster.timers.now())}
        condition = {"type": "Ready", "status": "True" if ready else "Unknown", **moment}
        before = (revision.get("status") or {}).get("conditions") or []
        status = {
            "observedGeneration": revision["metadata"]["generation"],
            "conditions": with_condition(before, condition),
        }
        self._cluster.registry.update_status(KNATIVE_REVISIONS, revision, status)


def _deployment_of(revision: KubeObject, name: str) -> KubeObject:
    labels = labels_of(revision) | {"app": name_of(revision), REVISION_LABEL: name_of(revision)}
    return {
        "metadata": {"name": name, "labels": labels, "ownerReferences": [owner_reference(revision)]},
        "spec": {
            "replicas": _scale(revision),
            "selector": {"matchLabels": {REVISION_LABEL: name_of(revision)}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": labels, "annotations": _pod_annotations(revision)},
                "spec": {key: value for key, value in copied(revision["spec"]).items() if key not in _KNATIVE_ONLY},
            },
        },
    }


def _in_line(deployment: KubeObject, revision: KubeObject) -> KubeObject:
    """Of annotations whose key is not Knative's the Deployment keeps what it has."""
    metadata = deployment["spec"]["template"]["metadata"]
    kept = {key: value for key, value in (metadata.get("annotations") or {}).items() if "knative.dev/" not in key}
    metadata["annotations"] = _pod_annotations(revision) | kept
    return deployment


def _pod_annotations(revision: KubeObject) -> dict[str, str]:
    annotations = annotations_of(revision).items()
    return {key: value for key, value in annotations if not key.startswith("autoscaling.knative.dev")}


def _is_observed(deployment: KubeObject) -> bool:
    status = deployment.get("status") or {}
    return bool(
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and status.get("updatedReplicas", 0) == deployment["spec"]["replicas"]
    )


def _scale(revision: KubeObject) -> int:
    minimum = next((int(annotations_of(revision)[key]) for key in _MIN_SCALE if key in annotations_of(revision)), 1)
    return max(1, minimum)
