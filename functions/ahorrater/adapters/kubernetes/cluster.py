"""What relabel sees and writes. Every write carries the version of what was read, so that a stale one fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.adapters.kubernetes.knative import knative_services
from ahorrater.adapters.kubernetes.parsing import (
    KNATIVE_SERVICE,
    deployment_of,
    knative_service_of,
    labels_of,
    node_of,
    opted_in,
)
from ahorrater.domain.cluster import MARK, SUNNY, SUNNY_LABEL, Node, Workload
from ahorrater.domain.moves import Evict, Roll
from ahorrater.domain.sunny import MakePlain, MakeSunny
from ahorrater.services.relabel.ports import Conflict

MAKE_BEFORE_BREAK = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
"""The only keys that are not ours: without them a rollout stops pods before their replacements are Ready."""


class KubernetesCluster:
    """Nodes and workloads of one cluster; of `namespaces` only, where there are some."""

    def __init__(self, connection: Connection, namespaces: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._namespaces = namespaces

    def nodes(self) -> list[Node]:
        """All nodes."""
        return [node_of(item) for item in self._connection.items(self._connection.core.list_node)]

    def workloads(self) -> list[Workload]:
        """The Deployments and Knative Services that opted in, with their pods."""
        all_deployments = self._in_scope(
            self._connection.items(self._connection.apps.list_deployment_for_all_namespaces)
        )
        deployments = [one for one in all_deployments if opted_in(one) and KNATIVE_SERVICE not in labels_of(one)]
        services = [one for one in self._in_scope(knative_services(self._connection)) if opted_in(one)]
        pods = self._pods_of({one["metadata"]["namespace"] for one in [*deployments, *services]})
        return [
            *(deployment_of(one, pods) for one in deployments),
            *(knative_service_of(one, all_deployments, pods) for one in services),
        ]

    def make_sunny(self, write: MakeSunny) -> None:
        """Labels and marks the node."""
        self._patch_node(write.node, SUNNY, write.mark)

    def make_plain(self, write: MakePlain) -> None:
        """Takes label and mark from the node."""
        self._patch_node(write.node, None, None)

    def roll(self, write: Roll) -> None:
        """Marks the pod template, which starts a rollout (or, with an old mark, takes one back)."""
        deployment = write.deployment
        spec: Json = {"template": {"metadata": {"annotations": {MARK: write.mark}}}}
        if write.make_before_break:
            spec["strategy"] = MAKE_BEFORE_BREAK
        body = {"metadata": {"resourceVersion": deployment.version}, "spec": spec}
        with _conflicts():
            patch = self._connection.apps.patch_namespaced_deployment
            self._connection.call(patch, deployment.name, deployment.namespace, body)

    def evict(self, write: Evict) -> bool:
        """Evicts the pod (policy/v1). False when a disruption budget refuses for now; a pod that is gone is evicted."""
        pod = write.pod
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod.name, "namespace": pod.namespace},
        }
        try:
            self._connection.call(self._connection.core.create_namespaced_pod_eviction, pod.name, pod.namespace, body)
        except ApiError as error:
            if error.code == HTTPStatus.TOO_MANY_REQUESTS:
                return False
            if error.code != HTTPStatus.NOT_FOUND:
                raise
        return True

    def _patch_node(self, node: Node, label: str | None, mark: str | None) -> None:
        metadata = {
            "resourceVersion": node.version,
            "labels": {SUNNY_LABEL: label},
            "annotations": {MARK: mark},
        }
        with _conflicts():
            self._connection.call(self._connection.core.patch_node, node.name, {"metadata": metadata})

    def _pods_of(self, namespaces: set[str]) -> list[Json]:
        list_pods = self._connection.core.list_namespaced_pod
        return [
            pod for namespace in sorted(namespaces) for pod in self._connection.items(partial(list_pods, namespace))
        ]

    def _in_scope(self, items: list[Json]) -> list[Json]:
        return [item for item in items if not self._namespaces or item["metadata"]["namespace"] in self._namespaces]


@contextmanager
def _conflicts() -> Iterator[None]:
    """Turns "somebody changed it" and "it is gone" into Conflict."""
    try:
        yield
    except ApiError as error:
        if error.code in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            raise Conflict(error.detail) from None
        raise
