"""What only the simulation can do on order: silent nodes, refusals, delays, broken watches, lost history; Knative."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config

from infra.local.kubesim.server import ServerOptions, running
from tests.integration.kubernetes_contract.cluster import (
    MERGE_PATCH,
    PAUSE_IMAGE,
    Cluster,
    deployment_body,
    eventually,
    is_ready,
    pod_body,
)

SEED = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {"name": "fuel-query", "namespace": "default"},
    "spec": {"template": {"spec": {"containers": [{"image": PAUSE_IMAGE}]}}},
}
KNATIVE = ("serving.knative.dev", "v1", "default", "services")


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Cluster]:
    with running(ServerOptions(nodes=("one", "two", "three"), seed=(SEED,))) as server:
        kubeconfig = server.write_kubeconfig(tmp_path / "kubeconfig")
        with config.new_client_from_config(str(kubeconfig)) as api:
            yield Cluster(api, is_simulated=True)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(409, "Conflict"), (410, "Expired"), (429, "TooManyRequests"), (500, "InternalError")],
)
def test_an_ordered_refusal_comes_as_often_as_ordered(simulated: Cluster, status: int, reason: str):
    fault = {"verb": "GET", "path": "/nodes/two$", "status": status, "times": 2}
    assert simulated.request("POST", "/simulation/faults", fault).status == 200
    answers = [simulated.request("GET", "/api/v1/nodes/two") for _ in range(3)]
    assert [answer.status for answer in answers] == [status, status, 200]
    assert answers[0].reason == reason
    assert simulated.request("GET", "/api/v1/nodes/one").status == 200


def test_an_ordered_delay_slows_one_request(simulated: Cluster):
    simulated.request("POST", "/simulation/faults", {"path": "/nodes", "delay_s": 0.5})
    began = time.monotonic()
    assert simulated.request("GET", "/api/v1/nodes").status == 200
    assert time.monotonic() - began >= 0.5


def test_faults_can_be_taken_back_and_bad_ones_are_refused(simulated: Cluster):
    simulated.request("POST", "/simulation/faults", {"path": "", "status": 500, "times": 1000})
    simulated.request("DELETE", "/simulation/faults")
    assert simulated.request("GET", "/api/v1/nodes").status == 200
    assert simulated.request("POST", "/simulation/faults", {"path": "("}).status == 400
    assert simulated.request("POST", "/simulation/nonsense", {}).status == 404


def test_closed_watches_end(simulated: Cluster):
    events = simulated.watch("/api/v1/nodes")
    assert next(events)["type"] == "ADDED"
    assert simulated.request("POST", "/simulation/watches/close", {}).body == {"closed": 1}
    assert len(list(events)) == 2, "the other two nodes, then the end"


def test_forgotten_history_is_410_and_the_present_version_still_works(simulated: Cluster):
    version = simulated.request("GET", "/api/v1/nodes").body["metadata"]["resourceVersion"]
    simulated.request("PATCH", "/api/v1/nodes/two", {"metadata": {"labels": {"sunny": "1"}}}, MERGE_PATCH)
    now = simulated.request("POST", "/simulation/history/forget", {}).body["version"]
    lost = list(simulated.watch(f"/api/v1/nodes?resourceVersion={version}"))
    assert [event["object"]["code"] for event in lost] == [410]
    simulated.request("PATCH", "/api/v1/nodes/two", {"metadata": {"labels": {"sunny": "0"}}}, MERGE_PATCH)
    event = next(simulated.watch(f"/api/v1/nodes?resourceVersion={now}"))
    assert event["object"]["metadata"]["labels"]["sunny"] == "0"


def test_a_silent_node_is_tainted_its_pods_unready_and_it_recovers(simulated: Cluster):
    simulated.core.create_namespaced_pod("default", pod_body("p", nodeSelector={"kubernetes.io/hostname": "two"}))
    eventually(lambda: is_ready(simulated.core.read_namespaced_pod("p", "default")), "ready pod")
    simulated.request("POST", "/simulation/nodes/two", {"ready": False})

    def taints() -> set[tuple[str, str]]:
        return {(taint.key, taint.effect) for taint in simulated.core.read_node("two").spec.taints or []}

    unreachable = "node.kubernetes.io/unreachable"
    eventually(lambda: taints() == {(unreachable, "NoSchedule"), (unreachable, "NoExecute")}, "taints")
    eventually(lambda: not is_ready(simulated.core.read_namespaced_pod("p", "default")), "unready pod")
    simulated.core.delete_namespaced_pod("p", "default")
    assert simulated.core.read_namespaced_pod("p", "default").metadata.deletion_timestamp

    simulated.request("POST", "/simulation/nodes/two", {"ready": True})
    eventually(lambda: not taints(), "no taints")
    gone = "/api/v1/namespaces/default/pods/p"
    eventually(lambda: simulated.request("GET", gone).status == 404, "end of the pod")
    assert simulated.request("POST", "/simulation/nodes/absent", {"ready": True}).status == 404
    assert simulated.request("POST", "/simulation/nodes/two", {"ready": "perhaps"}).status == 400


def test_a_pod_with_the_annotation_is_ready_when_it_says(simulated: Cluster):
    body = deployment_body("never", replicas=1)
    body["spec"]["template"]["metadata"]["annotations"] = {"simulation.ahorrater.es/start-delay-s": "never"}
    simulated.apps.create_namespaced_deployment("default", body)

    def containers() -> list[client.V1ContainerStatus] | None:
        pods = simulated.core.list_namespaced_pod("default", label_selector="app=never").items
        return pods[0].status.container_statuses if pods else None

    assert eventually(containers, "container")[0].state.waiting.reason == "ContainerCreating"


def knative_pods(simulated: Cluster) -> list[client.V1Pod]:
    return simulated.core.list_namespaced_pod("default", label_selector="serving.knative.dev/service=fuel-query").items


def test_a_knative_service_keeps_a_pod_through_an_eviction(simulated: Cluster):
    first = eventually(lambda: [pod for pod in knative_pods(simulated) if is_ready(pod)], "pod")[0]
    simulated.core.create_namespaced_pod_eviction(
        first.metadata.name, "default", {"metadata": {"name": first.metadata.name}}
    )
    eventually(
        lambda: any(is_ready(pod) and pod.metadata.uid != first.metadata.uid for pod in knative_pods(simulated)),
        "another pod",
    )
    service = simulated.custom.get_namespaced_custom_object(*KNATIVE, "fuel-query")
    assert service["status"]["latestReadyRevisionName"] == "fuel-query-00001"


def test_a_patched_knative_service_gets_a_new_revision(simulated: Cluster):
    eventually(lambda: any(is_ready(pod) for pod in knative_pods(simulated)), "pod")
    patch = {"spec": {"template": {"metadata": {"annotations": {"moved": "1"}}}}}
    simulated.custom.patch_namespaced_custom_object(*KNATIVE, "fuel-query", patch)

    def revisions() -> set[str]:
        return {pod.metadata.labels["serving.knative.dev/revision"] for pod in knative_pods(simulated)}

    eventually(lambda: revisions() == {"fuel-query-00002"}, "second revision only")
    path = "/apis/serving.knative.dev/v1/namespaces/default/services/fuel-query"
    strategic = simulated.request("PATCH", path, patch, "application/strategic-merge-patch+json")
    assert strategic.status == 415, "custom resources take no strategic merge"
