"""Lists, selectors, pages, metrics, discovery."""

import re
from urllib.parse import quote

import pytest

from tests.integration.kubernetes_contract.cluster import Cluster, eventually, pod_body

LABELS = {"a": {"tier": "web", "rank": "1"}, "b": {"tier": "db", "rank": "5"}, "c": {"tier": "web"}, "d": {}}


@pytest.fixture
def labelled(cluster: Cluster, namespace: str) -> str:
    for name, labels in LABELS.items():
        body = {"metadata": {"name": name, "labels": labels | {"all": "yes"}}}
        cluster.core.create_namespaced_config_map(namespace, body)
    return f"/api/v1/namespaces/{namespace}/configmaps"


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("tier=web", "ac"),
        ("tier==web", "ac"),
        ("tier!=web", "bd"),
        ("tier", "abc"),
        ("!tier", "d"),
        ("tier in (web,db)", "abc"),
        ("tier in (web), rank", "a"),
        ("tier notin (web)", "bd"),
        ("tier=web,rank=1", "a"),
        ("tier=", ""),
        ("rank>2", "b"),
        ("rank<2", "a"),
        ("tier=absent", ""),
    ],
)
def test_a_label_selector_selects(cluster: Cluster, labelled: str, selector: str, names: str):
    answer = cluster.request("GET", f"{labelled}?labelSelector={quote('all,' + selector)}")
    assert "".join(item["metadata"]["name"] for item in answer.body["items"]) == names


@pytest.mark.parametrize("selector", ["a b", "a in (x", "a===b", "=x", "a in x", "a=b c"])
def test_a_bad_label_selector_is_refused(cluster: Cluster, labelled: str, selector: str):
    answer = cluster.request("GET", f"{labelled}?labelSelector={quote(selector)}")
    assert (answer.status, answer.reason) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("selector", "names"),
    [("metadata.name=a", "a"), ("metadata.name!=a", "bcd"), ("metadata.name=absent", "")],
)
def test_a_field_selector_selects(cluster: Cluster, labelled: str, selector: str, names: str):
    answer = cluster.request("GET", f"{labelled}?labelSelector=all&fieldSelector={quote(selector)}")
    assert "".join(item["metadata"]["name"] for item in answer.body["items"]) == names


@pytest.mark.parametrize("selector", ["spec.nonsense=x", "nonsense"])
def test_a_bad_field_selector_is_refused(cluster: Cluster, labelled: str, selector: str):
    answer = cluster.request("GET", f"{labelled}?fieldSelector={quote(selector)}")
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_a_list_comes_in_pages(cluster: Cluster, labelled: str):
    names, token, pages = [], "", 0
    while pages == 0 or token:
        answer = cluster.request("GET", f"{labelled}?limit=2&continue={quote(token)}")
        names += [item["metadata"]["name"] for item in answer.body["items"]]
        token, pages = answer.body["metadata"].get("continue", ""), pages + 1
    assert pages >= 2
    assert [name for name in names if name in LABELS] == list(LABELS)
    assert cluster.request("GET", f"{labelled}?continue=nonsense").status == 400


def test_items_of_a_list_leave_their_kind_to_the_list(cluster: Cluster):
    nodes = cluster.request("GET", "/api/v1/nodes").body
    assert (nodes["kind"], nodes["apiVersion"]) == ("NodeList", "v1")
    assert all("kind" not in item for item in nodes["items"])
    one = cluster.request("GET", f"/api/v1/nodes/{nodes['items'][0]['metadata']['name']}").body
    assert (one["kind"], one["apiVersion"]) == ("Node", "v1")


def test_nodes_have_the_usual_labels_capacity_and_a_ready_condition(cluster: Cluster):
    nodes = cluster.core.list_node().items
    assert len(nodes) >= 2
    for node in nodes:
        assert node.metadata.labels["kubernetes.io/hostname"] == node.metadata.name
        assert {"cpu", "memory", "pods"} <= set(node.status.allocatable)
        assert any(item.type == "Ready" and item.status == "True" for item in node.status.conditions)
        assert any(item.type == "InternalIP" for item in node.status.addresses)
    control_plane = cluster.core.list_node(label_selector="node-role.kubernetes.io/control-plane").items
    assert [taint.effect for taint in control_plane[0].spec.taints] == ["NoSchedule"]


def test_every_node_renews_a_lease(cluster: Cluster):
    def leases() -> list[str]:
        return [item.metadata.name for item in cluster.leases.list_namespaced_lease("kube-node-lease").items]

    names = {node.metadata.name for node in cluster.core.list_node().items}
    eventually(lambda: names <= set(leases()), "lease of every node")


def test_node_metrics_have_the_shape_of_metrics_server(cluster: Cluster):
    items = eventually(lambda: cluster.custom.list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes")["items"],
                       "node metrics")  # fmt: skip
    for item in items:
        assert item["usage"]["cpu"] == "0" or re.fullmatch(r"\d+[num]?", item["usage"]["cpu"])
        assert re.fullmatch(r"\d+Ki", item["usage"]["memory"])
        assert re.fullmatch(r"\d+(\.\d+)?m?s|\d+m\d+(\.\d+)?s", item["window"])
        assert item["timestamp"].endswith("Z")
        assert item["metadata"]["labels"]["kubernetes.io/hostname"] == item["metadata"]["name"]


def test_pod_metrics_name_their_containers(cluster: Cluster):
    def busy() -> list[dict]:
        items = cluster.custom.list_cluster_custom_object("metrics.k8s.io", "v1beta1", "pods")["items"]
        return [item for item in items if item["containers"]]

    if cluster.is_simulated and not busy():
        cluster.core.create_namespaced_pod("default", pod_body("measured"))
    for item in eventually(busy, "pod metrics"):
        assert item["metadata"]["namespace"]
        assert {"name", "usage"} == set(item["containers"][0])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "/api/v1/nonsense", None, 404, "NotFound"),
        ("GET", "/api/v1/nodes/absent", None, 404, "NotFound"),
        ("GET", "/apis/metrics.k8s.io/v1beta1/nodes/absent", None, 404, "NotFound"),
        ("GET", "/api/v1/nodes?limit=nonsense", None, 400, "BadRequest"),
        ("PUT", "/api/v1/nodes", {}, 405, "MethodNotAllowed"),
        ("POST", "/apis/metrics.k8s.io/v1beta1/nodes", {}, 405, "MethodNotAllowed"),
        ("POST", "/api/v1/namespaces/default/pods/absent", {}, 405, "MethodNotAllowed"),
        ("PATCH", "/api/v1/nodes/absent", {}, 404, "NotFound"),
        ("DELETE", "/api/v1/nodes/absent", None, 404, "NotFound"),
    ],
)
def test_a_bad_request_is_answered_with_a_status(
    cluster: Cluster, method: str, path: str, body: object, status: int, reason: str
):
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    answer = cluster.request(method, path, body, content_type)
    assert (answer.status, answer.reason) == (status, reason)
    assert (answer.body["kind"], answer.body["status"], answer.body["code"]) == ("Status", "Failure", status)


def test_discovery_names_what_the_functions_use(cluster: Cluster):
    groups = {group["name"] for group in cluster.request("GET", "/apis").body["groups"]}
    assert {"apps", "coordination.k8s.io", "policy", "metrics.k8s.io"} <= groups
    pods = {item["name"] for item in cluster.request("GET", "/api/v1").body["resources"]}
    assert {"nodes", "pods", "pods/eviction", "configmaps"} <= pods
    assert cluster.request("GET", "/version").body["major"] == "1"
