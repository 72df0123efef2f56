"""What may be created and changed: names, pods, Deployments."""

from typing import Any

import pytest

from tests.integration.kubernetes_contract.cluster import (
    MERGE_PATCH,
    STRATEGIC_PATCH,
    Cluster,
    container,
    deployment_body,
    pod_body,
    required_node_label,
)

BAD_TERM = {"key": "a", "operator": "In"}


def affinity(expression: dict[str, Any]) -> dict[str, Any]:
    term = {"matchExpressions": [expression]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"metadata": {"name": "Bad Name"}}, 422, "a lowercase RFC 1123 subdomain must consist of"),
        ({"metadata": {}}, 422, "name or generateName is required"),
        ({"metadata": {"name": "x"}, "data": {"a b": "1"}}, 422, "a valid config key must consist of"),
        ({"metadata": {"name": "x", "namespace": "another"}}, 400, "does not match the namespace"),
        ({"metadata": {"name": "x", "labels": {"a": 1}}}, 400, "cannot unmarshal number into Go struct field"),
        ({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "x"}}, 400, "cannot be handled as a ConfigMap"),
        ("{nonsense", 400, "json parse error"),
        ("[]", 400, "json parse error"),
    ],
)
def test_a_bad_config_map_is_refused(cluster: Cluster, namespace: str, body: object, status: int, words: str):
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", body)
    assert (answer.status, words in answer.message) == (status, True), answer.message


def test_nothing_is_created_in_a_namespace_that_does_not_exist(cluster: Cluster):
    answer = cluster.request("POST", "/api/v1/namespaces/nowhere-at-all/configmaps", {"metadata": {"name": "x"}})
    assert (answer.status, answer.message) == (404, 'namespaces "nowhere-at-all" not found')


def test_a_name_is_generated_from_a_prefix(cluster: Cluster, namespace: str):
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"generateName": "x-"}})
    assert answer.status == 201
    assert len(answer.body["metadata"]["name"]) == len("x-") + 5


@pytest.mark.parametrize(
    ("spec", "status", "words"),
    [
        ({"containers": []}, 422, "spec.containers: Required value"),
        ({"containers": [{"name": "Bad_1", "image": "i"}]}, 422, "a lowercase RFC 1123 label must consist of"),
        ({"containers": [{"name": "x"}]}, 422, "spec.containers[0].image: Required value"),
        ({"containers": [container(), container()]}, 422, 'spec.containers[1].name: Duplicate value: "pause"'),
        ({"containers": [container(resources={"requests": {"cpu": "lots"}})]}, 400, "quantities must match"),
        (
            {"containers": [container(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})]},
            422,
            "must be less than or equal to cpu limit of 1",
        ),
        ({"restartPolicy": "Maybe"}, 422, 'spec.restartPolicy: Unsupported value: "Maybe"'),
        ({"affinity": affinity({"key": "a", "operator": "Is"})}, 422, "not a valid selector operator"),
        ({"affinity": affinity(BAD_TERM)}, 422, "must be specified when `operator` is 'In' or 'NotIn'"),
        ({"affinity": affinity({"key": "a", "operator": "Gt", "values": ["1", "2"]})}, 422, "single value"),
        ({"affinity": affinity({"key": "a", "operator": "Exists", "values": ["1"]})}, 422, "may not be specified"),
    ],
)
def test_a_bad_pod_is_refused(cluster: Cluster, namespace: str, spec: dict[str, Any], status: int, words: str):
    answer = cluster.request("POST", f"/api/v1/namespaces/{namespace}/pods", pod_body("x", **spec))
    assert (answer.status, words in answer.message) == (status, True), answer.message


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"nodeSelector": {"a": "b"}}},
        {"spec": {"dnsPolicy": "Default"}},
        {"spec": {"affinity": required_node_label("a")}},
        {"spec": {"containers": [{"name": "pause", "args": ["x"]}]}},
        {"spec": {"containers": [{"name": "another", "image": "x"}]}},
        {"spec": {"nodeName": "another"}},
    ],
)
def test_a_pod_cannot_be_moved_or_rebuilt_in_place(cluster: Cluster, namespace: str, patch: dict[str, Any]):
    waits = pod_body("fixed", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    answer = cluster.request("PATCH", f"/api/v1/namespaces/{namespace}/pods/fixed", patch, STRATEGIC_PATCH)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "Forbidden: pod updates may not" in answer.message


def test_a_pod_takes_another_image_and_labels(cluster: Cluster, namespace: str):
    waits = pod_body("fixed", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    patch = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "pause", "image": "registry.k8s.io/pause:3.10"}]},
    }
    answer = cluster.request("PATCH", f"/api/v1/namespaces/{namespace}/pods/fixed", patch, STRATEGIC_PATCH)
    assert answer.status == 200
    assert answer.body["spec"]["containers"][0]["image"] == "registry.k8s.io/pause:3.10"
    assert answer.body["metadata"]["labels"] == {"a": "b"}


def test_status_is_not_written_with_the_object(cluster: Cluster, namespace: str):
    waits = pod_body("fixed", affinity=required_node_label("contract.ahorrater.es/nowhere"))
    cluster.core.create_namespaced_pod(namespace, waits)
    path = f"/api/v1/namespaces/{namespace}/pods/fixed"
    answer = cluster.request("PATCH", path, {"status": {"phase": "Failed"}}, MERGE_PATCH)
    assert (answer.status, answer.body["status"]["phase"]) == (200, "Pending")


@pytest.mark.parametrize(
    ("spec", "status", "words"),
    [
        ({"selector": {"matchLabels": {"app": "other"}}}, 422, "`selector` does not match template `labels`"),
        ({"selector": {}}, 422, "empty selector is invalid for deployment"),
        ({"replicas": -1}, 422, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ({"replicas": "two"}, 400, "cannot unmarshal string into Go struct field"),
        ({"strategy": {"type": "Nonsense"}}, 422, 'supported values: "Recreate", "RollingUpdate"'),
        (
            {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}},
            422,
            "may not be 0 when `maxSurge` is 0",
        ),
    ],
)
def test_a_bad_deployment_is_refused(cluster: Cluster, namespace: str, spec: dict[str, Any], status: int, words: str):
    body = deployment_body("x", replicas=0)
    body["spec"] |= spec
    answer = cluster.request("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", body)
    assert (answer.status, words in answer.message) == (status, True), answer.message


def test_the_selector_of_a_deployment_does_not_change(cluster: Cluster, namespace: str):
    cluster.apps.create_namespaced_deployment(namespace, deployment_body("x", replicas=0))
    labels = {"app": "other"}
    patch = {"spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}}}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/x"
    answer = cluster.request("PATCH", path, patch, STRATEGIC_PATCH)
    assert (answer.status, "field is immutable" in answer.message) == (422, True)
