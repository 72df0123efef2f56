"""Pods and pod templates."""

from infra.local.kubesim.errors import FieldError, forbidden_field, invalid_value, required, unsupported
from infra.local.kubesim.objects import KubeObject, copied
from infra.local.kubesim.quantities import parse_quantity
from infra.local.kubesim.validation.names import label_name_errors

_NODE_OPERATORS = ("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn")
_MUTABLE_POD_FIELDS = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def pod_spec_errors(spec: KubeObject, path: str) -> list[FieldError]:
    """What is wrong with the spec of a pod or of a template; `path` is where it stands in its object."""
    containers = spec.get("containers") or []
    if not containers:
        return [required(f"{path}.containers")]
    return [
        *(error for i, item in enumerate(containers) for error in _container_errors(item, f"{path}.containers[{i}]")),
        *_duplicate_name_errors(containers, f"{path}.containers"),
        *_affinity_errors(spec, path),
        *_restart_policy_errors(spec, path),
    ]


def _restart_policy_errors(spec: KubeObject, path: str) -> list[FieldError]:
    policy = spec.get("restartPolicy", "Always")
    known = ("Always", "OnFailure", "Never")
    return [] if policy in known else [unsupported(f"{path}.restartPolicy", policy, known)]


def _container_errors(container: KubeObject, path: str) -> list[FieldError]:
    errors = []
    if not container.get("name"):
        errors.append(required(f"{path}.name"))
    else:
        errors += label_name_errors(f"{path}.name", container["name"])
    if not container.get("image"):
        errors.append(required(f"{path}.image"))
    errors += [
        required(f"{path}.env[{i}].name") for i, item in enumerate(container.get("env") or ()) if not item.get("name")
    ]
    return errors + _resource_errors(container.get("resources") or {}, f"{path}.resources")


def _resource_errors(resources: KubeObject, path: str) -> list[FieldError]:
    limits = resources.get("limits") or {}
    return [
        invalid_value(
            f"{path}.requests", f'"{amount}"', f"must be less than or equal to {name} limit of {limits[name]}"
        )
        for name, amount in (resources.get("requests") or {}).items()
        if name in limits and parse_quantity(amount) > parse_quantity(limits[name])
    ]


def _duplicate_name_errors(items: list[KubeObject], path: str) -> list[FieldError]:
    names = [item.get("name") for item in items]
    return [
        FieldError(f"{path}[{i}].name", "FieldValueDuplicate", f'Duplicate value: "{name}"')
        for i, name in enumerate(names)
        if name and name in names[:i]
    ]


def _affinity_errors(spec: KubeObject, path: str) -> list[FieldError]:
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
        for error in _expression_errors(expression, f"{path}[{i}].matchExpressions[{j}]")
    ]


def _expression_errors(expression: KubeObject, path: str) -> list[FieldError]:
    operator, values = expression.get("operator"), expression.get("values") or []
    if operator not in _NODE_OPERATORS:
        return [invalid_value(f"{path}.operator", f'"{operator}"', "not a valid selector operator")]
    if operator in ("In", "NotIn") and not values:
        return [required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")]
    if operator in ("Exists", "DoesNotExist") and values:
        return [forbidden_field(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    if operator in ("Gt", "Lt") and len(values) != 1:
        return [required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    return []


def pod_errors(pod: KubeObject) -> list[FieldError]:
    """What is wrong with a pod."""
    return pod_spec_errors(pod.get("spec") or {}, "spec")


def pod_update_errors(new: KubeObject, old: KubeObject) -> list[FieldError]:
    """What is wrong with the step from one pod to another: nearly all of a spec is fixed once it is created."""
    if _container_names(new) != _container_names(old):
        return [forbidden_field("spec.containers", "pod updates may not add or remove containers")]
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
