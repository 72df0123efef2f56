"""StatefulSets: numbered pods, replaced one at a time and the last first when their template changes."""

import pytest

from tests.integration.kubernetes_contract.cluster import (
    STRATEGIC_PATCH,
    Cluster,
    container,
    eventually,
    is_ready,
)

MARK = "ahorrater.es/epoch"


@pytest.fixture
def path(cluster: Cluster, namespace: str) -> str:
    template = {
        "metadata": {"labels": {"app": "db"}},
        "spec": {"containers": [container()], "terminationGracePeriodSeconds": 0},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "db"}}, "serviceName": "db", "template": template}
    cluster.apps.create_namespaced_stateful_set(namespace, {"metadata": {"name": "db"}, "spec": spec})
    eventually(lambda: ready(cluster, namespace) == {"db-0": None, "db-1": None}, "both pods")
    return f"/apis/apps/v1/namespaces/{namespace}/statefulsets/db"


def ready(cluster: Cluster, namespace: str) -> dict[str, str | None]:
    """The mark of each Ready pod."""
    items = cluster.core.list_namespaced_pod(namespace).items
    return {pod.metadata.name: (pod.metadata.annotations or {}).get(MARK) for pod in items if is_ready(pod)}


def mark(cluster: Cluster, path: str, value: str) -> None:
    patch = {"spec": {"template": {"metadata": {"annotations": {MARK: value}}}}}
    assert cluster.request("PATCH", path, patch, STRATEGIC_PATCH).status == 200


def test_a_marked_template_replaces_the_pods_one_at_a_time_the_last_first(cluster: Cluster, namespace: str, path: str):
    version = cluster.core.list_namespaced_pod(namespace).metadata.resource_version
    mark(cluster, path, "7")
    eventually(lambda: ready(cluster, namespace) == {"db-0": "7", "db-1": "7"}, "both pods again")
    events = cluster.watch(f"/api/v1/namespaces/{namespace}/pods?resourceVersion={version}", timeout_s=2)
    deleted = [event["object"]["metadata"]["name"] for event in events if event["type"] == "DELETED"]
    assert deleted == ["db-1", "db-0"]


def test_defaults_say_how_it_is_updated(cluster: Cluster, path: str):
    spec = cluster.request("GET", path).body["spec"]
    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    assert spec["podManagementPolicy"] == "OrderedReady"


def test_on_delete_replaces_nothing_by_itself(cluster: Cluster, namespace: str, path: str):
    strategy = {"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}}
    assert cluster.request("PATCH", path, strategy, STRATEGIC_PATCH).status == 200
    mark(cluster, path, "7")
    cluster.core.delete_namespaced_pod("db-0", namespace)
    eventually(lambda: ready(cluster, namespace).get("db-0") == "7", "the pod that was deleted, marked")
    assert ready(cluster, namespace)["db-1"] is None
