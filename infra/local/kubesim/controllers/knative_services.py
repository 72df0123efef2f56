"""Gives Knative Services a revision for each template, as Knative does, without its routing."""

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
    name_of,
    namespace_of,
    owner_reference,
    time_text,
    uid_of,
    with_condition,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import KNATIVE_REVISIONS, KNATIVE_SERVICES
from infra.local.kubesim.rollout import template_hash
from infra.local.kubesim.store import Change

SERVICE_LABEL = "serving.knative.dev/service"
_TEMPLATE_ANNOTATION = "serving.knative.dev/simulated-template"


class KnativeServices:
    """One revision for the latest template; the one before goes once the new one is ready."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A Service, or the owner of a revision."""
        if change.resource is KNATIVE_SERVICES and change.type != "DELETED":
            yield namespace_of(change.object), name_of(change.object)
        owner = controller_of(change.object) if change.resource is KNATIVE_REVISIONS else None
        if owner:
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
        ready = condition_is_true(latest, "Ready")
        for item in revisions:
            if ready and uid_of(item) != uid_of(latest):
                self._cluster.registry.delete(KNATIVE_REVISIONS, key[0], name_of(item), DeleteOptions())
        self._report(service, name_of(latest), ready=ready)
        return None

    def _revisions_of(self, service: KubeObject) -> list[KubeObject]:
        revisions = self._cluster.store.objects(KNATIVE_REVISIONS, namespace_of(service))
        return sorted((item for item in revisions if controller_uid(item) == uid_of(service)), key=_number_of)

    def _create_revision(self, service: KubeObject, previous_number: int, wanted: str) -> KubeObject:
        template = copied(service["spec"]["template"])
        metadata = template.get("metadata") or {}
        name = name_of(service)
        return self._cluster.registry.create(
            KNATIVE_REVISIONS,
            namespace_of(service),
            {
                "metadata": {
                    "name": f"{name}-{previous_number + 1:05d}",
                    "labels": (metadata.get("labels") or {})
                    | {
                        SERVICE_LABEL: name,
                        "serving.knative.dev/configuration": name,
                        "serving.knative.dev/routingState": "active",
                    },
                    "annotations": (metadata.get("annotations") or {}) | {_TEMPLATE_ANNOTATION: wanted},
                    "ownerReferences": [owner_reference(service)],
                },
                "spec": template["spec"],
            },
        )

    def _report(self, service: KubeObject, revision: str, *, ready: bool) -> None:
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


def _number_of(revision: KubeObject) -> int:
    return int(name_of(revision).rpartition("-")[2])
