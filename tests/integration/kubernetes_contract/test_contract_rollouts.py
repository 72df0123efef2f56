"""Deployments: make before break, status, undo, scale, ownership."""

from kubernetes import client

from tests.integration.kubernetes_contract.cluster import (
    Cluster,
    deployment_body,
    eventually,
    is_ready,
    required_node_label,
)


def read(cluster: Cluster, namespace: str, name: str) -> client.V1Deployment:
    return cluster.apps.read_namespaced_deployment(name, namespace)


def pods(cluster: Cluster, namespace: str, name: str) -> list[client.V1Pod]:
    return cluster.core.list_namespaced_pod(namespace, label_selector=f"app={name}").items


def is_rolled_out(deployment: client.V1Deployment) -> bool:
    """What `kubectl rollout status` waits for."""
    status, wanted = deployment.status, deployment.spec.replicas
    return (
        (status.observed_generation or 0) >= deployment.metadata.generation
        and (status.updated_replicas or 0) == wanted
        and (status.replicas or 0) == wanted
        and (status.available_replicas or 0) == wanted
    )


def roll_out(cluster: Cluster, namespace: str, name: str, **spec: object) -> None:
    cluster.apps.create_namespaced_deployment(namespace, deployment_body(name, **spec))
    eventually(lambda: is_rolled_out(read(cluster, namespace, name)), "first rollout")


def reason(deployment: client.V1Deployment, kind: str) -> str | None:
    return next((item.reason for item in deployment.status.conditions or [] if item.type == kind), None)


def test_a_changed_template_never_leaves_fewer_ready_pods_than_wanted(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=2)
    before = {pod.metadata.uid for pod in pods(cluster, namespace, "web")}
    patch = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}
    cluster.apps.patch_namespaced_deployment("web", namespace, patch)
    ready_counts, totals = [], []

    def observe() -> bool:
        present = pods(cluster, namespace, "web")
        ready_counts.append(sum(1 for pod in present if is_ready(pod)))
        totals.append(sum(1 for pod in present if pod.metadata.deletion_timestamp is None))
        return is_rolled_out(read(cluster, namespace, "web"))

    eventually(observe, "second rollout")
    assert min(ready_counts) >= 2, "maxUnavailable is 0"
    assert max(totals) <= 3, "maxSurge is 1"
    alive = {pod.metadata.uid for pod in pods(cluster, namespace, "web") if is_ready(pod)}
    assert not alive & before, "every pod was replaced"


def test_a_rollout_that_cannot_be_scheduled_keeps_the_old_pods(cluster: Cluster, namespace: str, node_label: str):
    roll_out(cluster, namespace, "web", replicas=2)
    affinity = required_node_label(node_label)
    cluster.apps.patch_namespaced_deployment("web", namespace, {"spec": {"template": {"spec": {"affinity": affinity}}}})

    def pending() -> list[client.V1Pod]:
        return [pod for pod in pods(cluster, namespace, "web") if pod.status.phase == "Pending"]

    eventually(lambda: pending() and read(cluster, namespace, "web").status.updated_replicas == 1, "pending pod")
    stuck = read(cluster, namespace, "web")
    assert stuck.status.available_replicas == 2
    assert reason(stuck, "Available") == "MinimumReplicasAvailable"
    assert sum(1 for pod in pods(cluster, namespace, "web") if is_ready(pod)) == 2

    worker = cluster.workers()[0]
    cluster.core.patch_node(worker, {"metadata": {"labels": {node_label: "1"}}})
    eventually(lambda: is_rolled_out(read(cluster, namespace, "web")), "rollout once the label is there")
    assert {pod.spec.node_name for pod in pods(cluster, namespace, "web") if is_ready(pod)} == {worker}


def test_a_rollout_that_makes_no_progress_says_so(cluster: Cluster, namespace: str):
    affinity = required_node_label("contract.ahorrater.es/nowhere")
    body = deployment_body("stuck", replicas=1, progressDeadlineSeconds=2)
    body["spec"]["template"]["spec"]["affinity"] = affinity
    cluster.apps.create_namespaced_deployment(namespace, body)
    eventually(
        lambda: reason(read(cluster, namespace, "stuck"), "Progressing") == "ProgressDeadlineExceeded",
        "ProgressDeadlineExceeded",
    )
    assert reason(read(cluster, namespace, "stuck"), "Available") == "MinimumReplicasUnavailable"


