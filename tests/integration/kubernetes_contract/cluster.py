"""What the contract tests use of a cluster: the official client, raw requests, and a deadline to poll against."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from kubernetes import client

PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"
"""The only image that the real cluster of the tests can start."""
JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
DEADLINE_S = 60.0

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """Status and decoded body of a raw request."""

    status: int
    body: Any

    @property
    def reason(self) -> str:
        return str(self.body.get("reason"))

    @property
    def message(self) -> str:
        return str(self.body.get("message"))


class Cluster:
    """A server under contract: `tfgrj*` simulated, or the real one."""

    def __init__(self, api: client.ApiClient, *, is_simulated: bool) -> None:
        self.api = api
        self.is_simulated = is_simulated
        self.core = client.CoreV1Api(api)
        self.apps = client.AppsV1Api(api)
        self.policy = client.PolicyV1Api(api)
        self.leases = client.CoordinationV1Api(api)
        self.custom = client.CustomObjectsApi(api)

    def request(self, method: str, path: str, body: object = None, content_type: str = JSON) -> Answer:
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = {"Accept": JSON} | ({"Content-Type": content_type} if content_type and data is not None else {})
        pool = self.api.rest_client.pool_manager
        response = pool.request(
            method, self.api.configuration.host + path, body=data, headers=headers, retries=False, timeout=30
        )
        is_json = response.headers.get("Content-Type", "").startswith(JSON)
        return Answer(response.status, json.loads(response.data) if is_json else {"message": response.data.decode()})

    def watch(self, path: str, timeout_s: int = 30) -> Iterator[dict[str, Any]]:
        """The events of a watch, decoded, until it ends."""
        url = f"{self.api.configuration.host}{path}{'&' if '?' in path else '?'}watch=1&timeoutSeconds={timeout_s}"
        pool = self.api.rest_client.pool_manager
        response = pool.request("GET", url, headers={"Accept": JSON}, preload_content=False, timeout=timeout_s + 5)
        try:
            yield from (json.loads(line) for line in _lines(response.stream(amt=None)))
        finally:
            response.close()

    def workers(self) -> list[str]:
        nodes = self.core.list_node(label_selector="!node-role.kubernetes.io/control-plane").items
        return sorted(node.metadata.name for node in nodes)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        *complete, buffer = buffer.split(b"\n")
        yield from (line for line in complete if line)


def eventually(find: Callable[[], T], what: str, deadline_s: float = DEADLINE_S) -> T:
    """The first truthy answer of `find`; fails with `what` was waited for and the last answer."""
    ends_at = time.monotonic() + deadline_s
    while True:
        answer = find()
        if answer:
            return answer
        if time.monotonic() > ends_at:
            raise AssertionError(f"no {what} within {deadline_s} s; the last answer was {answer!r}")
        time.sleep(0.05)


def pod_body(name: str, labels: dict[str, str] | None = None, **spec: object) -> dict[str, Any]:
    """A pod of one container that only sleeps."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"containers": [container()], "terminationGracePeriodSeconds": 5} | spec,
    }


def container(**fields: object) -> dict[str, Any]:
    return {"name": "pause", "image": PAUSE_IMAGE, "imagePullPolicy": "IfNotPresent"} | fields


def deployment_body(name: str, replicas: int = 2, **spec: object) -> dict[str, Any]:
    """A Deployment of sleeping pods that is replaced make-before-break."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container()], "terminationGracePeriodSeconds": 5},
            },
        }
        | spec,
    }


def required_node_label(key: str) -> dict[str, Any]:
    """An affinity for nodes that carry a label, whatever its value."""
    term = {"matchExpressions": [{"key": key, "operator": "Exists"}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}


def is_ready(pod: client.V1Pod) -> bool:
    conditions = pod.status.conditions or []
    ready = any(item.type == "Ready" and item.status == "True" for item in conditions)
    return ready and pod.metadata.deletion_timestamp is None


def condition(pod: client.V1Pod, kind: str) -> client.V1PodCondition | None:
    return next((item for item in pod.status.conditions or [] if item.type == kind), None)
