"""What cluster-query reads."""

from functools import partial

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.adapters.kubernetes.knative import knative_services
from ahorrater.adapters.kubernetes.metrics import metrics_of
from ahorrater.adapters.kubernetes.parsing import belongs_to, node_of, opted_in, pod_of, selected
from ahorrater.contracts.answers import NodeMetrics, PodInfo
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.cluster import Node


class KubernetesReader:
    """Nodes, pods and metrics of one cluster. Every method may raise RetryLater."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def nodes(self) -> list[Node]:
        """All nodes."""
        return [node_of(item) for item in self._nodes()]

    def pods(self) -> list[PodInfo]:
        """All pods. A pod follows the sun if the Deployment, StatefulSet or Knative Service it belongs to opted in."""
        pods = self._connection.items(self._connection.core.list_pod_for_all_namespaces)
        following = self._names_of_following(pods)
        return [_pod_info(pod, follows_sun=_name(pod) in following) for pod in pods]

    def metrics(self) -> list[NodeMetrics]:
        """What each node uses, beside what it has. Raises RetryLater where metrics-server is away."""
        list_metrics = partial(self._connection.custom.list_cluster_custom_object, "metrics.k8s.io", "v1beta1", "nodes")
        try:
            used = self._connection.items(list_metrics)
        except ApiError as error:
            raise RetryLater(f"metrics-server does not answer; is it installed? ({error.detail})"[:300], 15) from None
        capacity = {node["metadata"]["name"]: node["status"]["capacity"] for node in self._nodes()}
        return [metrics_of(item, capacity[_name(item)[1]]) for item in used if _name(item)[1] in capacity]

    def _nodes(self) -> list[Json]:
        return self._connection.items(self._connection.core.list_node)

    def _names_of_following(self, pods: list[Json]) -> set[tuple[str, str]]:
        apps = self._connection.apps
        owners = [
            *self._connection.items(apps.list_deployment_for_all_namespaces),
            *self._connection.items(apps.list_stateful_set_for_all_namespaces),
        ]
        following = [pod for one in owners if opted_in(one) for pod in selected(one, pods)]
        for service in filter(opted_in, knative_services(self._connection)):
            following += [pod for pod in pods if belongs_to(pod, *_name(service))]
        return {_name(pod) for pod in following}


def _name(item: Json) -> tuple[str, str]:
    metadata = item["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _pod_info(item: Json, *, follows_sun: bool) -> PodInfo:
    pod = pod_of(item)
    return PodInfo(
        namespace=pod.namespace,
        name=pod.name,
        node=pod.node,
        phase="Terminating" if pod.ending else pod.phase,
        ready=pod.ready_since is not None,
        follows_sun=follows_sun,
    )