def test_conditions_and_counts_of_a_complete_rollout(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=1)
    deployment = eventually(
        lambda: next(
            (
                item
                for item in [read(cluster, namespace, "web")]
                if reason(item, "Progressing") == "NewReplicaSetAvailable"
            ),
            None,
        ),
        "NewReplicaSetAvailable",
    )
    assert reason(deployment, "Available") == "MinimumReplicasAvailable"
    assert (deployment.status.ready_replicas, deployment.status.unavailable_replicas) == (1, None)
    assert deployment.metadata.annotations["deployment.kubernetes.io/revision"] == "1"


def test_each_template_is_a_replica_set_and_going_back_reuses_the_old_one(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=1)

    def annotate(value: str | None) -> None:
        patch = {"spec": {"template": {"metadata": {"annotations": {"version": value}}}}}
        cluster.apps.patch_namespaced_deployment("web", namespace, patch)
        eventually(lambda: is_rolled_out(read(cluster, namespace, "web")), "rollout")

    def revisions() -> dict[str, tuple[str, int]]:
        items = cluster.apps.list_namespaced_replica_set(namespace).items
        key = "deployment.kubernetes.io/revision"
        return {item.metadata.name: (item.metadata.annotations[key], item.spec.replicas) for item in items}

    first = next(iter(revisions()))
    annotate("2")
    assert len(revisions()) == 2
    assert revisions()[first] == ("1", 0)
    annotate(None)
    assert len(revisions()) == 2
    assert revisions()[first] == ("3", 1)
    assert read(cluster, namespace, "web").metadata.annotations["deployment.kubernetes.io/revision"] == "3"


def test_scaling_through_the_scale_subresource(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=1)
    cluster.apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 3}})
    eventually(lambda: is_rolled_out(read(cluster, namespace, "web")), "three pods")
    assert cluster.apps.read_namespaced_deployment_scale("web", namespace).status.replicas == 3
    cluster.apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 0}})
    eventually(lambda: not pods(cluster, namespace, "web"), "no pods")


def test_pods_that_are_not_ready_long_enough_are_not_available(cluster: Cluster, namespace: str):
    body = deployment_body("slow", replicas=1, minReadySeconds=3)
    cluster.apps.create_namespaced_deployment(namespace, body)
    eventually(lambda: read(cluster, namespace, "slow").status.ready_replicas == 1, "ready pod")
    assert not read(cluster, namespace, "slow").status.available_replicas
    eventually(lambda: read(cluster, namespace, "slow").status.available_replicas == 1, "available pod")


def test_recreate_ends_the_old_pods_first(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "single", replicas=1, strategy={"type": "Recreate"})
    patch = {"spec": {"template": {"metadata": {"annotations": {"version": "2"}}}}}
    cluster.apps.patch_namespaced_deployment("single", namespace, patch)
    totals = []

    def observe() -> bool:
        totals.append(len(pods(cluster, namespace, "single")))
        deployment = read(cluster, namespace, "single")
        return is_rolled_out(deployment)

    eventually(observe, "rollout")
    assert max(totals) == 1


def test_a_deleted_deployment_takes_its_replica_sets_and_pods_along(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=1)
    answer = cluster.request("DELETE", f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    assert (answer.status, answer.body["status"]) == (200, "Success")
    assert answer.body["details"]["kind"] == "deployments"
    eventually(lambda: not cluster.apps.list_namespaced_replica_set(namespace).items, "no replica sets")
    eventually(lambda: not pods(cluster, namespace, "web"), "no pods")


def test_a_deleted_pod_is_replaced(cluster: Cluster, namespace: str):
    roll_out(cluster, namespace, "web", replicas=1)
    gone = pods(cluster, namespace, "web")[0].metadata
    cluster.core.delete_namespaced_pod(gone.name, namespace)
    eventually(
        lambda: any(is_ready(pod) and pod.metadata.uid != gone.uid for pod in pods(cluster, namespace, "web")),
        "another pod",
    )
