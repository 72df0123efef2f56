"""Where pods go, and what a pod says that can go nowhere."""

import re

from kubernetes import client

from tests.integration.kubernetes_contract.cluster import (
    Cluster,
    condition,
    container,
    eventually,
    is_ready,
    pod_body,
    required_node_label,
)


def read(cluster: Cluster, namespace: str, name: str) -> client.V1Pod:
    return cluster.core.read_namespaced_pod(name, namespace)


def node_of(cluster: Cluster, namespace: str, name: str) -> str:
    return eventually(lambda: read(cluster, namespace, name).spec.node_name, "node")


def refusal(cluster: Cluster, namespace: str, name: str) -> str:
    def find() -> str | None:
        verdict = condition(read(cluster, namespace, name), "PodScheduled")
        refused = verdict and (verdict.status, verdict.reason) == ("False", "Unschedulable")
        return verdict.message if refused else None

    return eventually(find, "PodScheduled=False")


def test_a_pod_waits_for_the_label_that_it_requires_then_stays_when_it_goes(
    cluster: Cluster, namespace: str, node_label: str, worker: str
):
    cluster.core.create_namespaced_pod(namespace, pod_body("follower", affinity=required_node_label(node_label)))
    message = refusal(cluster, namespace, "follower")
    nodes = len(cluster.core.list_node().items)
    assert message.startswith(f"0/{nodes} nodes are available: ")
    assert "1 node(s) had untolerated taint(s)" in message
    assert f"{nodes - 1} node(s) didn't match Pod's node affinity/selector" in message
    assert message.endswith(
        f"preemption: 0/{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling."
    )
    assert read(cluster, namespace, "follower").status.phase == "Pending"

    cluster.core.patch_node(worker, {"metadata": {"labels": {node_label: "1"}}})
    eventually(lambda: is_ready(read(cluster, namespace, "follower")), "ready pod")
    placed = read(cluster, namespace, "follower")
    assert (placed.spec.node_name, placed.status.phase) == (worker, "Running")
    assert placed.status.pod_ip
    assert placed.status.host_ip
    assert placed.status.container_statuses[0].state.running

    cluster.core.patch_node(worker, {"metadata": {"labels": {node_label: None}}})
    assert is_ready(read(cluster, namespace, "follower")), "labels are ignored during execution"


def test_a_pod_that_asks_for_too_much_says_what_is_short(cluster: Cluster, namespace: str):
    large = [container(resources={"requests": {"cpu": "9000"}})]
    cluster.core.create_namespaced_pod(namespace, pod_body("large", containers=large))
    assert re.search(r"\d+ Insufficient cpu", refusal(cluster, namespace, "large"))


def test_a_pod_goes_to_the_node_it_selects(cluster: Cluster, namespace: str):
    for worker in cluster.workers():
        body = pod_body(f"on-{worker}", nodeSelector={"kubernetes.io/hostname": worker})
        cluster.core.create_namespaced_pod(namespace, body)
        assert node_of(cluster, namespace, f"on-{worker}") == worker


def test_a_preference_is_followed_where_it_can_be(cluster: Cluster, namespace: str, node_label: str):
    chosen = cluster.workers()[-1]
    cluster.core.patch_node(chosen, {"metadata": {"labels": {node_label: "1"}}})
    term = {"matchExpressions": [{"key": node_label, "operator": "In", "values": ["1"]}]}
    preference = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference": term}]}
    cluster.core.create_namespaced_pod(namespace, pod_body("follower", affinity={"nodeAffinity": preference}))
    assert node_of(cluster, namespace, "follower") == chosen


def test_a_toleration_opens_the_control_plane(cluster: Cluster, namespace: str):
    control_plane = (
        cluster.core.list_node(label_selector="node-role.kubernetes.io/control-plane").items[0].metadata.name
    )
    toleration = {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"}
    body = pod_body("guest", nodeSelector={"kubernetes.io/hostname": control_plane}, tolerations=[toleration])
    cluster.core.create_namespaced_pod(namespace, body)
    assert node_of(cluster, namespace, "guest") == control_plane


def test_an_event_tells_why_a_pod_waits(cluster: Cluster, namespace: str):
    waits = pod_body("waits", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    events = eventually(
        lambda: (
            cluster.core.list_namespaced_event(
                namespace, field_selector="involvedObject.name=waits,reason=FailedScheduling"
            ).items
        ),
        "event",
    )
    assert events[0].type == "Warning"
    assert "nodes are available" in events[0].message
