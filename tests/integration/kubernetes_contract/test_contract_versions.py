"""Compare-and-swap: what a write does when somebody else wrote in between."""

import pytest
from kubernetes.client import ApiException

from tests.integration.kubernetes_contract.cluster import MERGE_PATCH, STRATEGIC_PATCH, Cluster


def new_config_map(cluster: Cluster, namespace: str) -> tuple[str, dict]:
    body = {"metadata": {"name": "epoch"}, "data": {"epoch": "1"}}
    created = cluster.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", body)
    assert created.status == 201
    return f"/api/v1/namespaces/{namespace}/configmaps/epoch", created.body


def test_the_second_create_of_a_name_is_refused(cluster: Cluster, namespace: str):
    new_config_map(cluster, namespace)
    again = cluster.request("POST", f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": "epoch"}})
    assert (again.status, again.reason) == (409, "AlreadyExists")
    assert again.message == 'configmaps "epoch" already exists'
    assert again.body["details"] == {"name": "epoch", "kind": "configmaps"}


def test_of_two_writers_from_the_same_version_one_wins(cluster: Cluster, namespace: str):
    path, first = new_config_map(cluster, namespace)
    winner = cluster.request("PUT", path, first | {"data": {"epoch": "2"}})
    loser = cluster.request("PUT", path, first | {"data": {"epoch": "3"}})
    assert winner.status == 200
    assert int(winner.body["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    assert (loser.status, loser.reason) == (409, "Conflict")
    assert loser.message == (
        'Operation cannot be fulfilled on configmaps "epoch": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    assert cluster.request("GET", path).body["data"] == {"epoch": "2"}


@pytest.mark.parametrize("content_type", [MERGE_PATCH, STRATEGIC_PATCH])
def test_a_patch_that_names_a_version_is_a_compare_and_swap(cluster: Cluster, namespace: str, content_type: str):
    path, first = new_config_map(cluster, namespace)
    patch = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}, "data": {"epoch": "2"}}
    assert cluster.request("PATCH", path, patch, content_type).status == 200
    stale = cluster.request("PATCH", path, patch | {"data": {"epoch": "3"}}, content_type)
    assert (stale.status, stale.reason) == (409, "Conflict")


def test_a_write_without_a_version_overwrites(cluster: Cluster, namespace: str):
    path, _ = new_config_map(cluster, namespace)
    answer = cluster.request("PUT", path, {"metadata": {"name": "epoch"}, "data": {"epoch": "9"}})
    assert (answer.status, answer.body["data"]) == (200, {"epoch": "9"})


def test_a_write_that_changes_nothing_keeps_the_version(cluster: Cluster, namespace: str):
    path, first = new_config_map(cluster, namespace)
    again = cluster.request("PUT", path, first)
    assert again.body["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_a_lease_insists_on_a_version(cluster: Cluster, namespace: str):
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/epoch"
    body = {"metadata": {"name": "epoch"}, "spec": {"holderIdentity": "one"}}
    created = cluster.request("PUT", path, body)
    assert created.status == 201, "a PUT to a lease that does not exist creates it"
    blind = cluster.request("PUT", path, body | {"spec": {"holderIdentity": "two"}})
    assert (blind.status, blind.reason) == (422, "Invalid")
    assert "metadata.resourceVersion: Invalid value: 0: must be specified for an update" in blind.message
    swapped = cluster.request("PUT", path, created.body | {"spec": {"holderIdentity": "two"}})
    assert (swapped.status, swapped.body["spec"]["holderIdentity"]) == (200, "two")
    stale = cluster.request("PUT", path, created.body | {"spec": {"holderIdentity": "three"}})
    assert (stale.status, stale.reason) == (409, "Conflict")


def test_an_object_of_another_uid_is_not_the_one_meant(cluster: Cluster, namespace: str):
    path, first = new_config_map(cluster, namespace)
    other = {"metadata": {"name": "epoch", "uid": "00000000-0000-4000-8000-000000000000"}, "data": {}}
    assert cluster.request("PUT", path, other).status == 409
    refused = cluster.request("DELETE", path, {"preconditions": {"uid": other["metadata"]["uid"]}})
    assert (refused.status, refused.reason) == (409, "Conflict")
    deleted = cluster.request("DELETE", path, {"preconditions": {"uid": first["metadata"]["uid"]}})
    assert (deleted.status, deleted.body["status"]) == (200, "Success")


def test_a_dry_run_answers_and_stores_nothing(cluster: Cluster, namespace: str):
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    dry = cluster.request("POST", f"{path}?dryRun=All", {"metadata": {"name": "dry"}})
    assert (dry.status, dry.body["metadata"]["name"]) == (201, "dry")
    assert cluster.request("GET", f"{path}/dry").status == 404


def test_the_official_client_sees_a_conflict_as_its_409(cluster: Cluster, namespace: str):
    new_config_map(cluster, namespace)
    first = cluster.core.read_namespaced_config_map("epoch", namespace)
    second = cluster.core.read_namespaced_config_map("epoch", namespace)
    first.data = {"epoch": "2"}
    cluster.core.replace_namespaced_config_map("epoch", namespace, first)
    second.data = {"epoch": "3"}
    with pytest.raises(ApiException) as refused:
        cluster.core.replace_namespaced_config_map("epoch", namespace, second)
    assert (refused.value.status, refused.value.reason) == (409, "Conflict")
