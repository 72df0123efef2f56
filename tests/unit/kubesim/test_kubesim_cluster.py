"""The simulated cluster as a whole, on a clock turned by hand."""

import gc
from datetime import datetime
from typing import Any

import pytest

from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.events import EVENTS_KEPT
from infra.local.kubesim.objects import KubeObject, condition_is_true, condition_of, is_terminating, name_of
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import (
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    EVENTS,
    KNATIVE_SERVICES,
    LEASES,
    NAMESPACES,
    NODES,
    PODS,
    REPLICA_SETS,
)
from infra.local.kubesim.simulation import Simulation
from infra.local.kubesim.store import HISTORY_PER_KIND
from tests.unit.kubesim.virtual_time import VirtualTimers

CONTAINER = {"name": "c", "image": "pause:1", "resources": {"requests": {"cpu": "500m", "memory": "64Mi"}}}


@pytest.fixture
def timers() -> VirtualTimers:
    return VirtualTimers()


@pytest.fixture
def cluster(timers: VirtualTimers) -> Simulation:
    simulation = Simulation(timers)
    timers.advance(1)
    return simulation


def pod(name: str, **spec: object) -> KubeObject:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [CONTAINER]} | spec}


def deployment(name: str = "web", replicas: int = 2, template: KubeObject | None = None, **spec: object) -> KubeObject:
    metadata = {"labels": {"app": name}} | (template or {})
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": metadata, "spec": {"containers": [CONTAINER]}},
        }
        | spec,
    }


def change_template(cluster: Simulation, name: str, **annotations: str) -> None:
    def change(current: KubeObject) -> KubeObject:
        current["spec"]["template"]["metadata"]["annotations"] = annotations
        return current

    cluster.registry.modify(DEPLOYMENTS, "default", name, change)


def labelled(node: KubeObject, moment: datetime) -> KubeObject:
    node["metadata"]["labels"]["moved"] = f"{moment:%H-%M}"
    return node


def ready_pods(cluster: Simulation) -> list[KubeObject]:
    pods = cluster.store.objects(PODS, "default")
    return [item for item in pods if condition_is_true(item, "Ready") and not is_terminating(item)]


def progress(cluster: Simulation, name: str = "web") -> str:
    condition = condition_of(cluster.registry.get(DEPLOYMENTS, "default", name), "Progressing")
    return condition["reason"] if condition else ""


@pytest.mark.parametrize(
    ("after_s", "phase", "is_ready"), [(0.0, "Pending", False), (0.29, "Pending", False), (0.31, "Running", True)]
)
def test_a_pod_is_ready_after_its_delay(
    cluster: Simulation, timers: VirtualTimers, after_s: float, phase: str, is_ready: bool
):
    cluster.add(pod("p"))
    timers.advance(after_s)
    now = cluster.registry.get(PODS, "default", "p")
    assert (now["status"]["phase"], condition_is_true(now, "Ready")) == (phase, is_ready)


def test_the_same_work_gives_the_same_cluster():
    def play() -> list[KubeObject]:
        timers = VirtualTimers()
        simulation = Simulation(timers)
        simulation.add(deployment())
        timers.advance(2)
        change_template(simulation, "web", version="2")
        timers.advance(5)
        return [item for resource in (PODS, REPLICA_SETS, EVENTS) for item in simulation.store.objects(resource)]

    assert play() == play()


def test_a_rolling_update_holds_its_fences_at_every_write(cluster: Simulation, timers: VirtualTimers):
    cluster.add(deployment(replicas=3))
    timers.advance(2)
    seen: list[tuple[int, int]] = []

    def count(_: object) -> None:
        present = [item for item in cluster.store.objects(PODS, "default") if not is_terminating(item)]
        seen.append((len(ready_pods(cluster)), len(present)))

    cluster.store.subscribe(count)
    change_template(cluster, "web", version="2")
    timers.advance(10)
    assert min(ready for ready, _ in seen) == 3
    assert max(total for _, total in seen) == 4
    assert progress(cluster) == "NewReplicaSetAvailable"
    assert {item["metadata"]["annotations"]["version"] for item in ready_pods(cluster)} == {"2"}


def test_a_quiet_cluster_has_only_its_heartbeats_to_do(cluster: Simulation, timers: VirtualTimers):
    cluster.add(deployment())
    timers.advance(700)
    version, pending = cluster.store.version, timers.pending
    timers.advance(10)
    assert cluster.store.version - version == 3, "one renewed lease a node"
    assert pending == timers.pending == 3


