"""Kubernetes objects as plain JSON, and the few readings of them that every part of the simulation needs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

KubeObject = dict[str, Any]
"""One JSON object of the API. Objects in the store are never changed in place: copy with `copied` first."""


def copied(value: Any) -> Any:
    """A deep copy of a JSON value (several times faster than `copy.deepcopy`)."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def name_of(obj: KubeObject) -> str:
    """`metadata.name`."""
    return str(obj["metadata"]["name"])


def namespace_of(obj: KubeObject) -> str:
    """`metadata.namespace`, empty for what lives outside namespaces."""
    return str(obj["metadata"].get("namespace") or "")


def uid_of(obj: KubeObject) -> str:
    """`metadata.uid`."""
    return str(obj["metadata"]["uid"])


def labels_of(obj: KubeObject) -> dict[str, str]:
    """`metadata.labels`, empty when absent."""
    return obj["metadata"].get("labels") or {}


def annotations_of(obj: KubeObject) -> dict[str, str]:
    """`metadata.annotations`, empty when absent."""
    return obj["metadata"].get("annotations") or {}


def is_terminating(obj: KubeObject) -> bool:
    """Whether deletion has been asked for."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def controller_of(obj: KubeObject) -> KubeObject | None:
    """The owner reference marked as the controller, if there is one."""
    owners: Iterable[KubeObject] = obj["metadata"].get("ownerReferences") or ()
    return next((owner for owner in owners if owner.get("controller")), None)


def controller_uid(obj: KubeObject) -> str | None:
    """The uid of the controlling owner, if there is one."""
    owner = controller_of(obj)
    return owner["uid"] if owner else None


def owner_reference(owner: KubeObject) -> KubeObject:
    """A reference that makes `owner` the controller of another object."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name_of(owner),
        "uid": uid_of(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def condition_of(obj: KubeObject, kind: str) -> KubeObject | None:
    """The entry of `status.conditions` whose type is `kind`."""
    conditions: Iterable[KubeObject] = (obj.get("status") or {}).get("conditions") or ()
    return next((condition for condition in conditions if condition["type"] == kind), None)


def condition_is_true(obj: KubeObject, kind: str) -> bool:
    """Whether the condition exists and says True."""
    condition = condition_of(obj, kind)
    return condition is not None and condition["status"] == "True"


def with_condition(conditions: list[KubeObject], condition: KubeObject) -> list[KubeObject]:
    """`conditions` with the one of the same type replaced; its transition time is kept while its status stands."""
    previous = next((old for old in conditions if old["type"] == condition["type"]), None)
    if previous and previous["status"] == condition["status"] and "lastTransitionTime" in previous:
        condition = condition | {"lastTransitionTime": previous["lastTransitionTime"]}
    return [old for old in conditions if old["type"] != condition["type"]] + [condition]


def time_text(moment: datetime) -> str:
    """RFC 3339 in whole seconds, as `metav1.Time` is written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_time_text(moment: datetime) -> str:
    """RFC 3339 in microseconds, as `metav1.MicroTime` is written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parsed_time(text: str) -> datetime:
    """A moment written by `time_text` or `micro_time_text`."""
    return datetime.fromisoformat(text)
