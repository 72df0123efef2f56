"""What relabel's moves of Knative Services rest on: an annotation of a revision rolls its pods, and makes no revision.

A real Knative needs an image that listens, from a registry it can ask: KNATIVE_CONTRACT_IMAGE names one.
"""

import os

import pytest

from tests.integration.kubernetes_contract.cluster import MERGE_PATCH, PAUSE_IMAGE, Cluster, eventually, is_ready

SERVING = "/apis/serving.knative.dev/v1"
MARK = "ahorrater.knative.dev/epoch"


class Revision:
    """The first revision of a Service of two pods."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster, self.namespace = cluster, namespace
        self.path = f"{SERVING}/namespaces/{namespace}/revisions"

    def annotate(self, key: str, value: str | None) -> None:
        patch = {"metadata": {"annotations": {key: value}}}
        assert self.cluster.request("PATCH", f"{self.path}/web-00001", patch, MERGE_PATCH).status == 200

    @property
    def names(self) -> list[str]:
        return [item["metadata"]["name"] for item in self.cluster.request("GET", self.path).body["items"]]

    def pods(self, key: str = MARK) -> dict[str, str | None]:
        """The value of the annotation on each Ready pod."""
        selector = "serving.knative.dev/revision=web-00001"
        items = self.cluster.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return {pod.metadata.name: (pod.metadata.annotations or {}).get(key) for pod in items if is_ready(pod)}

    def await_marks(self, *marks: str | None) -> dict[str, str | None]:
        def marked() -> dict[str, str | None] | None:
            pods = self.pods()
            return pods if sorted(pods.values(), key=str) == sorted(marks, key=str) else None

        return eventually(marked, f"pods with the marks {marks}")


@pytest.fixture
def revision(cluster: Cluster, namespace: str) -> Revision:
    image = PAUSE_IMAGE if cluster.is_simulated else os.environ.get("KNATIVE_CONTRACT_IMAGE")
    if cluster.request("GET", SERVING).status == 404:
        pytest.skip("this cluster serves no Knative Services")
    if not image:
        pytest.skip("KNATIVE_CONTRACT_IMAGE names no image that listens")
    template = {
        "metadata": {"annotations": {"autoscaling.knative.dev/min-scale": "2"}},
        "spec": {"containers": [{"image": image}]},
    }
    body = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"template": template}}
    created = cluster.request(
        "POST", f"{SERVING}/namespaces/{namespace}/services", {**body, "metadata": {"name": "web"}}
    )
    assert created.status == 201, created.message
    found = Revision(cluster, namespace)
    found.await_marks(None, None)
    return found


def test_a_mark_rolls_the_pods_make_before_break_and_makes_no_revision(revision: Revision):
    before = revision.pods()
    version = revision.cluster.core.list_namespaced_pod(revision.namespace).metadata.resource_version
    revision.annotate(MARK, "7")
    after = revision.await_marks("7", "7")
    assert not set(before) & set(after)
    assert revision.names == ["web-00001"]
    ready, fewest = set(before), len(before)
    path = f"/api/v1/namespaces/{revision.namespace}/pods?resourceVersion={version}"
    for event in revision.cluster.watch(path, timeout_s=2):
        name, pod = event["object"]["metadata"]["name"], event["object"]
        conditions = {item["type"]: item["status"] for item in pod["status"].get("conditions", ())}
        is_up = conditions.get("Ready") == "True" and not pod["metadata"].get("deletionTimestamp")
        (ready.add if is_up else ready.discard)(name)
        fewest = min(fewest, len(ready))
    assert fewest == 2


def test_a_mark_is_changed_and_taken_off_again(revision: Revision):
    revision.annotate(MARK, "7")
    revision.await_marks("7", "7")
    revision.annotate(MARK, "8")
    revision.await_marks("8", "8")
    revision.annotate(MARK, None)
    revision.await_marks(None, None)


def test_a_key_that_is_not_knatives_keeps_its_first_value(revision: Revision):
    key = "ahorrater.es/epoch"
    revision.annotate(key, "7")
    eventually(lambda: list(revision.pods(key).values()) == ["7", "7"], "pods with the first value")
    revision.annotate(key, "8")
    revision.annotate(MARK, "9")
    revision.await_marks("9", "9")
    assert list(revision.pods(key).values()) == ["7", "7"]


def test_a_stale_patch_is_refused(revision: Revision):
    path = f"{revision.path}/web-00001"
    version = revision.cluster.request("GET", path).body["metadata"]["resourceVersion"]
    revision.annotate(MARK, "7")
    patch = {"metadata": {"resourceVersion": version, "annotations": {MARK: "6"}}}
    assert revision.cluster.request("PATCH", path, patch, MERGE_PATCH).status == 409


def test_the_spec_of_a_revision_is_fixed(revision: Revision):
    patch = {"spec": {"timeoutSeconds": 77}}
    refused = revision.cluster.request("PATCH", f"{revision.path}/web-00001", patch, MERGE_PATCH)
    assert refused.status in {400, 422}
    assert "Immutable fields changed" in refused.message
