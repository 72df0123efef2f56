"""Keeps pods for Knative Services: a Deployment for each revision, as Knative does, without its scaling or routing."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.objects import (
    KubeObject,
    annotations_of,
    condition_is_true,
    controller_of,
    controller_uid,
    copied,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    time_text,
    uid_of,
    with_condition,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import DEPLOYMENTS, KNATIVE_SERVICES
from infra.local.kubesim.rollout import template_hash
from infra.local.kubesim.store import Change

SERVICE_LABEL = "serving.knative.dev/service"
REVISION_LABEL = "serving.knative.dev/revision"
_TEMPLATE_ANNOTATION = "simulation.ahorrater.es/template"
_MIN_SCALE = ("autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale")


class KnativeServices:
    """One Deployment for the latest template; the one before goes once the new one is ready."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A Service, or the owner of a revision's Deployment."""
        if change.resource is KNATIVE_SERVICES and change.type != "DELETED":
            yield namespace_of(change.object), name_of(change.object)
        owner = controller_of(change.object) if change.resource is DEPLOYMENTS else None
        if owner and owner["apiVersion"] == KNATIVE_SERVICES.api_version:
            yield namespace_of(change.object), owner["name"]

    def reconcile(self, key: Key) -> float | None:
        """Creates the latest revision, retires those before, reports."""
        service = self._cluster.store.get(KNATIVE_SERVICES, *key)
        if service is None or is_terminating(service):
            return None
        revisions = self._revisions_of(service)
        wanted = template_hash(service["spec"]["template"])
        latest = next((item for item in revisions if annotations_of(item)[_TEMPLATE_ANNOTATION] == wanted), None)
        if latest is None:
            latest = self._create_revision(service, len(revisions) and _number_of(revisions[-1]), wanted)
        ready = condition_is_true(latest, "Available") and _is_observed(latest)
        for item in revisions:
            if ready and uid_of(item) != uid_of(latest):
                self._cluster.registry.delete(DEPLOYMENTS, key[0], name_of(item), DeleteOptions())
        self._report(service, latest, ready=ready)
        return None

    def _revisions_of(self, service: KubeObject) -> list[KubeObject]:
        deployments = self._cluster.store.objects(DEPLOYMENTS, namespace_of(service))
        return sorted((item for item in deployments if controller_uid(item) == uid_of(service)), key=_number_of)

    def _create_revision(self, service: KubeObject, previous_number: int, wanted: str) -> KubeObject:
        revision = f"{name_of(service)}-{previous_number + 1:05d}"
        template = copied(service["spec"]["template"])
        metadata = template.get("metadata") or {}
        labels = (metadata.get("labels") or {}) | {
            "app": revision,
            SERVICE_LABEL: name_of(service),
            "serving.knative.dev/configuration": name_of(service),
            REVISION_LABEL: revision,
        }
        return self._cluster.registry.create(
            DEPLOYMENTS,
            namespace_of(service),
            {
                "metadata": {
                    "name": f"{revision}-deployment",
                    "labels": labels,
                    "annotations": {_TEMPLATE_ANNOTATION: wanted},
                    "ownerReferences": [owner_reference(service)],
                },
                "spec": {
                    "replicas": _scale(template),
                    "selector": {"matchLabels": {REVISION_LABEL: revision}},
                    "template": {
                        "metadata": {"labels": labels, "annotations": metadata.get("annotations") or {}},
                        "spec": _pod_spec(template["spec"]),
                    },
                },
            },
        )

    def _report(self, service: KubeObject, latest: KubeObject, *, ready: bool) -> None:
        revision = labels_of(latest)[REVISION_LABEL]
        before = service.get("status") or {}
        url = f"http://{name_of(service)}.{namespace_of(service)}.svc.cluster.local"
        conditions = before.get("conditions") or []
        for kind in ("ConfigurationsReady", "RoutesReady", "Ready"):
            conditions = with_condition(conditions, self._condition(kind, ready=ready))
        status = {
            "observedGeneration": service["metadata"]["generation"],
            "latestCreatedRevisionName": revision,
            "conditions": conditions,
            "url": url,
            "address": {"url": url},
        }
        latest_ready = revision if ready else before.get("latestReadyRevisionName")
        if latest_ready:
            status["latestReadyRevisionName"] = latest_ready
            status["traffic"] = [{"latestRevision": True, "percent": 100, "revisionName": latest_ready}]
        self._cluster.registry.update_status(KNATIVE_SERVICES, service, status)

    def _condition(self, kind: str, *, ready: bool) -> KubeObject:
        moment = {"lastTransitionTime": time_text(self._cluster.timers.now())}
        return {"type": kind, "status": "True" if ready else "Unknown", **moment}


def _number_of(deployment: KubeObject) -> int:
    return int(labels_of(deployment)[REVISION_LABEL].rpartition("-")[2])


def _is_observed(deployment: KubeObject) -> bool:
    status = deployment.get("status") or {}
    return bool(
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and status.get("updatedReplicas", 0) == deployment["spec"]["replicas"]
    )


def _scale(template: KubeObject) -> int:
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    minimum = next((int(annotations[key]) for key in _MIN_SCALE if key in annotations), 1)
    return max(1, minimum)


def _pod_spec(revision_spec: KubeObject) -> KubeObject:
    """The pod's part of a revision: without what Knative reads itself."""
    own = ("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds")
    return {key: value for key, value in revision_spec.items() if key not in own}
