"""From the API's JSON to what the domain sees (Kubernetes API v1, apps/v1; Knative serving v1)."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ahorrater.adapters.kubernetes.connection import Json
from ahorrater.adapters.kubernetes.selectors import matches
from ahorrater.domain.cluster import (
    FOLLOWS_SUN,
    MARK,
    SUNNY,
    SUNNY_LABEL,
    Deployment,
    KnativeService,
    Node,
    Pod,
)

KNATIVE_SERVICE = "serving.knative.dev/service"
"""Label of everything that belongs to a Knative Service; its value is the Service's name."""
_ROLE = "node-role.kubernetes.io/"


def node_of(item: Json) -> Node:
    """A node."""
    metadata, labels = item["metadata"], labels_of(item)
    return Node(
        name=metadata["name"],
        ready=_condition(item, "Ready").get("status") == "True",
        schedulable=not item.get("spec", {}).get("unschedulable", False),
        label=labels.get(SUNNY_LABEL),
        mark=annotations_of(item).get(MARK),
        version=metadata.get("resourceVersion", ""),
        roles=tuple(sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE))),
    )


def pod_of(item: Json) -> Pod:
    """A pod."""
    metadata, ready, scheduled = item["metadata"], _condition(item, "Ready"), _condition(item, "PodScheduled")
    is_ready = ready.get("status") == "True"
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        node=item["spec"].get("nodeName"),
        phase=item.get("status", {}).get("phase", "Unknown"),
        ready_since=_moment(ready.get("lastTransitionTime") or metadata["creationTimestamp"]) if is_ready else None,
        ending=metadata.get("deletionTimestamp") is not None,
        unschedulable=scheduled.get("reason") == "Unschedulable",
        waiting=None if is_ready else _why_waiting(item, scheduled),
        mark=annotations_of(item).get(MARK),
    )


def deployment_of(item: Json, pods: Iterable[Json]) -> Deployment:
    """A Deployment, with those of `pods` that it selects."""
    spec, template = item["spec"], item["spec"]["template"]
    replicas = spec.get("replicas", 1)
    rolling = spec.get("strategy", {}).get("rollingUpdate") or {}
    return Deployment(
        namespace=item["metadata"]["namespace"],
        name=item["metadata"]["name"],
        replicas=replicas,
        requires_sunny=requires_sunny(template["spec"]),
        pods=tuple(pod_of(pod) for pod in selected(item, pods)),
        version=item["metadata"]["resourceVersion"],
        mark=annotations_of(template).get(MARK),
        recreate=spec.get("strategy", {}).get("type") == "Recreate",
        paused=spec.get("paused", False),
        max_unavailable=_resolve(rolling.get("maxUnavailable", "25%"), replicas, math.floor),
        max_surge=_resolve(rolling.get("maxSurge", "25%"), replicas, math.ceil),
    )


def knative_service_of(item: Json, deployments: Iterable[Json], pods: Iterable[Json]) -> KnativeService:
    """A Knative Service. How many pods it should have now, its revisions' Deployments say."""
    namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
    own = [one for one in deployments if belongs_to(one, namespace, name)]
    return KnativeService(
        namespace=namespace,
        name=name,
        replicas=sum(one["spec"].get("replicas", 1) for one in own),
        requires_sunny=requires_sunny(item["spec"]["template"]["spec"]),
        pods=tuple(pod_of(pod) for pod in pods if belongs_to(pod, namespace, name)),
        version=item["metadata"]["resourceVersion"],
    )


def opted_in(item: Json) -> bool:
    """Whether it asked, by label or annotation, to follow the sun."""
    return "true" in {labels_of(item).get(FOLLOWS_SUN), annotations_of(item).get(FOLLOWS_SUN)}


def belongs_to(item: Json, namespace: str, knative_service: str) -> bool:
    """Whether it is part of that Knative Service."""
    return item["metadata"]["namespace"] == namespace and labels_of(item).get(KNATIVE_SERVICE) == knative_service


def selected(deployment: Json, pods: Iterable[Json]) -> list[Json]:
    """Those of `pods` that the Deployment selects."""
    namespace, selector = deployment["metadata"]["namespace"], deployment["spec"]["selector"]
    return [pod for pod in pods if pod["metadata"]["namespace"] == namespace and matches(selector, labels_of(pod))]


def requires_sunny(pod_spec: Json) -> bool:
    """Whether pods of this spec run on sunny nodes only. The terms of an affinity are alternatives: each must ask."""
    if (pod_spec.get("nodeSelector") or {}).get(SUNNY_LABEL) == SUNNY:
        return True
    affinity = (pod_spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = required.get("nodeSelectorTerms") or []
    return bool(terms) and all(any(map(_asks_for_sunny, term.get("matchExpressions") or [])) for term in terms)


def labels_of(item: Json) -> dict[str, str]:
    """Its labels."""
    return item.get("metadata", {}).get("labels") or {}


def annotations_of(item: Json) -> dict[str, str]:
    """Its annotations."""
    return item.get("metadata", {}).get("annotations") or {}


def _asks_for_sunny(expression: Json) -> bool:
    if expression["key"] != SUNNY_LABEL:
        return False
    operator, values = expression["operator"], expression.get("values")
    return bool(operator == "Exists" or (operator == "In" and values == [SUNNY]))


def _condition(item: Json, kind: str) -> Json:
    conditions: Sequence[Json] = item.get("status", {}).get("conditions") or []
    return next((condition for condition in conditions if condition["type"] == kind), {})


def _why_waiting(item: Json, scheduled: Json) -> str | None:
    if scheduled.get("message"):
        return str(scheduled["message"])
    for container in item.get("status", {}).get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            return ": ".join(filter(None, [waiting.get("reason"), waiting.get("message")]))
    return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _resolve(value: int | str, replicas: int, rounded: Callable[[float], int]) -> int:
    """A number of pods, or a percentage of them (`25%`)."""
    if isinstance(value, str):
        return rounded(int(value.removesuffix("%")) * replicas / 100)
    return value
