"""What keeps a move from being made, or takes it back: no room, no permission, rules of stay, a node that dies."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ahorrater.contracts.events import FailureReason, MoveFailed, NodeRelabelled, RelabelMode, WorkloadOutcome
from ahorrater.domain.room import Room
from ahorrater.domain.stays import StayRules
from tests.unit.relabel.decisions import cluster_of, decision, manual_on, relabel_on
from tests.unit.relabel.fake_cluster import Crash, FakeCluster


def outcomes(reply) -> dict[str, tuple[str, str | None]]:
    return {move.name: (move.outcome, move.why) for move in reply.data.workloads}


def moved_to(cluster: FakeCluster, epoch: int, node: str):
    relabel = relabel_on(cluster)
    return relabel.chosen(decision(epoch, node), f"d{epoch}") or relabel.tick(f"t{epoch}")


def roomy(cluster: FakeCluster, node: str, pods: int) -> None:
    cluster.change_node(node, allocatable=Room(cpu_m=1000, memory_bytes=1000, pods=pods))


def test_what_does_not_fit_is_not_begun():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=3)
    cluster.add_deployment("other", "b", replicas=2)
    roomy(cluster, "b", pods=4)
    reply = moved_to(cluster, 1, "b")
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.reason, reply.data.undone, reply.data.previous) == (FailureReason.NO_ROOM, True, "a")
    assert reply.data.sentence == ("b lacks room for the workloads: 3 pods asked for, 2 free; no workload was moved.")
    assert cluster.writes == ["fence 1 failed"]
    assert cluster.sunny == ["a"]


def test_what_does_not_fit_is_not_recommended():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=3)
    roomy(cluster, "b", pods=2)
    reply = relabel_on(cluster, RelabelMode.RECOMMEND_ONLY).chosen(decision(1, "b"), "d1")
    assert (reply.data.reason, cluster.writes, cluster.control.state.held) == (FailureReason.NO_ROOM, [], None)


@pytest.mark.parametrize("pods", [5, None])
def test_what_fits_or_may_fit_is_moved(pods):
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=3)
    cluster.add_deployment("other", "b", replicas=2)
    if pods:
        roomy(cluster, "b", pods)
    assert isinstance(moved_to(cluster, 1, "b").data, NodeRelabelled)
    assert cluster.where("web") == ["b", "b", "b"]


def test_who_is_not_moved_needs_no_room():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("pinned", "a", rules=StayRules(movable=False))
    roomy(cluster, "b", pods=0)
    assert isinstance(moved_to(cluster, 1, "b").data, NodeRelabelled)
    assert cluster.where("pinned") == ["a"]


def test_what_relabel_may_not_roll_stays_and_the_others_move():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("ours", "a")
    cluster.add_deployment("theirs", "a")
    cluster.forbidden = {"theirs"}
    reply = moved_to(cluster, 1, "b")
    assert isinstance(reply.data, NodeRelabelled)
    assert outcomes(reply) == {"ours": ("moved", None), "theirs": ("skipped", "relabel may not roll it")}


def test_a_minimum_stay_is_honoured_and_ends():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", rules=StayRules(minimum_stay=timedelta(minutes=30)))
    assert outcomes(moved_to(cluster, 1, "b")) == {"web": (WorkloadOutcome.MOVED, None)}
    cluster.pass_time(29 * 60)
    outcome, why = outcomes(moved_to(cluster, 2, "a"))["web"]
    assert (outcome, cluster.sunny, cluster.where("web")) == (WorkloadOutcome.SKIPPED, ["a"], ["b"])
    assert "stays for 30 min" in why
    cluster.pass_time(60)
    cluster.add_node("c")
    assert outcomes(moved_to(cluster, 3, "c")) == {"web": (WorkloadOutcome.MOVED, None)}


def test_a_budget_is_used_up_and_people_are_not_held_up_by_it():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", rules=StayRules(moves_a_day=2))
    assert [outcomes(moved_to(cluster, epoch, "ab"[epoch % 2]))["web"][0] for epoch in (1, 2, 3)] == [
        WorkloadOutcome.MOVED,
        WorkloadOutcome.MOVED,
        WorkloadOutcome.SKIPPED,
    ]
    assert manual_on(cluster).update_pods_sun("b").workloads[0].outcome is WorkloadOutcome.MOVED
    assert cluster.where("web") == ["b"]


def test_what_does_not_run_where_it_is_need_not_stay_there():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", rules=StayRules(minimum_stay=timedelta(hours=1)))
    moved_to(cluster, 1, "b")
    pods = cluster.workload_by_name["web"].pods
    cluster.change_workload("web", pods=tuple(replace(pod, ready_since=None) for pod in pods))
    assert outcomes(moved_to(cluster, 2, "a")) == {"web": (WorkloadOutcome.MOVED, None)}


def test_a_stateful_set_that_accepts_gaps_moves():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_stateful_set("db", "a", accepts_gaps=True)
    cluster.add_stateful_set("queue", "a")
    found = outcomes(moved_to(cluster, 1, "b"))
    assert found["db"] == (WorkloadOutcome.MOVED, None)
    assert found["queue"][0] is WorkloadOutcome.SKIPPED


def silence(cluster: FakeCluster, node: str) -> None:
    cluster.change_node(node, ready=False, ready_changed_at=cluster.now)


def test_a_sunny_node_that_dies_is_left():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    assert isinstance(moved_to(cluster, 1, "b").data, NodeRelabelled)
    silence(cluster, "b")
    cluster.pass_time(14)
    assert relabel_on(cluster).tick("t2") is None
    cluster.pass_time(1)
    reply = relabel_on(cluster).tick("t3")
    assert isinstance(reply.data, MoveFailed)
    assert (reply.id, reply.data.reason, reply.data.previous) == ("failed-1", FailureReason.NODE_NOT_READY, "a")
    assert cluster.sunny == ["a"]
    assert relabel_on(cluster).tick("t3") == reply
    assert relabel_on(cluster).tick("t4") is None
    cluster.settle()
    assert "a" in cluster.where("web")


def test_what_cannot_be_rolled_back_does_not_hold_up_the_news():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.add_knative_service("fn", "a")
    moved_to(cluster, 1, "b")
    silence(cluster, "b")
    cluster.pass_time(15)
    cluster.forbidden = {"web"}
    assert relabel_on(cluster).tick("t2").id == "failed-1"
    cluster.forbidden = set()
    cluster.settle()
    assert "a" in cluster.where("fn")
    assert isinstance(moved_to(cluster, 2, "a").data, NodeRelabelled)
    assert cluster.where("web") == ["a"]


def test_a_first_move_that_was_interrupted_and_cannot_be_ends_with_the_label_where_it_is_said_to_be():
    cluster = cluster_of("a", "b")
    cluster.crash_after = 0
    with pytest.raises(Crash):
        relabel_on(cluster).chosen(decision(1, "a"), "d1")
    silence(cluster, "a")
    reply = relabel_on(cluster).tick("t1")
    assert (reply.data.undone, reply.data.labels_after) == (False, {"a": "1", "b": None})
    assert cluster.sunny == ["a"]


def test_a_node_that_leaves_the_cluster_is_left():
    cluster = cluster_of("a", "b", sunny="a")
    moved_to(cluster, 1, "b")
    cluster.delete_node("b")
    reply = relabel_on(cluster).tick("t2")
    assert (reply.data.reason, reply.data.previous) == (FailureReason.NODE_NOT_FOUND, "a")
    assert cluster.sunny == ["a"]


def test_with_no_living_node_to_go_back_to_choose_node_is_told_so():
    cluster = cluster_of("a", "b", "c", sunny="a")
    moved_to(cluster, 1, "b")
    silence(cluster, "a")
    silence(cluster, "b")
    cluster.pass_time(15)
    reply = relabel_on(cluster).tick("t2")
    assert (reply.data.previous, reply.data.undone, cluster.sunny) == (None, False, ["b"])
    assert isinstance(moved_to(cluster, 2, "c").data, NodeRelabelled)
    assert cluster.sunny == ["c"]


@pytest.mark.parametrize("kills", range(5))
def test_killed_while_leaving_the_next_tick_finishes(kills):
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    moved_to(cluster, 1, "b")
    silence(cluster, "b")
    cluster.pass_time(15)
    cluster.crash_after = kills
    replies = []
    for _ in range(2):
        try:
            replies.append(relabel_on(cluster).tick("t2"))
        except Crash:
            continue
    assert replies[-1].id == "failed-1"
    assert cluster.sunny == ["a"]


def test_a_paused_relabel_does_not_leave():
    cluster = cluster_of("a", "b", sunny="a")
    moved_to(cluster, 1, "b")
    silence(cluster, "b")
    cluster.pass_time(15)
    cluster.control.state = cluster.control.state.changed(paused=True)
    assert relabel_on(cluster).tick("t2") is None
    assert cluster.sunny == ["b"]