@pytest.mark.parametrize(("after_s", "reason"), [(59, "ReplicaSetUpdated"), (62, "ProgressDeadlineExceeded")])
def test_a_rollout_without_progress_exceeds_its_deadline(
    cluster: Simulation, timers: VirtualTimers, after_s: float, reason: str
):
    cluster.add(deployment(replicas=1, progressDeadlineSeconds=60))
    timers.advance(2)
    cluster.registry.modify(
        DEPLOYMENTS,
        "default",
        "web",
        lambda now: (
            now
            | {
                "spec": now["spec"]
                | {
                    "template": now["spec"]["template"]
                    | {"spec": now["spec"]["template"]["spec"] | {"nodeSelector": {"sunny": "1"}}}
                }
            }
        ),
    )
    timers.advance(after_s)
    assert progress(cluster) == reason
    assert len(ready_pods(cluster)) == 1


@pytest.mark.parametrize(("after_s", "available"), [(9, 0), (11, 1)])
def test_a_pod_is_available_once_ready_long_enough(
    cluster: Simulation, timers: VirtualTimers, after_s: float, available: int
):
    cluster.add(deployment(replicas=1, minReadySeconds=10))
    timers.advance(after_s)
    status = cluster.registry.get(DEPLOYMENTS, "default", "web")["status"]
    assert (status["readyReplicas"], status.get("availableReplicas", 0)) == (1, available)


def test_a_paused_deployment_scales_and_does_not_roll(cluster: Simulation, timers: VirtualTimers):
    cluster.add(deployment(replicas=2))
    timers.advance(2)

    def pause_and_change(now: KubeObject) -> KubeObject:
        now["spec"] |= {"paused": True, "replicas": 3}
        now["spec"]["template"]["metadata"]["annotations"] = {"version": "2"}
        return now

    cluster.registry.modify(DEPLOYMENTS, "default", "web", pause_and_change)
    timers.advance(2)
    assert len(ready_pods(cluster)) == 3
    assert len(cluster.store.objects(REPLICA_SETS)) == 1


def test_old_replica_sets_are_forgotten_beyond_the_limit(cluster: Simulation, timers: VirtualTimers):
    cluster.add(deployment(replicas=1, revisionHistoryLimit=2))
    for version in range(5):
        timers.advance(3)
        change_template(cluster, "web", version=str(version))
    timers.advance(3)
    assert len(cluster.store.objects(REPLICA_SETS)) == 3


def test_a_full_cluster_makes_pods_wait_until_room_is_freed(cluster: Simulation, timers: VirtualTimers):
    large = CONTAINER | {"resources": {"requests": {"cpu": "3"}}}
    for name in ("a", "b", "c"):
        cluster.add(pod(name, containers=[large]))
    timers.advance(1)
    waiting = cluster.registry.get(PODS, "default", "c")
    verdict = condition_of(waiting, "PodScheduled")
    assert verdict is not None
    assert "2 Insufficient cpu" in verdict["message"]
    assert "2 No preemption victims found for incoming pod" in verdict["message"]
    cluster.registry.delete(PODS, "default", "a", DeleteOptions())
    timers.advance(1)
    assert condition_is_true(cluster.registry.get(PODS, "default", "c"), "Ready")


@pytest.mark.parametrize(("after_s", "terminating"), [(299, False), (301, True)])
def test_pods_of_a_silent_node_are_evicted_when_their_toleration_ends(
    cluster: Simulation, timers: VirtualTimers, after_s: float, terminating: bool
):
    cluster.add(pod("p", nodeSelector={"kubernetes.io/hostname": "tfgrj2"}))
    timers.advance(1)
    cluster.set_node_ready("tfgrj2", ready=False)
    timers.advance(after_s)
    assert is_terminating(cluster.registry.get(PODS, "default", "p")) is terminating
    cluster.set_node_ready("tfgrj2", ready=True)
    timers.advance(1)
    gone = cluster.store.get(PODS, "default", "p") is None
    assert gone is terminating, "the kubelet finishes the deletion once it is heard from"


def test_a_silent_node_stops_renewing_its_lease(cluster: Simulation, timers: VirtualTimers):
    cluster.set_node_ready("tfgrj3", ready=False)
    timers.advance(60)
    renewed = {name_of(lease): lease["spec"]["renewTime"] for lease in cluster.store.objects(LEASES)}
    assert renewed["tfgrj3"] < renewed["tfgrj2"]


def test_a_cordoned_node_is_tainted_and_takes_no_pods(cluster: Simulation, timers: VirtualTimers):
    def cordon(node: KubeObject) -> KubeObject:
        node["spec"]["unschedulable"] = True
        return node

    for name in ("tfgrj2", "tfgrj3"):
        cluster.registry.modify(NODES, "", name, cordon)
    cluster.add(pod("p"))
    timers.advance(1)
    verdict = condition_of(cluster.registry.get(PODS, "default", "p"), "PodScheduled")
    assert verdict is not None
    assert "2 node(s) were unschedulable" in verdict["message"]
    taints = cluster.registry.get(NODES, "", "tfgrj2")["spec"]["taints"]
    assert [taint["key"] for taint in taints] == ["node.kubernetes.io/unschedulable"]


