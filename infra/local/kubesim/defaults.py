"""What the server fills in where an object says nothing."""

from collections.abc import Callable

from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.resources import (
    DEPLOYMENTS,
    KNATIVE_SERVICES,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    SECRETS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)

_UNREACHABLE_TOLERATION_S = 300
_TOLERATED_BY_DEFAULT = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def fill_defaults(resource: Resource, obj: KubeObject) -> None:
    """Completes an object in place, as defaulting and the default admission plugins do."""
    fill = _DEFAULTS.get(resource)
    if fill:
        fill(obj)


def _default_namespace(namespace: KubeObject) -> None:
    namespace["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = namespace["metadata"]["name"]
    namespace.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    namespace.setdefault("status", {}).setdefault("phase", "Active")


def _default_pod(pod: KubeObject) -> None:
    spec = pod.setdefault("spec", {})
    _default_pod_spec(spec)
    spec.setdefault("serviceAccountName", "default")
    spec.setdefault("serviceAccount", spec["serviceAccountName"])
    spec.setdefault("enableServiceLinks", True)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    spec.setdefault("priority", 0)
    _default_tolerations(spec)
    status = pod.setdefault("status", {})
    status.setdefault("phase", "Pending")
    status.setdefault("qosClass", _quality_of_service(spec))


def _default_tolerations(spec: KubeObject) -> None:
    tolerations = spec.setdefault("tolerations", [])
    for key in _TOLERATED_BY_DEFAULT:
        if not any(item.get("key") in (key, None) for item in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": _UNREACHABLE_TOLERATION_S,
                }
            )


def _quality_of_service(spec: KubeObject) -> str:
    resources = [container.get("resources") or {} for container in spec.get("containers") or ()]
    if not any(item.get("requests") or item.get("limits") for item in resources):
        return "BestEffort"
    guaranteed = all(
        item.get("limits") == item.get("requests") and {"cpu", "memory"} <= set(item.get("limits") or ())
        for item in resources
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _default_pod_spec(spec: KubeObject) -> None:
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        _default_container(container)


def _default_container(container: KubeObject) -> None:
    container.setdefault("imagePullPolicy", _pull_policy(container.get("image") or ""))
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    resources = container.setdefault("resources", {})
    if resources.get("limits"):
        resources["requests"] = resources["limits"] | (resources.get("requests") or {})
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")


def _pull_policy(image: str) -> str:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") and "@" not in image else "IfNotPresent"


def _default_template(spec: KubeObject) -> None:
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    _default_pod_spec(template.setdefault("spec", {}))


def _default_deployment(deployment: KubeObject) -> None:
    spec = deployment.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    strategy = spec.setdefault("strategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = {"maxUnavailable": "25%", "maxSurge": "25%"} | (strategy.get("rollingUpdate") or {})
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    _default_template(spec)


def _default_replica_set(replica_set: KubeObject) -> None:
    spec = replica_set.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    _default_template(spec)


def _default_stateful_set(stateful_set: KubeObject) -> None:
    spec = stateful_set.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("podManagementPolicy", "OrderedReady")
    strategy = spec.setdefault("updateStrategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = {"partition": 0} | (strategy.get("rollingUpdate") or {})
    spec.setdefault("revisionHistoryLimit", 10)
    _default_template(spec)


def _default_service(service: KubeObject) -> None:
    spec = service.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port["port"])
    service.setdefault("status", {}).setdefault("loadBalancer", {})


def _default_secret(secret: KubeObject) -> None:
    secret.setdefault("type", "Opaque")


def _default_knative_service(service: KubeObject) -> None:
    spec = service.setdefault("spec", {})
    spec.setdefault("traffic", [{"latestRevision": True, "percent": 100}])
    revision = spec.setdefault("template", {}).setdefault("spec", {})
    revision.setdefault("containerConcurrency", 0)
    revision.setdefault("timeoutSeconds", 300)
    revision.setdefault("enableServiceLinks", False)
    for position, container in enumerate(revision.get("containers") or ()):
        container.setdefault("name", "user-container" if position == 0 else f"user-container-{position}")
        container.setdefault("resources", {})


_DEFAULTS: dict[Resource, Callable[[KubeObject], None]] = {
    NAMESPACES: _default_namespace,
    PODS: _default_pod,
    DEPLOYMENTS: _default_deployment,
    REPLICA_SETS: _default_replica_set,
    STATEFUL_SETS: _default_stateful_set,
    SERVICES: _default_service,
    SECRETS: _default_secret,
    KNATIVE_SERVICES: _default_knative_service,
}
