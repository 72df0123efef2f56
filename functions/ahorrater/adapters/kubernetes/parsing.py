"""From the API's JSON to what the domain sees (Kubernetes API v1, apps/v1; Knative serving v1)."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ahorrater.adapters.kubernetes.connection import Json
from ahorrater.adapters.kubernetes.requests import device_of, host_path_of, requests_of, room_of
from ahorrater.adapters.kubernetes.selectors import matches
from ahorrater.domain.cluster import (
    FOLLOWS_SUN,
    MARK,
    ROLLS_STATEFUL,
    SHED_REPLICAS,
    SHEDDABLE,
    SUNNY,
    SUNNY_LABEL,
    Deployment,
    KnativeService,
    Node,
    Pod,
    StatefulSet,
    Template,
)
from ahorrater.domain.stays import rules_of

REVISION_MARK = "ahorrater.knative.dev/epoch"
"""MARK as a Knative revision bears it. Serving makes a revision's annotations those of its pod template, and so rolls
its Deployment; but of keys without `knative.dev/` it keeps the first value for ever (serving: revision/cruds.go).
"""
KNATIVE_REVISION = "serving.knative.dev/revision"
"""Label of the Deployment and the pods of one revision."""
KNATIVE_SERVICE = "serving.knative.dev/service"
"""Label of everything that belongs to a Knative Service; its value is the Service's name."""
_LONGEST_COUNT = 6
_ROLE = "node-role.kubernetes.io/"


def node_of(item: Json) -> Node:
    """A node."""
    metadata, labels, ready = item["metadata"], labels_of(item), _condition(item, "Ready")
    allocatable = item.get("status", {}).get("allocatable")
    return Node(
        name=metadata["name"],
        ready=ready.get("status") == "True",
        ready_changed_at=_moment(ready["lastTransitionTime"]) if ready.get("lastTransitionTime") else None,
        schedulable=not item.get("spec", {}).get("unschedulable", False),
        allocatable=room_of(allocatable, pods=int(allocatable.get("pods", 0))) if allocatable else None,
        label=labels.get(SUNNY_LABEL),
        mark=annotations_of(item).get(MARK),
        version=metadata.get("resourceVersion", ""),
        roles=tuple(sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE))),
    )


def pod_of(item: Json) -> Pod:
    """A pod."""
    metadata, ready, scheduled = item["metadata"], _condition(item, "Ready"), _condition(item, "PodScheduled")
    is_ready, revision = ready.get("status") == "True", labels_of(item).get(KNATIVE_REVISION)
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        node=item["spec"].get("nodeName"),
        phase=item.get("status", {}).get("phase", "Unknown"),
        ready_since=_moment(ready.get("lastTransitionTime") or metadata["creationTimestamp"]) if is_ready else None,
        ending=metadata.get("deletionTimestamp") is not None,
        unschedulable=scheduled.get("reason") == "Unschedulable",
        waiting=None if is_ready else _why_waiting(item, scheduled),
        mark=annotations_of(item).get(REVISION_MARK if revision else MARK),
        revision=revision,
        requests=requests_of(item["spec"]),
    )


def deployment_of(item: Json, pods: Iterable[Json]) -> Deployment:
    """A Deployment, with those of `pods` that it selects."""
    spec, replicas = item["spec"], item["spec"].get("replicas", 1)
    rolling = spec.get("strategy", {}).get("rollingUpdate") or {}
    return Deployment(
        namespace=item["metadata"]["namespace"],
        name=item["metadata"]["name"],
        replicas=replicas,
        requires_sunny=requires_sunny(spec["template"]["spec"]),
        pods=tuple(pod_of(pod) for pod in selected(item, pods)),
        templates=(_template_of(item),),
        rooted=rooted(spec["template"]["spec"]),
        rules=rules_of(annotations_of(item)),
        recreate=spec.get("strategy", {}).get("type") == "Recreate",
        paused=spec.get("paused", False),
        max_unavailable=_resolve(rolling.get("maxUnavailable", "25%"), replicas, math.floor),
        max_surge=_resolve(rolling.get("maxSurge", "25%"), replicas, math.ceil),
        sheddable=annotations_of(item).get(SHEDDABLE) == "true",
        shed_replicas=_count(annotations_of(item).get(SHED_REPLICAS)),
    )


