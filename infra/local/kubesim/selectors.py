"""Label selectors (text and `metav1.LabelSelector`) and field selectors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.kubesim.errors import bad_request
from infra.local.kubesim.objects import KubeObject, labels_of
from infra.local.kubesim.resources import EVENTS, NAMESPACES, NODES, PODS, SECRETS, Resource

Predicate = Callable[[KubeObject], bool]


@dataclass(frozen=True)
class Requirement:
    """One condition on the value of one key."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it. NotIn and DoesNotExist accept a missing key, as the API does."""
        present, value = self.key in labels, labels.get(self.key, "")
        return {
            "In": lambda: present and value in self.values,
            "NotIn": lambda: not present or value not in self.values,
            "Exists": lambda: present,
            "DoesNotExist": lambda: not present,
            "Gt": lambda: present and _greater(value, self.values[0]),
            "Lt": lambda: present and _greater(self.values[0], value),
        }[self.operator]()


def _greater(left: str, right: str) -> bool:
    try:
        return int(left) > int(right)
    except ValueError:
        return False


_KEY = r"[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?"
_VALUE = r"[-A-Za-z0-9_.]*"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Requirement]], ...] = (
    (re.compile(rf"({_KEY})\s+in\s+\(([^()]*)\)"), lambda m: Requirement(m[1], "In", _items(m[2]))),
    (re.compile(rf"({_KEY})\s+notin\s+\(([^()]*)\)"), lambda m: Requirement(m[1], "NotIn", _items(m[2]))),
    (re.compile(rf"({_KEY})\s*!=\s*({_VALUE})"), lambda m: Requirement(m[1], "NotIn", (m[2],))),
    (re.compile(rf"({_KEY})\s*==?\s*({_VALUE})"), lambda m: Requirement(m[1], "In", (m[2],))),
    (re.compile(rf"({_KEY})\s*>\s*(-?\d+)"), lambda m: Requirement(m[1], "Gt", (m[2],))),
    (re.compile(rf"({_KEY})\s*<\s*(-?\d+)"), lambda m: Requirement(m[1], "Lt", (m[2],))),
    (re.compile(rf"!\s*({_KEY})"), lambda m: Requirement(m[1], "DoesNotExist")),
    (re.compile(rf"({_KEY})"), lambda m: Requirement(m[1], "Exists")),
)


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(","))


def parse_label_selector(text: str) -> tuple[Requirement, ...]:
    """The requirements of `a=b,c!=d,e in (x,y),!f`. Raises 400 for what cannot be parsed."""
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", text)] if text.strip() else []
    return tuple(_parse_requirement(part) for part in parts)


def _parse_requirement(text: str) -> Requirement:
    for pattern, build in _SHAPES:
        match = pattern.fullmatch(text)
        if match:
            return build(match)
    raise bad_request(f"unable to parse requirement: found '{text}', expected: key, !key, =, ==, !=, in, notin, > or <")


def requirements_of(selector: KubeObject | None) -> tuple[Requirement, ...]:
    """The requirements of a `metav1.LabelSelector`; an empty selector accepts everything."""
    selector = selector or {}
    exact = (Requirement(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items())
    expressions = (
        Requirement(item["key"], item["operator"], tuple(item.get("values") or ()))
        for item in selector.get("matchExpressions") or ()
    )
    return (*exact, *expressions)


def selects(selector: KubeObject | None, labels: Mapping[str, str]) -> bool:
    """Whether a `metav1.LabelSelector` accepts these labels."""
    return all(requirement.accepts(labels) for requirement in requirements_of(selector))


_METADATA_FIELDS = ("metadata.name", "metadata.namespace")
_FIELDS: dict[Resource, tuple[str, ...]] = {
    PODS: (
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.nominatedNodeName",
    ),
    NODES: ("spec.unschedulable",),
    NAMESPACES: ("status.phase",),
    SECRETS: ("type",),
    EVENTS: (
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
        "reason", "reportingComponent", "source", "type",
    ),
}  # fmt: skip


def parse_field_selector(text: str, resource: Resource) -> Predicate:
    """A predicate for `spec.nodeName=a,status.phase!=Failed`. Raises 400 for a field the kind does not offer."""
    checks = [_field_check(part.strip(), resource) for part in text.split(",") if part.strip()]
    return lambda obj: all(check(obj) for check in checks)


def _field_check(text: str, resource: Resource) -> Predicate:
    match = re.fullmatch(r"([^=!]+)(!=|==|=)(.*)", text)
    if not match:
        raise bad_request(f"invalid selector: '{text}'; can't understand '{text}'")
    field, operator, expected = match.groups()
    if field not in (*_METADATA_FIELDS, *_FIELDS.get(resource, ())):
        raise bad_request(f"field label not supported: {field}")
    return lambda obj: (_field_text(obj, field) == expected) == (operator != "!=")


def _field_text(obj: KubeObject, field: str) -> str:
    value: Any = obj
    for part in field.split("."):
        value = (value or {}).get(part) if isinstance(value, dict) or value is None else None
    if field == "source" and isinstance(value, dict):
        value = value.get("component")
    if value is None:
        return "false" if field in ("spec.unschedulable", "spec.hostNetwork") else ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_selectors(label_selector: str, field_selector: str, resource: Resource) -> Predicate:
    """One predicate for both selectors of a request."""
    requirements = parse_label_selector(label_selector)
    field_predicate = parse_field_selector(field_selector, resource)
    return lambda obj: all(item.accepts(labels_of(obj)) for item in requirements) and field_predicate(obj)
