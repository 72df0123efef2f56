"""What a cluster must have before anything is applied. Each complaint says what to do."""

from collections.abc import Iterable, Iterator

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, group, is_knative_service, name, pod_template

OLDEST_MINOR = 30
"""Kubernetes 1.30: the first that understands a pod's pause before its end (lifecycle.preStop.sleep) by default."""
INSTALLED_BY = {
    "serving.knative.dev": "install Knative Serving (infra/bare_metal), or use OVERLAY=knative-less",
    "eventing.knative.dev": "install Knative Eventing (infra/bare_metal), or use OVERLAY=knative-less",
    "sources.knative.dev": "install Knative Eventing (infra/bare_metal), or use OVERLAY=knative-less",
    "postgresql.cnpg.io": "install CloudNativePG (infra/postgres)",
    "monitoring.coreos.com": "install the Prometheus operator (infra/monitoring)",
}
FEATURES = {"affinity": "kubernetes.podspec-affinity", "priorityClassName": "kubernetes.podspec-priorityclassname"}
"""Fields of a pod that Knative Serving takes only when its feature is on (ConfigMap config-features)."""


def check_cluster(kubectl: Kubectl, objects: list[Json]) -> None:
    """Raises DeployError with everything that is missing."""
    _check_version(kubectl)
    missing = [
        *_unknown_kinds(kubectl, objects),
        *_missing_features(kubectl, objects),
        *_missing_storage(kubectl, objects),
    ]
    if missing:
        raise DeployError("this cluster cannot take it yet:\n" + "\n".join(f"  {line}" for line in missing))


def check_overlay(kubectl: Kubectl, namespace: str, annotation: str, overlay: str) -> None:
    """Raises DeployError if another overlay is there: a Service cannot become a Knative Service of the same name."""
    found = kubectl.get("namespace", namespace)
    there = ((found or {}).get("metadata", {}).get("annotations") or {}).get(annotation)
    if there and there != overlay:
        raise DeployError(f"namespace {namespace} holds the overlay {there}: make undeploy first, or OVERLAY={there}")


def _check_version(kubectl: Kubectl) -> None:
    found = kubectl.get_raw("/version")
    minor = int("".join(filter(str.isdigit, found["minor"])))
    if (int(found["major"]), minor) < (1, OLDEST_MINOR):
        raise DeployError(f"Kubernetes {found['gitVersion']} is too old: 1.{OLDEST_MINOR} is the least")


def _unknown_kinds(kubectl: Kubectl, objects: Iterable[Json]) -> Iterator[str]:
    served = {found["name"] for found in kubectl.get_raw("/apis")["groups"]}
    for wanted in sorted({group(item) for item in objects} - served - {""}):
        yield f"it does not know {wanted}: {INSTALLED_BY.get(wanted, 'install what provides it')}"


def _missing_features(kubectl: Kubectl, objects: Iterable[Json]) -> Iterator[str]:
    specs = [template["spec"] for item in objects if is_knative_service(item) and (template := pod_template(item))]
    needed = [feature for field, feature in FEATURES.items() if any(field in spec for spec in specs)]
    config = kubectl.get("configmap", "config-features", "--namespace", "knative-serving") if needed else None
    features = (config or {}).get("data") or {}
    for feature in needed:
        if features.get(feature) != "enabled":
            patch = f'\'{{"data":{{"{feature}":"enabled"}}}}\''
            yield (
                f"Knative's feature {feature} is off: "
                f"kubectl patch configmap config-features -n knative-serving --type merge -p {patch}"
            )


def _missing_storage(kubectl: Kubectl, objects: Iterable[Json]) -> Iterator[str]:
    claims = [claim for item in objects for claim in _claims(item) if "storageClassName" not in claim["spec"]]
    if claims and not any(_is_default(found) for found in kubectl.items("storageclasses")):
        yield (
            f"no StorageClass is the default, and {', '.join(sorted(map(name, claims)))} want a volume: "
            "annotate one with storageclass.kubernetes.io/is-default-class=true"
        )


def _claims(item: Json) -> list[Json]:
    match item["kind"]:
        case "PersistentVolumeClaim":
            return [item]
        case "StatefulSet":
            return list(item["spec"].get("volumeClaimTemplates") or [])
    return []


def _is_default(storage_class: Json) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return bool(annotations.get("storageclass.kubernetes.io/is-default-class") == "true")
