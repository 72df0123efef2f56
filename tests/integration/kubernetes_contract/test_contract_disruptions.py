"""Deletion and eviction: grace, budgets, refusals."""

import uuid

import pytest
from kubernetes.client import ApiException

from infra.local.kubesim.controllers.kubelet import START_DELAY
from tests.integration.kubernetes_contract.cluster import (
    Cluster,
    deployment_body,
    eventually,
    is_ready,
    pod_body,
    required_node_label,
)


def eviction(name: str) -> dict:
    return {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}


def start_pod(cluster: Cluster, namespace: str, name: str, **labels: str) -> None:
    cluster.core.create_namespaced_pod(namespace, pod_body(name, labels))
    eventually(lambda: is_ready(cluster.core.read_namespaced_pod(name, namespace)), "ready pod")


def budget(cluster: Cluster, namespace: str, **spec: object) -> None:
    body = {"metadata": {"name": "guard"}, "spec": {"selector": {"matchLabels": {"app": "web"}}} | spec}
    cluster.policy.create_namespaced_pod_disruption_budget(namespace, body)
    eventually(
        lambda: cluster.policy.read_namespaced_pod_disruption_budget("guard", namespace).status.observed_generation,
        "budget status",
    )


def exists(cluster: Cluster, namespace: str, name: str) -> bool:
    return cluster.request("GET", f"/api/v1/namespaces/{namespace}/pods/{name}").status == 200


def test_a_deleted_pod_is_marked_first_and_gone_after(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "short")
    answer = cluster.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/short")
    assert (answer.status, answer.body["kind"]) == (200, "Pod")
    assert answer.body["metadata"]["deletionTimestamp"]
    assert answer.body["metadata"]["deletionGracePeriodSeconds"] == 5
    eventually(lambda: not exists(cluster, namespace, "short"), "end of the pod")


def test_a_pod_deleted_without_grace_is_gone_at_once(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "short")
    cluster.core.delete_namespaced_pod("short", namespace, grace_period_seconds=0)
    assert not exists(cluster, namespace, "short")


def test_a_pod_without_a_node_is_gone_at_once(cluster: Cluster, namespace: str):
    waits = pod_body("waits", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    cluster.core.delete_namespaced_pod("waits", namespace)
    assert not exists(cluster, namespace, "waits")


def test_an_eviction_without_a_budget_deletes(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "free")
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/pods/free/eviction", eviction("free"))
    assert (answer.status, answer.body["kind"], answer.body["status"]) == (201, "Status", "Success")
    eventually(lambda: not exists(cluster, namespace, "free"), "end of the pod")


def test_a_budget_refuses_an_eviction_with_429(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "guarded", app="web")
    budget(cluster, namespace, minAvailable=1)
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/pods/guarded/eviction", eviction("guarded"))
    assert (answer.status, answer.reason) == (429, "TooManyRequests")
    assert answer.message == "Cannot evict pod as it would violate the pod's disruption budget."
    cause = answer.body["details"]["causes"][0]
    assert cause["reason"] == "DisruptionBudget"
    assert cause["message"] == "The disruption budget guard needs 1 healthy pods and has 1 currently"
    assert cluster.core.read_namespaced_pod("guarded", namespace).metadata.deletion_timestamp is None


def test_the_official_client_sees_the_refusal_as_its_429(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "guarded", app="web")
    budget(cluster, namespace, minAvailable=1)
    with pytest.raises(ApiException) as refused:
        cluster.core.create_namespaced_pod_eviction("guarded", namespace, eviction("guarded"))
    assert refused.value.status == 429


@pytest.mark.parametrize("spec", [{"minAvailable": 1}, {"maxUnavailable": 1}, {"minAvailable": "50%"}])
def test_a_budget_lets_one_go_and_then_the_next_once_replaced(cluster: Cluster, namespace: str, spec: dict):
    body = deployment_body("web", replicas=2)
    # The simulation replaces a pod in a third of a second, which a busy machine may take from one request to the next.
    body["spec"]["template"]["metadata"]["annotations"] = {START_DELAY: "2"}
    cluster.apps.create_namespaced_deployment(namespace, body)
    budget(cluster, namespace, **spec)

    def allowed() -> int:
        return cluster.policy.read_namespaced_pod_disruption_budget("guard", namespace).status.disruptions_allowed

    eventually(lambda: allowed() == 1, "one allowed disruption")
    names = [pod.metadata.name for pod in cluster.core.list_namespaced_pod(namespace).items]
    path = f"/api/v1/namespaces/{namespace}/pods"
    assert cluster.request("POST", f"{path}/{names[0]}/eviction", eviction(names[0])).status == 201
    second = cluster.request("POST", f"{path}/{names[1]}/eviction", eviction(names[1]))
    assert second.status == 429
    eventually(lambda: allowed() == 1, "replacement")
    assert cluster.request("POST", f"{path}/{names[1]}/eviction", eviction(names[1])).status == 201


def test_a_budget_that_allows_none_holds_for_a_rollout_of_one(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "guarded", app="web")
    budget(cluster, namespace, maxUnavailable=0)
    status = cluster.policy.read_namespaced_pod_disruption_budget("guard", namespace).status
    assert (status.disruptions_allowed, status.current_healthy) == (0, 1)
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/pods/guarded/eviction", eviction("guarded"))
    assert answer.status == 429


def test_a_pod_that_does_not_run_may_always_be_evicted(cluster: Cluster, namespace: str):
    waits = pod_body("waits", {"app": "web"}, affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    budget(cluster, namespace, minAvailable=1)
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/pods/waits/eviction", eviction("waits"))
    assert answer.status == 201


@pytest.mark.parametrize(
    ("path_name", "body_name", "status"),
    [("absent", "absent", 404), ("present", "other", 400)],
)
def test_a_bad_eviction_is_refused(cluster: Cluster, namespace: str, path_name: str, body_name: str, status: int):
    waits = pod_body("present", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    path = f"/api/v1/namespaces/{namespace}/pods/{path_name}/eviction"
    assert cluster.request("POST", path, eviction(body_name)).status == status


def test_an_evicted_pod_says_that_it_was(cluster: Cluster, namespace: str):
    start_pod(cluster, namespace, "told")
    version = cluster.core.list_namespaced_pod(namespace).metadata.resource_version
    cluster.core.create_namespaced_pod_eviction("told", namespace, eviction("told"))
    for event in cluster.watch(f"/api/v1/namespaces/{namespace}/pods?resourceVersion={version}"):
        conditions = event["object"]["status"].get("conditions", [])
        target = next((item for item in conditions if item["type"] == "DisruptionTarget"), None)
        if target or event["type"] == "DELETED":
            break
    assert target is not None
    assert (target["status"], target["reason"]) == ("True", "EvictionByEvictionAPI")


def test_a_deleted_namespace_takes_everything_along(cluster: Cluster):
    name = f"contract-short-lived-{uuid.uuid4().hex[:8]}"
    cluster.core.create_namespace({"metadata": {"name": name}})
    cluster.core.create_namespaced_config_map(name, {"metadata": {"name": "a"}})
    answer = cluster.request("DELETE", f"/api/v1/namespaces/{name}")
    assert (answer.status, answer.body["status"]["phase"]) == (200, "Terminating")
    eventually(lambda: cluster.request("GET", f"/api/v1/namespaces/{name}").status == 404, "end of the namespace")
    assert cluster.request("GET", f"/api/v1/namespaces/{name}/configmaps/a").status == 404
