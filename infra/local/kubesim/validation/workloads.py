"""Deployments and ReplicaSets."""

import json

from infra.local.kubesim.errors import FieldError, forbidden_field, invalid_value, required, unsupported
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.selectors import selects
from infra.local.kubesim.validation.names import label_errors
from infra.local.kubesim.validation.pods import pod_spec_errors


def replica_set_errors(obj: KubeObject) -> list[FieldError]:
    """What is wrong with a ReplicaSet, or with what a Deployment shares with it: replicas, selector, template."""
    spec = obj.get("spec") or {}
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    errors = pod_spec_errors(template.get("spec") or {}, "spec.template.spec")
    errors += label_errors("spec.template.labels", labels)
    if spec.get("replicas", 1) < 0:
        errors.append(invalid_value("spec.replicas", str(spec["replicas"]), "must be greater than or equal to 0"))
    return [*_selector_errors(spec.get("selector"), labels), *errors]


def _selector_errors(selector: KubeObject | None, labels: dict[str, str]) -> list[FieldError]:
    if selector is None:
        return [required("spec.selector")]
    if not selector:
        return [invalid_value("spec.selector", "{}", "empty selector is invalid for deployment")]
    if selects(selector, labels):
        return []
    shown = json.dumps(labels, separators=(",", ":"))
    return [invalid_value("spec.template.metadata.labels", shown, "`selector` does not match template `labels`")]


def deployment_errors(deployment: KubeObject) -> list[FieldError]:
    """What is wrong with a Deployment."""
    strategy = deployment["spec"].get("strategy") or {}
    errors = replica_set_errors(deployment)
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


def selector_update_errors(new: KubeObject, old: KubeObject) -> list[FieldError]:
    """What is wrong with the step from one Deployment or ReplicaSet to another: the selector is fixed."""
    if new["spec"].get("selector") == old["spec"].get("selector"):
        return []
    shown = json.dumps(new["spec"].get("selector"), separators=(",", ":"))
    return [invalid_value("spec.selector", shown, "field is immutable")]


def revision_update_errors(new: KubeObject, old: KubeObject) -> list[FieldError]:
    """What is wrong with the step from one Knative Revision to another: all of its spec is fixed."""
    if new["spec"] == old["spec"]:
        return []
    return [invalid_value("spec", "{}", "Immutable fields changed (-old +new)")]
