"""What relabel does with decisions and ticks, on a fake cluster."""

from dataclasses import replace

import pytest

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import (
    ChoiceOutdated,
    FailureReason,
    MoveFailed,
    NodeRelabelled,
    RelabelMode,
    WorkloadOutcome,
)
from ahorrater.domain.epochs import highest
from ahorrater.services.relabel.ports import Conflict, Reply
from ahorrater.services.relabel.state import Phase
from tests.unit.relabel.decisions import cluster_of, decision, relabel_on
from tests.unit.relabel.fake_cluster import NOON, Crash


def test_with_nothing_to_move_the_reply_is_immediate():
    cluster = cluster_of("a", "b", sunny="a")
    reply = relabel_on(cluster).chosen(decision(1, "b"), "d1")
    assert reply is not None
    assert reply.id == "relabelled-1"
    assert isinstance(reply.data, NodeRelabelled)
    assert (reply.data.node, reply.data.previous) == ("b", "a")
    assert reply.data.labels_before == {"a": "1", "b": None}
    assert reply.data.labels_after == {"a": None, "b": "1"}
    assert cluster.writes == ["fence 1 labelling", "sunny b", "plain a", "fence 1 done"]


def test_a_deployment_follows_make_before_break_and_a_tick_says_so():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=2, max_unavailable=1)
    relabel = relabel_on(cluster)
    assert relabel.chosen(decision(1, "b"), "d1") is None
    assert cluster.sunny == ["b"]
    assert cluster.writes[-2:] == ["fence 1 moving", "roll web 1"]
    reply = relabel.tick("t1")
    assert reply is not None
    assert isinstance(reply.data, NodeRelabelled)
    assert reply.data.pods_moved == 2
    assert 0 < reply.data.duration_s <= 5
    assert cluster.where("web") == ["b", "b"]
    assert cluster.lowest_ready["web"] == 2


def test_a_knative_service_follows_make_before_break():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_knative_service("fn", "a", replicas=3)
    relabel = relabel_on(cluster)
    assert relabel.chosen(decision(1, "b"), "d1") is None
    reply = relabel.tick("t1")
    assert reply is not None
    assert cluster.where("fn") == ["b", "b", "b"]
    assert cluster.lowest_ready["fn"] == 3


@pytest.mark.parametrize(("epoch", "cause"), [(1, "d1"), (2, "other"), (1, "d2"), (highest(NOON) + 1, "leap")])
def test_what_is_not_newer_changes_nothing_and_is_answered_with_what_is_known(epoch, cause):
    cluster = cluster_of("a", "b", "c", sunny="a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(2, "b"), "d2")
    before = list(cluster.writes)
    reply = relabel.chosen(decision(epoch, "c"), cause)
    assert reply == Reply(f"outdated-{epoch}-2", ChoiceOutdated(epoch=epoch, newest=2))
    assert cluster.writes == before
    assert cluster.sunny == ["b"]


def test_the_same_event_again_gets_the_same_reply_without_a_write():
    cluster = cluster_of("a", "b", sunny="a")
    relabel = relabel_on(cluster)
    first = relabel.chosen(decision(1, "b"), "d1")
    before = list(cluster.writes)
    assert relabel.chosen(decision(1, "b"), "d1") == first
    assert cluster.writes == before


def test_the_tick_that_ended_a_move_gets_its_reply_again():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    reply = relabel.tick("t1")
    assert reply is not None
    assert relabel.tick("t1") == reply
    assert relabel.tick("t2") is None


@pytest.mark.parametrize("kills", range(5))
def test_killed_after_any_write_the_redelivery_finishes(kills):
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.crash_after = kills
    reply = None
    for _ in range(2):
        try:
            reply = relabel_on(cluster).chosen(decision(1, "b"), "d1")
        except Crash:
            continue
    reply = reply or relabel_on(cluster).tick("t1")
    assert reply is not None
    assert cluster.sunny == ["b"]
    assert cluster.where("web") == ["b"]
    assert cluster.writes.count("roll web 1") == 1


def test_a_newer_decision_takes_over_and_the_way_back_is_the_last_node_at_rest():
    cluster = cluster_of("a", "b", "c", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.full = {"b", "c"}
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    cluster.step()
    assert relabel.chosen(decision(2, "c"), "d2") is None
    reply = None
    for tick in range(20):
        reply = reply or relabel.tick(f"t{tick}")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.epoch, reply.data.node, reply.data.previous) == (2, "c", "a")
    assert cluster.sunny == ["a"]
    assert cluster.workload_by_name["web"].templates[0].mark is None


def test_pods_that_no_node_takes_are_undone_without_a_restart():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=2)
    cluster.full = {"b"}
    before = {pod.name for pod in cluster.workload_by_name["web"].pods}
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    assert relabel.tick("t1") is None
    cluster.pass_time(60)
    reply = relabel.tick("t2")
    assert reply is not None
    assert reply.id == "failed-1"
    assert isinstance(reply.data, MoveFailed)
    assert reply.data.reason is FailureReason.PODS_PENDING
    assert "insufficient cpu" in reply.data.sentence
    assert reply.data.undone
    assert reply.data.labels_after == {"a": "1", "b": None}
    assert [move.outcome for move in reply.data.workloads] == [WorkloadOutcome.UNDONE]
    cluster.settle()
    assert {pod.name for pod in cluster.workload_by_name["web"].live_pods} == before
    assert cluster.sunny == ["a"]


