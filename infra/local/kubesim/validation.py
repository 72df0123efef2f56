"""The rules that objects have to keep, in the words of the real server."""

import re
from collections.abc import Callable
from typing import Any

from infra.local.kubesim.errors import FieldError, forbidden_field, invalid_value, required, unsupported
from infra.local.kubesim.objects import KubeObject, copied
from infra.local.kubesim.quantities import parse_quantity
from infra.local.kubesim.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    LEASES,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    SERVICES,
    Resource,
)
from infra.local.kubesim.selectors import selects

_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_SERVICE_NAME_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_KEY_WORDS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_MANY_SLASHES_WORDS = (
    f"{_KEY_WORDS.replace('name part', 'a qualified name')} with an optional DNS subdomain prefix and '/' "
    "(e.g. 'example.com/MyName')"
)
_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_LENGTH = 63
_SUBDOMAIN_LENGTH = 253


def validate(resource: Resource, obj: KubeObject) -> list[FieldError]:
    """What is wrong with an object as it stands."""
    rule = _RULES.get(resource)
    return [*_validate_metadata(resource, obj["metadata"]), *(rule(obj) if rule else ())]


def validate_update(resource: Resource, new: KubeObject, old: KubeObject) -> list[FieldError]:
    """What is wrong with the step from `old` to `new`."""
    rule = _UPDATE_RULES.get(resource)
    return rule(new, old) if rule else []


def _validate_metadata(resource: Resource, metadata: KubeObject) -> list[FieldError]:
    return [
        *_validate_name(resource, metadata["name"]),
        *_validate_labels("metadata.labels", metadata.get("labels") or {}),
        *_validate_keys("metadata.annotations", {key.lower(): "" for key in metadata.get("annotations") or {}}),
    ]


def _validate_name(resource: Resource, name: str) -> list[FieldError]:
    pattern, length, words = _SUBDOMAIN, _SUBDOMAIN_LENGTH, _SUBDOMAIN_WORDS
    if resource is NAMESPACES:
        pattern, length, words = _LABEL, _LABEL_LENGTH, _LABEL_WORDS
    elif resource is SERVICES:
        pattern, length, words = _SERVICE_NAME, _LABEL_LENGTH, _SERVICE_NAME_WORDS
    return _broken_text("metadata.name", name, pattern, length, words)


def _broken_text(field: str, text: str, pattern: re.Pattern[str], length: int, words: str) -> list[FieldError]:
    errors = []
    if len(text) > length:
        errors.append(invalid_value(field, f'"{text}"', f"must be no more than {length} characters"))
    if not pattern.fullmatch(text):
        errors.append(invalid_value(field, f'"{text}"', words))
    return errors


def _validate_labels(field: str, labels: dict[str, str]) -> list[FieldError]:
    values = (_broken_text(field, value, _VALUE, _LABEL_LENGTH, _VALUE_WORDS) for value in labels.values())
    return [*_validate_keys(field, labels), *(error for errors in values for error in errors)]


def _validate_keys(field: str, keys: dict[str, str]) -> list[FieldError]:
    return [error for key in keys for error in _validate_key(field, key)]


def _validate_key(field: str, key: str) -> list[FieldError]:
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return [invalid_value(field, f'"{key}"', _MANY_SLASHES_WORDS)]
    if slash and not _SUBDOMAIN.fullmatch(prefix):
        why = "prefix part must be non-empty" if not prefix else f"prefix part {_SUBDOMAIN_WORDS}"
        return [invalid_value(field, f'"{key}"', why)]
    if not name:
        return [invalid_value(field, f'"{key}"', "name part must be non-empty"),
                invalid_value(field, f'"{key}"', _KEY_WORDS)]  # fmt: skip
    if len(name) > _LABEL_LENGTH:
        return [invalid_value(field, f'"{key}"', "name part must be no more than 63 characters")]
    return [] if _KEY_NAME.fullmatch(name) else [invalid_value(field, f'"{key}"', _KEY_WORDS)]


def _validate_pod_spec(spec: KubeObject, path: str) -> list[FieldError]:
    containers = spec.get("containers") or []
    if not containers:
        return [required(f"{path}.containers")]
    return [
        *(error for i, item in enumerate(containers) for error in _validate_container(item, f"{path}.containers[{i}]")),
        *_duplicate_names(containers, f"{path}.containers"),
        *_validate_affinity(spec, path),
        *_validate_restart_policy(spec, path),
    ]


