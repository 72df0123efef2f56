"""The rules that objects have to keep, in the words of the real server."""

from collections.abc import Callable

from infra.local.kubesim.errors import FieldError
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    KNATIVE_REVISIONS,
    LEASES,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from infra.local.kubesim.validation.names import (
    key_errors,
    label_errors,
    label_name_errors,
    service_name_errors,
    subdomain_errors,
)
from infra.local.kubesim.validation.others import budget_errors, config_map_errors, lease_errors, service_errors
from infra.local.kubesim.validation.pods import pod_errors, pod_update_errors
from infra.local.kubesim.validation.workloads import (
    deployment_errors,
    replica_set_errors,
    revision_update_errors,
    selector_update_errors,
)

_NAME_RULES = {NAMESPACES: label_name_errors, SERVICES: service_name_errors}
_RULES: dict[Resource, Callable[[KubeObject], list[FieldError]]] = {
    PODS: pod_errors,
    DEPLOYMENTS: deployment_errors,
    REPLICA_SETS: replica_set_errors,
    STATEFUL_SETS: replica_set_errors,
    DISRUPTION_BUDGETS: budget_errors,
    CONFIG_MAPS: config_map_errors,
    LEASES: lease_errors,
    SERVICES: service_errors,
}
_UPDATE_RULES: dict[Resource, Callable[[KubeObject, KubeObject], list[FieldError]]] = {
    PODS: pod_update_errors,
    DEPLOYMENTS: selector_update_errors,
    REPLICA_SETS: selector_update_errors,
    STATEFUL_SETS: selector_update_errors,
    KNATIVE_REVISIONS: revision_update_errors,
}


def validate(resource: Resource, obj: KubeObject) -> list[FieldError]:
    """What is wrong with an object as it stands."""
    rule = _RULES.get(resource)
    return [*_metadata_errors(resource, obj["metadata"]), *(rule(obj) if rule else ())]


def validate_update(resource: Resource, new: KubeObject, old: KubeObject) -> list[FieldError]:
    """What is wrong with the step from `old` to `new`."""
    rule = _UPDATE_RULES.get(resource)
    return rule(new, old) if rule else []


def _metadata_errors(resource: Resource, metadata: KubeObject) -> list[FieldError]:
    name_rule = _NAME_RULES.get(resource, subdomain_errors)
    annotations = metadata.get("annotations") or {}
    return [
        *name_rule("metadata.name", metadata["name"]),
        *label_errors("metadata.labels", metadata.get("labels") or {}),
        *key_errors("metadata.annotations", (key.lower() for key in annotations)),
    ]
