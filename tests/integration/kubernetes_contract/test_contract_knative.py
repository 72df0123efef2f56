"""Knative Services as objects. That their pods run is Knative's own affair, and the simulation's tests'."""

import pytest

from tests.integration.kubernetes_contract.cluster import (
    MERGE_PATCH,
    PAUSE_IMAGE,
    STRATEGIC_PATCH,
    Cluster,
    eventually,
)

BODY = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {"name": "fuel-query", "labels": {"ahorrater.es/follows-sun": "true"}},
    "spec": {"template": {"spec": {"containers": [{"image": PAUSE_IMAGE}]}}},
}


@pytest.fixture
def service(cluster: Cluster, namespace: str) -> str:
    path = f"/apis/serving.knative.dev/v1/namespaces/{namespace}/services"
    if cluster.request("GET", "/apis/serving.knative.dev/v1").status == 404:
        pytest.skip("this cluster serves no Knative Services")
    created = cluster.request("POST", path, BODY)
    assert created.status == 201, created.message
    return f"{path}/fuel-query"


def test_a_service_is_completed_and_listed_with_its_kind(cluster: Cluster, namespace: str, service: str):
    revision = cluster.request("GET", service).body["spec"]["template"]["spec"]
    assert (revision["containerConcurrency"], revision["timeoutSeconds"]) == (0, 300)
    assert revision["containers"][0]["name"] == "user-container"
    listed = cluster.custom.list_namespaced_custom_object("serving.knative.dev", "v1", namespace, "services",
                                                          label_selector="ahorrater.es/follows-sun=true")  # fmt: skip
    assert [(item["kind"], item["metadata"]["name"]) for item in listed["items"]] == [("Service", "fuel-query")]


def test_a_service_takes_merge_patches_and_no_strategic_ones(cluster: Cluster, service: str):
    patch = {"spec": {"template": {"metadata": {"annotations": {"ahorrater.es/moved": "1"}}}}}
    merged = cluster.request("PATCH", service, patch, MERGE_PATCH)
    assert (merged.status, merged.body["metadata"]["generation"]) == (200, 2)
    assert merged.body["spec"]["template"]["metadata"]["annotations"] == {"ahorrater.es/moved": "1"}
    refused = cluster.request("PATCH", service, patch, STRATEGIC_PATCH)
    assert (refused.status, refused.reason) == (415, "UnsupportedMediaType")


def test_a_service_insists_on_a_version(cluster: Cluster, service: str):
    blind = cluster.request("PUT", service, BODY)
    assert (blind.status, blind.reason) == (422, "Invalid")
    assert "metadata.resourceVersion" in blind.message


def test_a_service_gets_a_revision(cluster: Cluster, service: str):
    def revision() -> str | None:
        return cluster.request("GET", service).body.get("status", {}).get("latestCreatedRevisionName")

    assert eventually(revision, "revision") == "fuel-query-00001"