def _validate_restart_policy(spec: KubeObject, path: str) -> list[FieldError]:
    policy = spec.get("restartPolicy", "Always")
    known = ("Always", "OnFailure", "Never")
    return [] if policy in known else [unsupported(f"{path}.restartPolicy", policy, known)]


def _validate_container(container: KubeObject, path: str) -> list[FieldError]:
    errors = []
    if not container.get("name"):
        errors.append(required(f"{path}.name"))
    else:
        errors += _broken_text(f"{path}.name", container["name"], _LABEL, _LABEL_LENGTH, _LABEL_WORDS)
    if not container.get("image"):
        errors.append(required(f"{path}.image"))
    errors += [
        required(f"{path}.env[{i}].name") for i, item in enumerate(container.get("env") or ()) if not item.get("name")
    ]
    return errors + _validate_resources(container.get("resources") or {}, f"{path}.resources")


def _validate_resources(resources: KubeObject, path: str) -> list[FieldError]:
    limits = resources.get("limits") or {}
    return [
        invalid_value(
            f"{path}.requests", f'"{amount}"', f"must be less than or equal to {name} limit of {limits[name]}"
        )
        for name, amount in (resources.get("requests") or {}).items()
        if name in limits and parse_quantity(amount) > parse_quantity(limits[name])
    ]


def _duplicate_names(items: list[KubeObject], path: str) -> list[FieldError]:
    names = [item.get("name") for item in items]
    return [
        FieldError(f"{path}[{i}].name", "FieldValueDuplicate", f'Duplicate value: "{name}"')
        for i, name in enumerate(names)
        if name and name in names[:i]
    ]


_NODE_OPERATORS = ("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn")


def _validate_affinity(spec: KubeObject, path: str) -> list[FieldError]:
    rule = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if rule is None:
        return []
    path = f"{path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    terms = rule.get("nodeSelectorTerms") or []
    if not terms:
        return [required(path, "must have at least one node selector term")]
    return [
        error
        for i, term in enumerate(terms)
        for j, expression in enumerate(term.get("matchExpressions") or ())
        for error in _validate_expression(expression, f"{path}[{i}].matchExpressions[{j}]")
    ]


