"""cluster-query as a process, on the simulated and, where there is one, the real cluster."""

import pytest

from tests.integration.event_sink import eventually
from tests.integration.relabel.relabel_world import FunctionProcess
from tests.integration.relabel.test_relabel_moves import settle_on_first


@pytest.fixture
def process(world, tmp_path):
    with FunctionProcess("cluster_query", tmp_path, world, CLUSTER_QUERY_TTL_S="0") as process:
        yield process


def test_the_nodes_and_the_sunny_one(world, process):
    first = world.workers[0]
    nodes = {node["name"]: node for node in process.request("GET", "/rest/listNodes").json}
    assert set(world.workers) < set(nodes)
    assert nodes[first] == {"name": first, "ready": True, "sunny": False, "roles": [], "schedulable": True}
    assert [name for name, node in nodes.items() if node["roles"] == ["control-plane"]] == [min(nodes)]
    assert process.request("GET", "/rest/getSunnyNode").json == {"node": None}
    world.core.patch_node(first, {"metadata": {"labels": {"sunny": "1"}}})
    assert process.request("GET", "/rest/getSunnyNode").json == {"node": first}


def test_the_pods_and_which_of_them_follow_the_sun(world, process):
    first = world.workers[0]
    world.deploy("web", 2)
    settle_on_first(world, "web", 2)
    answer = process.request("GET", f"/rest/getNodePod?namespace={world.namespace}&node={first}").json
    assert [(pod["node"], pod["ready"], pod["follows_sun"]) for pod in answer] == [(first, True, True)] * 2
    everything = process.request("GET", "/rest/getNodePod").json
    assert {pod["name"] for pod in answer} <= {pod["name"] for pod in everything}
    assert process.request("GET", f"/rest/getNodePod?namespace={world.namespace}-x").json == []


def test_what_the_nodes_use(world, process):
    eventually(lambda: process.request("GET", "/rest/getMetricsNodes").status == 200, 60)
    metrics = process.request("GET", "/rest/getMetricsNodes").json
    assert set(world.workers) <= {one["node"] for one in metrics}
    for one in metrics:
        assert 0 <= one["cpu_cores"] <= one["cpu_capacity_cores"] * 1.5
        assert 0 < one["memory_bytes"] <= one["memory_capacity_bytes"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/getNodePod?node=nowhere", 404),
        ("/rest/getNodePod?node=NOT_A_NAME", 400),
        ("/rest/getNodePod?namespace=", 400),
        ("/rest/listNodes?x=1", 400),
    ],
)
def test_wrong_questions_are_told_what_is_wrong(process, path, status):
    answer = process.request("GET", path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("status", [404, 503])
def test_without_metrics_server_it_says_so(simulated, tmp_path, status):
    with FunctionProcess("cluster_query", tmp_path, simulated) as process:
        simulated.simulate("faults", {"path": "metrics.k8s.io", "status": status})
        answer = process.request("GET", "/rest/getMetricsNodes")
        assert answer.status == 503
        assert "metrics-server" in answer.json["detail"]
        assert process.request("GET", "/rest/getMetricsNodes").status == 200


def test_a_cluster_that_is_away(simulated, tmp_path):
    (tmp_path / "nothing").write_text("apiVersion: v1\nkind: Config\nclusters: []\n")
    with FunctionProcess("cluster_query", tmp_path, simulated, KUBECONFIG=str(tmp_path / "nothing")) as process:
        answer = process.request("GET", "/rest/listNodes")
        assert answer.status == 503
        assert "KUBECONFIG" in answer.json["detail"]
