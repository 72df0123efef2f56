"""So many pods of a service, neither more nor fewer, for as long as it is measured."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json

KNATIVE = "services.serving.knative.dev"
MIN, MAX = "autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/max-scale"
DEADLINE_S = 240.0


@contextmanager
def knative_scale(kubectl: Kubectl, namespace: str, name: str) -> Iterator[None]:
    """What the Knative Service's scale was is put back afterwards."""
    annotations = service_of(kubectl, namespace, name)["spec"]["template"]["metadata"]["annotations"]
    before = {key: annotations.get(key) for key in (MIN, MAX)}
    try:
        yield
    finally:
        _annotate(kubectl, namespace, name, before)


def scale_knative(kubectl: Kubectl, namespace: str, name: str, replicas: int) -> None:
    """Returns when so many pods of the new revision are Ready, and of the old ones none."""
    _annotate(kubectl, namespace, name, {MIN: str(replicas), MAX: str(replicas)})
    deadline = time.monotonic() + DEADLINE_S
    while not _runs(kubectl, namespace, name, replicas):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} does not come to {replicas} pods")
        time.sleep(1)


@contextmanager
def deployment_scale(kubectl: Kubectl, namespace: str, name: str) -> Iterator[None]:
    """The Deployment's replicas and its Service's session affinity are put back afterwards.

    All of k6's users have one address: with the affinity one pod would get everything.
    """
    replicas = _get(kubectl, "deployment", name, namespace)["spec"]["replicas"]
    affinity = _get(kubectl, "service", name, namespace)["spec"]["sessionAffinity"]
    _patch(kubectl, "service", name, namespace, {"spec": {"sessionAffinity": "None"}})
    try:
        yield
    finally:
        scale_deployment(kubectl, namespace, name, replicas)
        _patch(kubectl, "service", name, namespace, {"spec": {"sessionAffinity": affinity}})


def scale_deployment(kubectl: Kubectl, namespace: str, name: str, replicas: int) -> None:
    """Returns when so many pods are Ready."""
    kubectl("scale", f"deployment/{name}", f"--replicas={replicas}", "--namespace", namespace)
    kubectl("rollout", "status", f"deployment/{name}", f"--timeout={DEADLINE_S:.0f}s", "--namespace", namespace)


def _runs(kubectl: Kubectl, namespace: str, name: str, replicas: int) -> bool:
    status = service_of(kubectl, namespace, name)["status"]
    newest = status["latestCreatedRevisionName"]
    selector = f"serving.knative.dev/service={name}"
    pods = kubectl.items("pods", "--namespace", namespace, "--selector", selector)
    fresh = [pod["metadata"]["labels"]["serving.knative.dev/revision"] == newest and _is_ready(pod) for pod in pods]
    return status.get("latestReadyRevisionName") == newest and len(fresh) == replicas and all(fresh)


def _is_ready(pod: Json) -> bool:
    conditions = {found["type"]: found["status"] for found in pod["status"].get("conditions") or []}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def service_of(kubectl: Kubectl, namespace: str, name: str) -> Json:
    """The Knative Service. LookupError if it is not there."""
    return _get(kubectl, KNATIVE, name, namespace)


def _annotate(kubectl: Kubectl, namespace: str, name: str, annotations: Json) -> None:
    patch = {"spec": {"template": {"metadata": {"annotations": annotations}}}}
    _patch(kubectl, KNATIVE, name, namespace, patch)


def _get(kubectl: Kubectl, kind: str, name: str, namespace: str) -> Json:
    found = kubectl.get(kind, name, "--namespace", namespace)
    if found is None:
        raise LookupError(f"there is no {kind} {name} in {namespace}: make deploy")
    return found


def _patch(kubectl: Kubectl, kind: str, name: str, namespace: str, patch: Json) -> None:
    kubectl("patch", kind, name, "--namespace", namespace, "--type=merge", "--patch", json.dumps(patch))