def stateful_set_of(item: Json, pods: Iterable[Json]) -> StatefulSet:
    """A StatefulSet, with those of `pods` that it selects."""
    spec, strategy = item["spec"], item["spec"].get("updateStrategy") or {}
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    return StatefulSet(
        namespace=item["metadata"]["namespace"],
        name=item["metadata"]["name"],
        replicas=spec.get("replicas", 1),
        requires_sunny=requires_sunny(spec["template"]["spec"]),
        pods=tuple(pod_of(pod) for pod in selected(item, pods)),
        templates=(_template_of(item),),
        rooted=rooted(spec["template"]["spec"]),
        rules=rules_of(annotations_of(item)),
        accepts_gaps=annotations_of(item).get(ROLLS_STATEFUL) == "true",
        rolls=strategy.get("type", "RollingUpdate") == "RollingUpdate" and partition == 0,
    )


def knative_service_of(
    item: Json, revisions: Iterable[Json], deployments: Iterable[Json], pods: Iterable[Json]
) -> KnativeService:
    """A Knative Service. How many pods it should have now, its revisions' Deployments say."""
    namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
    own = [one for one in deployments if belongs_to(one, namespace, name)]
    return KnativeService(
        namespace=namespace,
        name=name,
        replicas=sum(one["spec"].get("replicas", 1) for one in own),
        requires_sunny=requires_sunny(item["spec"]["template"]["spec"]),
        pods=tuple(pod_of(pod) for pod in pods if belongs_to(pod, namespace, name)),
        templates=tuple(revision_of(one) for one in revisions if belongs_to(one, namespace, name)),
        rooted=rooted(item["spec"]["template"]["spec"]),
        rules=rules_of(annotations_of(item)),
    )


def revision_of(item: Json) -> Template:
    """A revision: its annotations are its pod template's."""
    metadata = item["metadata"]
    return Template(metadata["name"], metadata["resourceVersion"], annotations_of(item).get(REVISION_MARK))


def rooted(pod_spec: Json) -> str | None:
    """What ties pods of this spec to the node they are on."""
    if device := device_of(pod_spec):
        return f"its pods use a device of their node ({device})"
    if path := host_path_of(pod_spec):
        return f"its pods use a folder of their node (hostPath {path})"
    return None


def opted_in(item: Json) -> bool:
    """Whether it asked, by label or annotation, to follow the sun."""
    return "true" in {labels_of(item).get(FOLLOWS_SUN), annotations_of(item).get(FOLLOWS_SUN)}


def belongs_to(item: Json, namespace: str, knative_service: str) -> bool:
    """Whether it is part of that Knative Service."""
    return item["metadata"]["namespace"] == namespace and labels_of(item).get(KNATIVE_SERVICE) == knative_service


def selected(item: Json, pods: Iterable[Json]) -> list[Json]:
    """Those of `pods` that the Deployment or StatefulSet selects."""
    namespace, selector = item["metadata"]["namespace"], item["spec"]["selector"]
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


def _template_of(item: Json) -> Template:
    metadata = item["metadata"]
    return Template(metadata["name"], metadata["resourceVersion"], annotations_of(item["spec"]["template"]).get(MARK))


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


def _count(text: str | None) -> int | None:
    """What was written there; something else, by somebody else, is one pod."""
    if text is None:
        return None
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_COUNT else 1


def _resolve(value: int | str, replicas: int, rounded: Callable[[float], int]) -> int:
    """A number of pods, or a percentage of them (`25%`)."""
    if isinstance(value, str):
        return rounded(int(value.removesuffix("%")) * replicas / 100)
    return value
