"""The kinds that need but a rule or two."""

import re

from infra.local.kubesim.errors import FieldError, invalid_value, required
from infra.local.kubesim.objects import KubeObject


def budget_errors(budget: KubeObject) -> list[FieldError]:
    """What is wrong with a PodDisruptionBudget."""
    spec = budget.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        shown = f"{{MinAvailable:{spec['minAvailable']}, MaxUnavailable:{spec['maxUnavailable']}}}"
        return [invalid_value("spec", shown, "minAvailable and maxUnavailable cannot be both set")]
    return []


def lease_errors(lease: KubeObject) -> list[FieldError]:
    """What is wrong with a Lease."""
    duration_s = (lease.get("spec") or {}).get("leaseDurationSeconds")
    if duration_s is None or duration_s > 0:
        return []
    return [invalid_value("spec.leaseDurationSeconds", str(duration_s), "must be greater than 0")]


def config_map_errors(config_map: KubeObject) -> list[FieldError]:
    """What is wrong with a ConfigMap."""
    words = (
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',"
        "  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    )
    return [
        invalid_value(f"data[{key}]", f'"{key}"', words)
        for key in config_map.get("data") or {}
        if not re.fullmatch(r"[-._a-zA-Z0-9]+", key)
    ]


def service_errors(service: KubeObject) -> list[FieldError]:
    """What is wrong with a Service."""
    spec = service.get("spec") or {}
    headless = spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None"
    return [] if spec.get("ports") or headless else [required("spec.ports")]
