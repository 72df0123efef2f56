"""What relabel sees and writes. Every write carries the version of what was read, so that a stale one fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.adapters.kubernetes.knative import annotate_revision, knative_revisions, knative_services
from ahorrater.adapters.kubernetes.parsing import (
    KNATIVE_SERVICE,
    REVISION_MARK,
    deployment_of,
    knative_service_of,
    labels_of,
    node_of,
    opted_in,
    pod_of,
    stateful_set_of,
)
from ahorrater.domain.cluster import (
    MARK,
    SHED_REPLICAS,
    SUNNY,
    SUNNY_LABEL,
    Deployment,
    KnativeService,
    Node,
    Pod,
    Workload,
)
from ahorrater.domain.moves import Roll, Scale
from ahorrater.domain.room import Room, total
from ahorrater.domain.sunny import MakePlain, MakeSunny
from ahorrater.services.relabel.ports import Conflict, Forbidden

MAKE_BEFORE_BREAK = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
"""The only keys that are not ours: without them a rollout stops pods before their replacements are Ready."""

FOLLOW_THE_SUN = "ahorrater-follow-the-sun"
"""The ClusterRole that lets relabel roll workloads where it is bound."""


class KubernetesCluster:
    """Nodes and workloads of one cluster; of `namespaces` only, where there are some."""

    def __init__(self, connection: Connection, namespaces: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._namespaces = namespaces

    def nodes(self) -> list[Node]:
        """All nodes."""
        return [node_of(item) for item in self._connection.items(self._connection.core.list_node)]

    def workloads(self) -> list[Workload]:
        """The Deployments, StatefulSets and Knative Services that opted in, with their pods."""
        apps = self._connection.apps
        all_deployments = self._in_scope(self._connection.items(apps.list_deployment_for_all_namespaces))
        deployments = [one for one in all_deployments if opted_in(one) and KNATIVE_SERVICE not in labels_of(one)]
        stateful_sets = self._opted_in(self._connection.items(apps.list_stateful_set_for_all_namespaces))
        services = self._opted_in(knative_services(self._connection))
        revisions = knative_revisions(self._connection) if services else []
        pods = self._pods_of({one["metadata"]["namespace"] for one in [*deployments, *stateful_sets, *services]})
        return [
            *(deployment_of(one, pods) for one in deployments),
            *(stateful_set_of(one, pods) for one in stateful_sets),
            *(knative_service_of(one, revisions, all_deployments, pods) for one in services),
        ]

    def occupied(self, node: str) -> Room:
        """What the pods on that node ask for; those that are ending make room."""
        list_pods = partial(self._connection.core.list_pod_for_all_namespaces, field_selector=f"spec.nodeName={node}")
        pods = map(pod_of, self._connection.items(list_pods))
        return total(pod.requests for pod in pods if pod.live)

    def make_sunny(self, write: MakeSunny) -> None:
        """Labels and marks the node."""
        self._patch_node(write.node, SUNNY, write.mark)

    def make_plain(self, write: MakePlain) -> None:
        """Takes label and mark from the node."""
        self._patch_node(write.node, None, None)

    def evict(self, pod: Pod) -> None:
        """Evicts the pod (policy/v1). One that is gone is evicted; one that a budget keeps for now is asked again."""
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod.name, "namespace": pod.namespace},
        }
        create = self._connection.core.create_namespaced_pod_eviction
        try:
            with _forbidden(pod.namespace):
                self._connection.call(create, pod.name, pod.namespace, body)
        except ApiError as error:
            if error.code not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND}:
                raise

    def scale(self, write: Scale) -> None:
        """Gives a Deployment so many pods, and keeps in it how many it had."""
        workload, remembered = write.workload, write.remembered
        body = {
            "metadata": {
                "resourceVersion": workload.templates[0].version,
                "annotations": {SHED_REPLICAS: None if remembered is None else str(remembered)},
            },
            "spec": {"replicas": write.replicas},
        }
        with _conflicts(), _forbidden(workload.namespace):
            patch = self._connection.apps.patch_namespaced_deployment
            self._connection.call(patch, workload.name, workload.namespace, body)

    def roll(self, write: Roll) -> None:
        """Marks the pod template, which starts a rollout (or, with an old mark, takes one back)."""
        workload, template = write.workload, write.template
        with _conflicts(), _forbidden(workload.namespace):
            if isinstance(workload, KnativeService):
                annotate_revision(self._connection, workload.namespace, template, REVISION_MARK, write.mark)
            else:
                self._connection.call(self._patch_of(workload), workload.name, workload.namespace, _rollout(write))

    def _patch_of(self, workload: Workload) -> Callable[..., Any]:
        apps = self._connection.apps
        is_deployment = isinstance(workload, Deployment)
        return apps.patch_namespaced_deployment if is_deployment else apps.patch_namespaced_stateful_set

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

    def _opted_in(self, items: list[Json]) -> list[Json]:
        return [item for item in self._in_scope(items) if opted_in(item)]

    def _in_scope(self, items: list[Json]) -> list[Json]:
        return [item for item in items if not self._namespaces or item["metadata"]["namespace"] in self._namespaces]


def _rollout(write: Roll) -> Json:
    spec: Json = {"template": {"metadata": {"annotations": {MARK: write.mark}}}}
    if write.make_before_break:
        spec["strategy"] = MAKE_BEFORE_BREAK
    return {"metadata": {"resourceVersion": write.template.version}, "spec": spec}


@contextmanager
def _forbidden(namespace: str) -> Iterator[None]:
    """Turns "you may not" into Forbidden."""
    try:
        yield
    except ApiError as error:
        if error.code != HTTPStatus.FORBIDDEN:
            raise
        cure = f"bind the ClusterRole {FOLLOW_THE_SUN} to relabel in namespace {namespace}"
        raise Forbidden(f"relabel may not move it: {cure}") from None


@contextmanager
def _conflicts() -> Iterator[None]:
    """Turns "somebody changed it" and "it is gone" into Conflict."""
    try:
        yield
    except ApiError as error:
        if error.code in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            raise Conflict(error.detail) from None
        raise