def test_a_deleted_node_takes_its_pods_along(cluster: Simulation, timers: VirtualTimers):
    cluster.add(deployment(replicas=2))
    timers.advance(1)
    cluster.registry.delete(NODES, "", "tfgrj2", DeleteOptions())
    timers.advance(1)
    assert [item["spec"]["nodeName"] for item in ready_pods(cluster)] == ["tfgrj3", "tfgrj3"]


def test_the_only_node_of_a_cluster_takes_pods(timers: VirtualTimers):
    alone = Simulation(timers, ("alone",))
    alone.add(pod("p"))
    timers.advance(1)
    assert alone.registry.get(PODS, "default", "p")["spec"]["nodeName"] == "alone"


def test_a_finalizer_holds_a_deleted_object(cluster: Simulation, timers: VirtualTimers):
    held = deployment()
    held["metadata"]["finalizers"] = ["example.com/held"]
    cluster.add(held)
    timers.advance(1)
    _, gone = cluster.registry.delete(DEPLOYMENTS, "default", "web", DeleteOptions())
    assert not gone

    def release(now: KubeObject) -> KubeObject:
        now["metadata"]["finalizers"] = []
        return now

    cluster.registry.modify(DEPLOYMENTS, "default", "web", release)
    assert cluster.store.get(DEPLOYMENTS, "default", "web") is None


def test_a_terminating_namespace_takes_nothing_new(cluster: Simulation, timers: VirtualTimers):
    cluster.registry.create(NAMESPACES, "", {"metadata": {"name": "brief"}})
    cluster.registry.create(PODS, "brief", pod("p"))
    timers.advance(1)
    cluster.registry.delete(NAMESPACES, "", "brief", DeleteOptions())
    with pytest.raises(ApiError) as refused:
        cluster.registry.create(PODS, "brief", pod("q"))
    assert (refused.value.code, refused.value.reason) == (403, "Forbidden")
    timers.advance(1)
    assert cluster.store.get(NAMESPACES, "", "brief") is None


def test_events_are_counted_and_bounded(cluster: Simulation, timers: VirtualTimers):
    for number in range(EVENTS_KEPT // 2):
        cluster.add(pod(f"p{number}"))
        timers.advance(1)
        cluster.registry.delete(PODS, "default", f"p{number}", DeleteOptions(grace_period_s=0))
    assert len(cluster.store.objects(EVENTS)) <= EVENTS_KEPT


def test_nothing_grows_with_the_number_of_moves(cluster: Simulation, timers: VirtualTimers):
    def move(times: int) -> int:
        for number in range(times):
            change_template(cluster, "web", moved=str(timers.now()))
            cluster.registry.modify(NODES, "", f"tfgrj{number % 2 + 2}", lambda node: labelled(node, timers.now()))
            timers.advance(60)
        gc.collect()
        return len(gc.get_objects())

    cluster.add(deployment(replicas=1))
    early = move(HISTORY_PER_KIND)
    assert move(HISTORY_PER_KIND) - early < HISTORY_PER_KIND


def test_two_budgets_over_one_pod_are_an_error(cluster: Simulation, timers: VirtualTimers):
    cluster.add(pod("p") | {"metadata": {"name": "p", "labels": {"app": "web"}}})
    for name in ("a", "b"):
        cluster.registry.create(
            DISRUPTION_BUDGETS,
            "default",
            {"metadata": {"name": name}, "spec": {"minAvailable": 0, "selector": {"matchLabels": {"app": "web"}}}},
        )
    timers.advance(1)
    with pytest.raises(ApiError) as refused:
        cluster.budgets.evict("default", "p", DeleteOptions())
    assert refused.value.code == 500


def test_a_knative_service_scales_to_its_minimum(cluster: Simulation, timers: VirtualTimers):
    template: dict[str, Any] = {
        "metadata": {"annotations": {"autoscaling.knative.dev/min-scale": "2"}},
        "spec": {"containers": [{"image": "pause:1"}], "containerConcurrency": 10},
    }
    cluster.add(
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": "fuel-query"},
            "spec": {"template": template},
        }
    )
    timers.advance(2)
    pods = ready_pods(cluster)
    assert [item["metadata"]["labels"]["serving.knative.dev/service"] for item in pods] == ["fuel-query"] * 2
    assert condition_is_true(cluster.registry.get(KNATIVE_SERVICES, "default", "fuel-query"), "Ready")


def test_an_unknown_kind_is_refused(cluster: Simulation):
    with pytest.raises(ApiError, match="no kind 'Gizmo'"):
        cluster.add({"apiVersion": "v1", "kind": "Gizmo", "metadata": {"name": "x"}})
