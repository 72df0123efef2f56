"""Knative's objects as plain ones, for clusters without Knative: the same wiring, played by the small broker.

A Knative Service becomes a Deployment and a Service of its name, so that all addresses stay; Broker, Triggers and
PingSources go to the broker as they are, in a ConfigMap; a SinkBinding becomes the variable that it would set.
There is no scaling to zero and no activator: each function has `min-scale` pods, at least one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import KNATIVE_SERVING, Json, dump, group, is_knative_service, name

PLAYS_WIRING = "ahorrater.es/plays-wiring"
FUNCTION = "ahorrater.es/function"
"""Label of every function's pods."""
MIN_SCALE = "autoscaling.knative.dev/min-scale"
PORT = 8080
DRAIN_S = 3
"""A pod that ends goes on answering for so long: that it is gone has to get around first."""
PLAYED_GROUPS = frozenset({"eventing.knative.dev", "sources.knative.dev"})
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
POD_FIELDS_OF_KNATIVE = frozenset({"containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds"})


def wants_plain(objects: Iterable[Json]) -> bool:
    """Whether the overlay brings the small broker."""
    return any(PLAYS_WIRING in (item["metadata"].get("labels") or {}) for item in objects)


def plain(objects: Iterable[Json]) -> list[Json]:
    """The objects without any of Knative's."""
    objects = list(objects)
    sinks = {item["spec"]["subject"]["name"]: _sink(item) for item in objects if item["kind"] == "SinkBinding"}
    wiring = [item for item in objects if group(item) in PLAYED_GROUPS and item["kind"] != "SinkBinding"]
    translated = [one for item in objects for one in _translated(item)]
    _bind(translated, sinks)
    return [*translated, *_config_map(wiring)]


def _translated(item: Json) -> Iterator[Json]:
    if is_knative_service(item):
        yield _deployment(item)
        yield _service(item)
    elif group(item) not in PLAYED_GROUPS:
        yield item


def _deployment(item: Json) -> Json:
    template = item["spec"]["template"]
    labels = {**template["metadata"].get("labels", {}), FUNCTION: "true"}
    annotations = template["metadata"].get("annotations", {})
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(item),
        "spec": {
            "replicas": max(1, int(annotations.get(MIN_SCALE, "1"))),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": _selector(item)},
            "template": {
                "metadata": {"labels": labels, "annotations": _foreign(annotations)},
                "spec": _pod_spec(template["spec"]),
            },
        },
    }


def _pod_spec(spec: Json) -> Json:
    pod = {field: value for field, value in spec.items() if field not in POD_FIELDS_OF_KNATIVE}
    return {**pod, "containers": [_container(container) for container in spec["containers"]]}


def _container(container: Json) -> Json:
    probes: Json = {
        field: _probe(container[field]) for field in ("readinessProbe", "livenessProbe") if field in container
    }
    drain: Json = {"lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_S}}}}
    return {**drain, **container, **probes}


def _probe(probe: Json) -> Json:
    """Knative knows the port; Kubernetes wants to be told."""
    return {**probe, "httpGet": {"port": PORT, **probe["httpGet"]}} if "httpGet" in probe else probe


def _service(item: Json) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(item),
        "spec": {"selector": _selector(item), "ports": [{"name": "http", "port": 80, "targetPort": PORT}]},
    }


def _selector(item: Json) -> dict[str, str]:
    return {"app.kubernetes.io/name": name(item)}


def _metadata(item: Json) -> Json:
    metadata = item["metadata"]
    kept: Json = {"name": metadata["name"], "namespace": metadata["namespace"]}
    for field in ("labels", "annotations"):
        values = _foreign(metadata.get(field) or {})
        if values:
            kept[field] = values
    return kept


def _foreign(values: dict[str, Any]) -> dict[str, Any]:
    """Labels or annotations without Knative's own."""
    return {key: value for key, value in values.items() if "knative.dev/" not in key}


def _sink(binding: Json) -> str:
    reference, namespace = binding["spec"]["sink"].get("ref"), binding["metadata"]["namespace"]
    match reference:
        case {"kind": "Broker", "name": broker}:
            return f"http://broker.{namespace}.svc.cluster.local/{namespace}/{broker}"
        case {"kind": "Service", "apiVersion": str(api), "name": service} if api.startswith(KNATIVE_SERVING):
            return f"http://{service}.{namespace}.svc.cluster.local"
    raise DeployError(f"SinkBinding {name(binding)}: without Knative its sink must be a Broker or a function")


def _bind(objects: Iterable[Json], sinks: dict[str, str]) -> None:
    for item in objects:
        if item["kind"] == "Deployment" and name(item) in sinks:
            for container in item["spec"]["template"]["spec"]["containers"]:
                container["env"] = [*(container.get("env") or []), {"name": "K_SINK", "value": sinks[name(item)]}]


def _config_map(wiring: list[Json]) -> Iterator[Json]:
    """The manifests as the broker reads them: a kustomization and what it lists."""
    namespace = wiring[0]["metadata"]["namespace"] if wiring else "ahorrater"
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["wiring.yaml"],
    }
    yield {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "wiring", "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "ahorrater"}},
        "data": {"kustomization.yaml": dump([kustomization]), "wiring.yaml": dump(wiring)},
    }
