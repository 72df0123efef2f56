"""Watches: order, resumption, selection, and the end of history."""

from typing import Any

import pytest
from kubernetes import watch
from kubernetes.client import ApiException

from tests.integration.kubernetes_contract.cluster import MERGE_PATCH, Cluster


def config_maps(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def create(cluster: Cluster, namespace: str, name: str, labels: dict[str, str] | None = None) -> str:
    body = {"metadata": {"name": name, "labels": labels or {}}, "data": {"n": "0"}}
    return cluster.request("POST", config_maps(namespace), body).body["metadata"]["resourceVersion"]


def version_of(cluster: Cluster, namespace: str) -> str:
    return cluster.request("GET", config_maps(namespace)).body["metadata"]["resourceVersion"]


def first_events(cluster: Cluster, path: str, count: int) -> list[dict[str, Any]]:
    events = []
    for event in cluster.watch(path):
        events.append(event)
        if len(events) == count:
            break
    return events


def test_changes_come_in_order_with_growing_versions(cluster: Cluster, namespace: str):
    version = version_of(cluster, namespace)
    create(cluster, namespace, "a")
    for n in ("1", "2"):
        cluster.request("PATCH", f"{config_maps(namespace)}/a", {"data": {"n": n}}, MERGE_PATCH)
    create(cluster, namespace, "b")
    cluster.request("DELETE", f"{config_maps(namespace)}/a")
    path = f"{config_maps(namespace)}?resourceVersion={version}&fieldSelector=metadata.name!=kube-root-ca.crt"
    events = first_events(cluster, path, 5)
    seen = [(item["type"], item["object"]["metadata"]["name"], item["object"]["data"]["n"]) for item in events]
    assert seen == [
        ("ADDED", "a", "0"),
        ("MODIFIED", "a", "1"),
        ("MODIFIED", "a", "2"),
        ("ADDED", "b", "0"),
        ("DELETED", "a", "2"),
    ]
    versions = [int(item["object"]["metadata"]["resourceVersion"]) for item in events]
    assert versions == sorted(set(versions))
    assert events[0]["object"]["kind"] == "ConfigMap"


def test_a_watch_resumes_after_the_version_it_names(cluster: Cluster, namespace: str):
    create(cluster, namespace, "a")
    version = create(cluster, namespace, "b")
    create(cluster, namespace, "c")
    path = f"{config_maps(namespace)}?resourceVersion={version}&labelSelector=!istio"
    names = [item["object"]["metadata"]["name"] for item in first_events(cluster, path, 1)]
    assert names == ["c"]


def test_without_a_version_the_present_state_comes_first(cluster: Cluster, namespace: str):
    create(cluster, namespace, "a", {"mine": "yes"})
    create(cluster, namespace, "b", {"mine": "yes"})
    events = first_events(cluster, f"{config_maps(namespace)}?labelSelector=mine", 2)
    assert [(item["type"], item["object"]["metadata"]["name"]) for item in events] == [("ADDED", "a"), ("ADDED", "b")]


def test_an_object_that_starts_or_stops_matching_is_added_or_deleted(cluster: Cluster, namespace: str):
    version = version_of(cluster, namespace)
    create(cluster, namespace, "a", {"sunny": "0"})
    for value in ("1", "0"):
        patch = {"metadata": {"labels": {"sunny": value}}}
        cluster.request("PATCH", f"{config_maps(namespace)}/a", patch, MERGE_PATCH)
    path = f"{config_maps(namespace)}?resourceVersion={version}&labelSelector=sunny%3D1"
    events = first_events(cluster, path, 2)
    assert [(item["type"], item["object"]["metadata"]["labels"]["sunny"]) for item in events] == [
        ("ADDED", "1"),
        ("DELETED", "1"),
    ]


def test_a_forgotten_version_is_answered_with_an_expired_error_event(cluster: Cluster):
    events = list(cluster.watch("/api/v1/pods?resourceVersion=1"))
    assert [item["type"] for item in events] == ["ERROR"]
    status = events[0]["object"]
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert status["message"].startswith("too old resource version: 1 (")


def test_the_official_client_raises_410_for_a_forgotten_version(cluster: Cluster):
    with pytest.raises(ApiException) as expired:
        for _ in watch.Watch().stream(
            cluster.core.list_pod_for_all_namespaces, resource_version="1", timeout_seconds=5
        ):
            pass
    assert expired.value.status == 410


def test_a_watch_ends_after_its_timeout(cluster: Cluster, namespace: str):
    path = f"{config_maps(namespace)}?labelSelector=none&resourceVersion={version_of(cluster, namespace)}"
    assert list(cluster.watch(path, timeout_s=1)) == []


def test_the_initial_events_end_with_a_bookmark_when_asked_for(cluster: Cluster, namespace: str):
    create(cluster, namespace, "a", {"mine": "yes"})
    query = "labelSelector=mine&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    events = first_events(cluster, f"{config_maps(namespace)}?{query}", 2)
    assert [item["type"] for item in events] == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_list_of_a_version_that_is_yet_to_come_times_out(cluster: Cluster):
    answer = cluster.request("GET", "/api/v1/nodes?resourceVersion=999999999999")
    assert (answer.status, answer.reason) == (504, "Timeout")
    assert "Too large resource version: 999999999999" in answer.message