def _validate_expression(expression: KubeObject, path: str) -> list[FieldError]:
    operator, values = expression.get("operator"), expression.get("values") or []
    if operator not in _NODE_OPERATORS:
        return [FieldError(f"{path}.operator", "FieldValueInvalid",
                           f'Invalid value: "{operator}": not a valid selector operator')]  # fmt: skip
    if operator in ("In", "NotIn") and not values:
        return [required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")]
    if operator in ("Exists", "DoesNotExist") and values:
        return [forbidden_field(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    if operator in ("Gt", "Lt") and len(values) != 1:
        return [required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    return []


def _validate_pod(pod: KubeObject) -> list[FieldError]:
    return _validate_pod_spec(pod.get("spec") or {}, "spec")


def _validate_replica_owner(obj: KubeObject) -> list[FieldError]:
    """Deployments and ReplicaSets: a selector that accepts the labels of the template."""
    spec = obj.get("spec") or {}
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    errors = _validate_pod_spec(template.get("spec") or {}, "spec.template.spec")
    errors += _validate_labels("spec.template.labels", labels)
    if spec.get("replicas", 1) < 0:
        errors.append(invalid_value("spec.replicas", str(spec["replicas"]), "must be greater than or equal to 0"))
    if spec.get("selector") is None:
        return [required("spec.selector"), *errors]
    if not spec["selector"]:
        return [invalid_value("spec.selector", "{}", "empty selector is invalid for deployment"), *errors]
    if not selects(spec["selector"], labels):
        shown = str(labels).replace("'", '"').replace('": "', '":"').replace('", "', '","')
        return [invalid_value("spec.template.metadata.labels", shown, "`selector` does not match template `labels`"),
                *errors]  # fmt: skip
    return errors


def _validate_deployment(deployment: KubeObject) -> list[FieldError]:
    strategy = deployment["spec"].get("strategy") or {}
    errors = _validate_replica_owner(deployment)
    if strategy.get("type") not in (None, "RollingUpdate", "Recreate"):
        errors.append(unsupported("spec.strategy.type", strategy["type"], ("Recreate", "RollingUpdate")))
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate"):
        why = "may not be specified when strategy `type` is 'Recreate'"
        errors.append(forbidden_field("spec.strategy.rollingUpdate", why))
    rolling = strategy.get("rollingUpdate") or {}
    if rolling and _is_zero(rolling.get("maxUnavailable")) and _is_zero(rolling.get("maxSurge")):
        why = "may not be 0 when `maxSurge` is 0"
        errors.append(invalid_value("spec.strategy.rollingUpdate.maxUnavailable", str(rolling["maxUnavailable"]), why))
    return errors


def _is_zero(value: object) -> bool:
    return str(value) in ("0", "0%")


def _validate_budget(budget: KubeObject) -> list[FieldError]:
    spec = budget.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        shown = f"{{MinAvailable:{spec['minAvailable']}, MaxUnavailable:{spec['maxUnavailable']}}}"
        return [invalid_value("spec", shown, "minAvailable and maxUnavailable cannot be both set")]
    return []


def _validate_lease(lease: KubeObject) -> list[FieldError]:
    duration_s = (lease.get("spec") or {}).get("leaseDurationSeconds")
    if duration_s is None or duration_s > 0:
        return []
    return [invalid_value("spec.leaseDurationSeconds", str(duration_s), "must be greater than 0")]


def _validate_config_map(config_map: KubeObject) -> list[FieldError]:
    words = (
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',"
        "  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    )
    return [
        invalid_value(f"data[{key}]", f'"{key}"', words)
        for key in config_map.get("data") or {}
        if not re.fullmatch(r"[-._a-zA-Z0-9]+", key)
    ]


def _validate_service(service: KubeObject) -> list[FieldError]:
    spec = service.get("spec") or {}
    headless = spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None"
    return [] if spec.get("ports") or headless else [required("spec.ports")]


_MUTABLE_POD_FIELDS = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def _validate_pod_update(new: KubeObject, old: KubeObject) -> list[FieldError]:
    kept = all(
        toleration in (new["spec"].get("tolerations") or []) for toleration in old["spec"].get("tolerations", [])
    )
    if not kept:
        return [
            forbidden_field("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")
        ]
    if _immutable_pod_spec(new["spec"]) != _immutable_pod_spec(old["spec"]):
        return [forbidden_field("spec", _MUTABLE_POD_FIELDS)]
    return []


def _container_names(pod: KubeObject) -> list[str]:
    return [container.get("name", "") for container in pod["spec"].get("containers") or ()]


def _immutable_pod_spec(spec: KubeObject) -> KubeObject:
    frozen: KubeObject = copied(spec)
    for container in (*frozen.get("containers", ()), *frozen.get("initContainers", ())):
        container.pop("image", None)
    for field in ("activeDeadlineSeconds", "tolerations"):
        frozen.pop(field, None)
    return frozen


def _validate_selector_update(new: KubeObject, old: KubeObject) -> list[FieldError]:
    if new["spec"].get("selector") == old["spec"].get("selector"):
        return []
    return [invalid_value("spec.selector", _go_label_selector(new["spec"].get("selector") or {}), "field is immutable")]


def _go_label_selector(selector: dict[str, Any]) -> str:
    labels = ",".join(f'"{key}":"{value}"' for key, value in (selector.get("matchLabels") or {}).items())
    return f'{{"matchLabels":{{{labels}}}}}'


_RULES: dict[Resource, Callable[[KubeObject], list[FieldError]]] = {
    PODS: _validate_pod,
    DEPLOYMENTS: _validate_deployment,
    REPLICA_SETS: _validate_replica_owner,
    DISRUPTION_BUDGETS: _validate_budget,
    CONFIG_MAPS: _validate_config_map,
    LEASES: _validate_lease,
    SERVICES: _validate_service,
}
_UPDATE_RULES: dict[Resource, Callable[[KubeObject, KubeObject], list[FieldError]]] = {
    PODS: _validate_pod_update,
    DEPLOYMENTS: _validate_selector_update,
    REPLICA_SETS: _validate_selector_update,
}
