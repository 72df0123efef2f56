"""From a request to a Knative Service that has no pod to its first 2xx, through the gateway and the activator."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import partial

import httpx

from infra.deploy.functions import function_client
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from tests.e2e.cluster.patience import eventually
from tests.load.cold.workloads import KNATIVE, Workload

DEADLINE_S = 300
SOON_AT_ZERO = {
    "autoscaling.knative.dev/min-scale": "0",
    "autoscaling.knative.dev/max-scale": "1",
    "autoscaling.knative.dev/window": "6s",
}
"""The shortest window that Knative takes."""


@contextmanager
def sleepers(kubectl: Kubectl, namespace: str, workloads: Sequence[Workload]) -> Iterator[dict[str, httpx.Client]]:
    """A client for a copy of each function; no event comes to it, so that it is soon without a pod."""
    copies = [_copy(workload, namespace) for workload in workloads]
    names = [copy["metadata"]["name"] for copy in copies]
    try:
        kubectl.apply(copies)
        kubectl(
            "wait", *(f"{KNATIVE}/{name}" for name in names), "--for=condition=Ready", "--timeout=300s", "-n", namespace
        )
        with ExitStack() as ways:
            yield {
                workload.name: ways.enter_context(function_client(kubectl, namespace, name))
                for workload, name in zip(workloads, names, strict=True)
            }
    finally:
        kubectl("delete", KNATIVE, *names, "--namespace", namespace, "--ignore-not-found")


def from_zero_s(kubectl: Kubectl, namespace: str, workload: Workload, client: httpx.Client) -> float:
    """Seconds, once its last pod is on its way out."""
    selector = f"serving.knative.dev/service={_called(workload)}"
    pods = partial(kubectl.items, "pods", "--namespace", namespace, "--selector", selector)
    eventually(lambda: [name(pod) for pod in pods() if _stays(pod)], lambda staying: not staying, DEADLINE_S)
    begun = time.perf_counter()
    client.get(workload.path, timeout=DEADLINE_S).raise_for_status()
    return time.perf_counter() - begun


def _stays(pod: Json) -> bool:
    return "deletionTimestamp" not in pod["metadata"]


def _called(workload: Workload) -> str:
    return f"cold-{workload.name}"


def _copy(workload: Workload, namespace: str) -> Json:
    template = deepcopy(workload.template)
    template["metadata"]["annotations"] = SOON_AT_ZERO
    template["metadata"].pop("name", None)
    metadata = {"name": _called(workload), "namespace": namespace}
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"template": template},
    }
