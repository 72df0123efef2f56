"""Patches: what merges, what is removed, what is refused."""

import pytest

from tests.integration.kubernetes_contract.cluster import (
    APPLY_PATCH,
    JSON,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    Cluster,
    container,
    deployment_body,
)

MERGING = [MERGE_PATCH, STRATEGIC_PATCH]


def config_map(cluster: Cluster, namespace: str, **data: str) -> str:
    cluster.core.create_namespaced_config_map(namespace, {"metadata": {"name": "numbers"}, "data": data})
    return f"/api/v1/namespaces/{namespace}/configmaps/numbers"


@pytest.mark.parametrize("content_type", MERGING)
def test_a_label_is_added_changed_and_removed_by_null_and_others_stay(
    cluster: Cluster, worker: str, node_label: str, content_type: str
):
    path = f"/api/v1/nodes/{worker}"
    before = cluster.request("GET", path).body["metadata"]["labels"]
    for value in ("1", "2"):
        answer = cluster.request("PATCH", path, {"metadata": {"labels": {node_label: value}}}, content_type)
        assert (answer.status, answer.body["metadata"]["labels"]) == (200, before | {node_label: value})
    removed = cluster.request("PATCH", path, {"metadata": {"labels": {node_label: None}}}, content_type)
    assert (removed.status, removed.body["metadata"]["labels"]) == (200, before)


@pytest.mark.parametrize("content_type", MERGING)
def test_removing_a_label_that_is_not_there_changes_nothing(cluster: Cluster, namespace: str, content_type: str):
    path = config_map(cluster, namespace, one="1")
    version = cluster.request("GET", path).body["metadata"]["resourceVersion"]
    answer = cluster.request("PATCH", path, {"metadata": {"labels": {"absent": None}}}, content_type)
    assert (answer.status, answer.body["metadata"]["resourceVersion"]) == (200, version)


def test_a_strategic_merge_keeps_other_containers_and_a_plain_merge_replaces_the_list(cluster: Cluster, namespace: str):
    body = deployment_body("two", replicas=0)
    body["spec"]["template"]["spec"]["containers"] = [container(), container(name="second")]
    cluster.apps.create_namespaced_deployment(namespace, body)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/two"
    patch = {"spec": {"template": {"spec": {"containers": [container(env=[{"name": "A", "value": "1"}])]}}}}

    merged = cluster.request("PATCH", path, patch, STRATEGIC_PATCH).body["spec"]["template"]["spec"]["containers"]
    assert {item["name"]: item.get("env") for item in merged} == {
        "pause": [{"name": "A", "value": "1"}],
        "second": None,
    }

    replaced = cluster.request("PATCH", path, patch, MERGE_PATCH).body["spec"]["template"]["spec"]["containers"]
    assert [item["name"] for item in replaced] == ["pause"]


def test_a_strategic_merge_deletes_a_list_item_by_its_key(cluster: Cluster, namespace: str):
    body = deployment_body("two", replicas=0)
    body["spec"]["template"]["spec"]["containers"] = [container(), container(name="second")]
    cluster.apps.create_namespaced_deployment(namespace, body)
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "second", "$patch": "delete"}]}}}}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/two"
    left = cluster.request("PATCH", path, patch, STRATEGIC_PATCH).body["spec"]["template"]["spec"]["containers"]
    assert [item["name"] for item in left] == ["pause"]