def test_the_decision_back_after_an_undone_move_restarts_nothing():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=2)
    relabel = relabel_on(cluster)
    before = {pod.name for pod in cluster.workload_by_name["web"].pods}
    relabel.chosen(decision(1, "b"), "d1")
    cluster.step()
    cluster.full = {"b"}
    cluster.pass_time(100)
    relabel.chosen(decision(2, "a"), "d2")
    for tick in range(3):
        relabel.tick(f"t{tick}")
    assert cluster.where("web") == ["a", "a"]
    assert len({pod.name for pod in cluster.workload_by_name["web"].live_pods} & before) >= 1


def test_a_move_that_makes_progress_has_time():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_knative_service("fn", "a", replicas=4)
    relabel = relabel_on(cluster, tick_budget_s=0)
    relabel.chosen(decision(1, "b"), "d1")
    replies = []
    for number in range(5):
        cluster.step()
        cluster.step()
        cluster.pass_time(59)
        replies.append(relabel.tick(f"t{number}"))
    *earlier, reply, _ = replies
    assert earlier == [None, None, None]
    assert reply is not None
    assert isinstance(reply.data, NodeRelabelled)


def test_a_workload_that_was_not_ready_before_fails_no_move():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("broken", "a")
    pods = cluster.workload_by_name["broken"].pods
    broken = tuple(replace(pod, ready_since=None, waiting="CrashLoopBackOff") for pod in pods)
    cluster.change_workload("broken", pods=broken)
    cluster.step = lambda: None
    relabel = relabel_on(cluster)
    assert relabel.chosen(decision(1, "b"), "d1") is None
    cluster.pass_time(61)
    reply = relabel.tick("t1")
    assert reply is not None
    assert isinstance(reply.data, NodeRelabelled)
    assert reply.data.workloads[0].why == "0 of 1 pods are Ready on b"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (None, FailureReason.NODE_NOT_FOUND),
        ({"ready": False}, FailureReason.NODE_NOT_READY),
        ({"schedulable": False}, FailureReason.NODE_NOT_READY),
    ],
)
def test_a_node_that_cannot_take_pods_changes_nothing(facts, reason):
    cluster = cluster_of("a", sunny="a")
    if facts is not None:
        cluster.add_node("b", **facts)
    relabel = relabel_on(cluster)
    reply = relabel.chosen(decision(1, "b"), "d1")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.reason, reply.data.previous, reply.data.undone) == (reason, "a", True)
    assert cluster.writes == ["fence 1 failed"]
    assert relabel.tick("t1") is None
    assert cluster.sunny == ["a"]


def test_a_node_that_goes_away_during_the_move():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.full = {"b"}
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    cluster.delete_node("b")
    reply = relabel.tick("t1")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert reply.data.reason is FailureReason.NODE_NOT_FOUND
    assert cluster.sunny == ["a"]


def test_where_there_is_no_way_back_the_label_stays():
    cluster = cluster_of("a", "b")
    cluster.add_deployment("web", None)
    cluster.full = {"b"}
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    cluster.step()
    cluster.pass_time(61)
    reply = relabel.tick("t1")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert not reply.data.undone
    assert cluster.sunny == ["b"]


@pytest.mark.parametrize(
    ("labelled", "after"),
    [([], ["b"]), (["a", "b"], ["b"]), (["a", "b", "c"], ["b"]), (["a", "c"], ["b"]), (["c"], ["c"]), (["b"], ["b"])],
)
def test_ticks_at_rest_keep_exactly_one_sunny_node(labelled, after):
    cluster = cluster_of("a", "b", "c", sunny="a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    for name in "abc":
        cluster.change_node(name, label="1" if name in labelled else None)
    assert relabel.tick("t1") is None
    assert cluster.sunny == after
    before = list(cluster.writes)
    relabel.tick("t2")
    assert cluster.writes == before


def test_ticks_before_any_decision_do_nothing():
    cluster = cluster_of("a", "b")
    assert relabel_on(cluster).tick("t1") is None
    assert cluster.writes == []


def test_a_removed_label_is_put_back_in_the_middle_of_a_move():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    cluster.change_node("b", label=None)
    assert relabel.tick("t1") is not None
    assert cluster.sunny == ["b"]


def test_recommend_only_changes_nothing_at_all():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a", replicas=2)
    cluster.add_deployment("stubborn", "a", recreate=True)
    relabel = relabel_on(cluster, RelabelMode.RECOMMEND_ONLY)
    reply = relabel.chosen(decision(1, "b"), "d1")
    assert reply is not None
    assert isinstance(reply.data, NodeRelabelled)
    assert reply.data.mode is RelabelMode.RECOMMEND_ONLY
    assert reply.data.labels_after == {"a": None, "b": "1"}
    outcomes = {move.name: move.outcome for move in reply.data.workloads}
    assert outcomes == {"web": WorkloadOutcome.WOULD_MOVE, "stubborn": WorkloadOutcome.SKIPPED}
    assert reply.data.pods_moved == 0
    missing = relabel.chosen(decision(2, "gone"), "d2")
    assert missing is not None
    assert isinstance(missing.data, MoveFailed)
    assert relabel.tick("t1") is None
    assert cluster.writes == []
    assert cluster.sunny == ["a"]


def test_an_object_that_never_stops_changing_is_for_later():
    cluster = cluster_of("a", "b", sunny="a")

    def busy(name: str) -> None:
        if name.startswith("sunny"):
            raise Conflict(name)

    cluster.before_write = busy
    with pytest.raises(RetryLater):
        relabel_on(cluster).chosen(decision(1, "b"), "d1")


def test_the_state_survives_json():
    cluster = cluster_of("a", "b", sunny="a")
    relabel_on(cluster).chosen(decision(1, "b"), "d1")
    assert cluster.state is not None
    assert cluster.state.phase is Phase.DONE
    assert type(cluster.state).model_validate_json(cluster.state.model_dump_json()) == cluster.state