def test_a_change_of_the_spec_raises_the_generation_and_one_of_the_metadata_does_not(cluster: Cluster, namespace: str):
    cluster.apps.create_namespaced_deployment(namespace, deployment_body("one", replicas=0))
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/one"
    labelled = cluster.request("PATCH", path, {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH).body
    assert labelled["metadata"]["generation"] == 1
    changed = cluster.request("PATCH", path, {"spec": {"minReadySeconds": 1}}, MERGE_PATCH).body
    assert changed["metadata"]["generation"] == 2


def test_a_json_patch_is_done_whole_or_not_at_all(cluster: Cluster, namespace: str):
    path = config_map(cluster, namespace, one="1")
    good = [{"op": "test", "path": "/data/one", "value": "1"}, {"op": "add", "path": "/data/two", "value": "2"}]
    assert cluster.request("PATCH", path, good, JSON_PATCH).body["data"] == {"one": "1", "two": "2"}
    bad = [{"op": "add", "path": "/data/three", "value": "3"}, {"op": "test", "path": "/data/one", "value": "x"}]
    refused = cluster.request("PATCH", path, bad, JSON_PATCH)
    assert (refused.status, refused.reason) == (422, "Invalid")
    assert cluster.request("GET", path).body["data"] == {"one": "1", "two": "2"}


def test_server_side_apply_creates_and_changes(cluster: Cluster, namespace: str):
    path = f"/api/v1/namespaces/{namespace}/configmaps/applied?fieldManager=contract"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"one": "1"}}
    assert cluster.request("PATCH", path, body, APPLY_PATCH).status == 201
    changed = cluster.request("PATCH", path, body | {"data": {"one": "2"}}, APPLY_PATCH)
    assert (changed.status, changed.body["data"]) == (200, {"one": "2"})


@pytest.mark.parametrize(
    ("content_type", "body", "status", "reason"),
    [
        (JSON, {"data": {}}, 415, "UnsupportedMediaType"),
        ("text/plain", {"data": {}}, 415, "UnsupportedMediaType"),
        (MERGE_PATCH, "{nonsense", 400, "BadRequest"),
        (MERGE_PATCH, [], 400, "BadRequest"),
        (STRATEGIC_PATCH, "{nonsense", 400, "BadRequest"),
        (STRATEGIC_PATCH, [], 400, "BadRequest"),
        (JSON_PATCH, {}, 400, "BadRequest"),
        (JSON_PATCH, [{"op": "remove", "path": "/data/absent"}], 422, "Invalid"),
        (JSON_PATCH, [{"op": "nonsense", "path": "/data"}], 422, "Invalid"),
        (MERGE_PATCH, {"metadata": {"labels": {"number": 1}}}, 422, "Invalid"),
        (STRATEGIC_PATCH, {"metadata": {"labels": {"number": 1}}}, 422, "Invalid"),
        (MERGE_PATCH, {"metadata": {"name": "another"}}, 400, "BadRequest"),
        (MERGE_PATCH, {"metadata": {"resourceVersion": "1"}}, 409, "Conflict"),
        (APPLY_PATCH, {"apiVersion": "v1", "kind": "ConfigMap"}, 422, "Invalid"),
    ],
)
def test_a_bad_patch_is_refused(
    cluster: Cluster, namespace: str, content_type: str, body: object, status: int, reason: str
):
    path = config_map(cluster, namespace, one="1")
    answer = cluster.request("PATCH", path, body, content_type)
    assert (answer.status, answer.reason) == (status, reason)
    assert cluster.request("GET", path).body["data"] == {"one": "1"}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("good", "a b", "a valid label must be an empty string or consist of alphanumeric characters"),
        ("good", "x" * 64, "must be no more than 63 characters"),
        ("bad key", "x", "name part must consist of alphanumeric characters"),
        ("/x", "x", "prefix part must be non-empty"),
        ("Bad_/x", "x", "prefix part a lowercase RFC 1123 subdomain"),
        ("x/", "x", "name part must be non-empty"),
        ("a/b/c", "x", "a qualified name must consist of alphanumeric characters"),
        ("k" * 64, "x", "name part must be no more than 63 characters"),
    ],
)
def test_a_bad_node_label_is_refused_by_name_and_field(cluster: Cluster, worker: str, key: str, value: str, words: str):
    answer = cluster.request(
        "PATCH", f"/api/v1/nodes/{worker}", {"metadata": {"labels": {key: value}}}, STRATEGIC_PATCH
    )
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert answer.message.startswith(f'Node "{worker}" is invalid: ')
    assert words in answer.message
    causes = answer.body["details"]["causes"]
    assert {(cause["reason"], cause["field"]) for cause in causes} == {("FieldValueInvalid", "metadata.labels")}
