"""Several sunny nodes, and work that stops at night, on a fake cluster."""

from contextlib import suppress

import pytest

from ahorrater.contracts.events import MoveFailed, NodeRelabelled, RelabelMode
from ahorrater.domain.cluster import Deployment
from ahorrater.domain.moves import crowded, next_scale, settled
from ahorrater.services.relabel.ports import Reply
from tests.unit.relabel.decisions import cluster_of, decision, manual_on, relabel_on
from tests.unit.relabel.fake_cluster import Crash, FakeCluster


def settled_on_a(replicas: int = 4, **facts: object) -> FakeCluster:
    cluster = cluster_of("a", "b", "c", sunny="a")
    cluster.add_deployment("web", "a", replicas, **facts)
    relabel_on(cluster).chosen(decision(1, "a"), "d1")
    return cluster


def finish(cluster: FakeCluster, reply: Reply | None) -> Reply:
    for tick in range(30):
        reply = reply or relabel_on(cluster).tick(f"t{cluster.now}-{tick}")
    assert reply is not None
    return reply


def follow(cluster: FakeCluster, epoch: int, *nodes: str, shed: bool = False) -> Reply:
    return finish(cluster, relabel_on(cluster).chosen(decision(epoch, *nodes, shed=shed), f"d{epoch}"))


def test_who_joins_gets_a_share_and_no_pod_is_missed():
    cluster = settled_on_a()
    reply = follow(cluster, 2, "a", "b")
    assert isinstance(reply.data, NodeRelabelled)
    assert reply.data.labels_after == {"a": "1", "b": "1", "c": None}
    assert (cluster.sunny, cluster.where("web")) == (["a", "b"], ["a", "a", "b", "b"])
    assert cluster.lowest_ready["web"] == 4


def test_who_leaves_loses_its_pods_to_the_others():
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b", "c")
    assert set(cluster.where("web")) == {"a", "b", "c"}
    follow(cluster, 3, "c", "a")
    assert (cluster.sunny, set(cluster.where("web"))) == (["a", "c"], {"a", "c"})
    follow(cluster, 4, "c")
    assert (cluster.sunny, cluster.where("web")) == (["c"], ["c"] * 4)
    assert cluster.lowest_ready["web"] == 4


def test_all_of_the_set_are_labelled_before_the_others_lose_it():
    cluster = settled_on_a(0)
    cluster.writes.clear()
    follow(cluster, 2, "b", "c")
    assert cluster.writes == ["fence 2 labelling", "sunny b", "sunny c", "plain a", "fence 2 done"]


def test_a_single_pod_does_not_move_because_somebody_joins():
    cluster = settled_on_a(1)
    cluster.writes.clear()
    follow(cluster, 2, "a", "b")
    assert [write for write in cluster.writes if write.startswith("roll")] == []


def test_at_rest_the_set_is_mended_at_the_next_tick():
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b")
    cluster.change_node("b", label=None, mark=None)
    cluster.change_node("c", label="1")
    relabel_on(cluster).tick("mend")
    assert cluster.sunny == ["a", "b"]


def test_who_cannot_take_pods_is_left_out_of_the_set():
    cluster = settled_on_a()
    cluster.change_node("b", ready=False)
    follow(cluster, 2, "a", "b", "c")
    assert (cluster.sunny, set(cluster.where("web"))) == (["a", "c"], {"a", "c"})


def test_nor_is_it_recommended():
    cluster = settled_on_a()
    cluster.change_node("b", ready=False)
    reply = relabel_on(cluster, RelabelMode.RECOMMEND_ONLY).chosen(decision(2, "a", "b", "c"), "d2")
    assert isinstance(reply.data, NodeRelabelled)
    assert reply.data.labels_after == {"a": "1", "b": None, "c": "1"}


def test_a_share_that_cannot_be_taken_is_given_back():
    cluster = settled_on_a()
    cluster.full = {"b", "a"}
    relabel_on(cluster).chosen(decision(2, "a", "b"), "d2")
    cluster.step()
    cluster.pass_time(61)
    reply = finish(cluster, None)
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.node, reply.data.previous, reply.data.undone) == ("a", "a", True)
    cluster.settle()
    assert (cluster.sunny, cluster.where("web")) == (["a"], ["a"] * 4)


def test_when_the_best_node_dies_one_of_the_others_takes_over():
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b")
    cluster.change_node("a", ready=False, ready_changed_at=cluster.now)
    cluster.pass_time(20)
    reply = finish(cluster, None)
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.previous, cluster.sunny) == ("b", ["b"])


def test_when_one_that_shares_the_work_dies_the_others_go_on_and_its_pods_start_there():
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b", "c")
    cluster.change_node("b", ready=False, ready_changed_at=cluster.now)
    cluster.pass_time(14)
    assert relabel_on(cluster).tick("early") is None
    cluster.pass_time(6)
    cluster.writes.clear()
    reply = relabel_on(cluster).tick("late")
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.node, reply.data.previous, reply.data.undone) == ("a", "a", True)
    assert reply.data.labels_after == {"a": "1", "b": None, "c": "1"}
    assert reply.data.sentence == "b is not Ready, or takes no pods (cordoned); the work stays on a, c."
    assert [write for write in cluster.writes if write.startswith("roll")] == []
    assert relabel_on(cluster).tick("late") == reply
    cluster.settle()
    assert (cluster.sunny, set(cluster.where("web"))) == (["a", "c"], {"a", "c"})
    assert len(cluster.where("web")) == 4


@pytest.mark.parametrize("writes", range(6))
def test_letting_go_goes_on_where_the_process_died(writes):
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b", "c")
    cluster.change_node("b", ready=False, ready_changed_at=cluster.now)
    cluster.pass_time(20)
    cluster.crash_after = writes
    with suppress(Crash):
        relabel_on(cluster).tick("first")
    cluster.crash_after = None
    reply = relabel_on(cluster).tick("first")
    assert isinstance(reply.data, MoveFailed)
    cluster.settle()
    assert (cluster.sunny, set(cluster.where("web"))) == (["a", "c"], {"a", "c"})


def test_people_who_move_the_label_want_one_node():
    cluster = settled_on_a()
    follow(cluster, 2, "a", "b")
    manual_on(cluster).update_pods_sun("c")
    reply = finish(cluster, None)
    assert isinstance(reply.data, NodeRelabelled)
    assert (reply.id, reply.data.node, cluster.sunny) == ("relabelled-2.1", "c", ["c"])


def test_what_may_stop_stops_and_gets_its_pods_back():
    cluster = settled_on_a(3, sheddable=True)
    cluster.add_deployment("shop", "a", 2)
    follow(cluster, 2, "a", shed=True)
    cluster.settle()
    assert (cluster.where("web"), cluster.where("shop")) == ([], ["a", "a"])
    before = list(cluster.writes)
    relabel_on(cluster).tick("at-rest")
    assert cluster.writes == before
    follow(cluster, 3, "b")
    cluster.settle()
    assert (cluster.where("web"), cluster.where("shop")) == (["b"] * 3, ["b", "b"])
    assert cluster.workload_by_name["web"].shed_replicas is None


def test_what_relabel_may_not_scale_holds_up_nothing():
    cluster = settled_on_a(3, sheddable=True)
    cluster.forbidden = {"web"}
    assert isinstance(follow(cluster, 2, "a", shed=True).data, NodeRelabelled)
    assert len(cluster.where("web")) == 3


@pytest.mark.parametrize(
    ("replicas", "sheddable", "remembered", "shed", "expected"),
    [
        (3, True, None, True, (0, 3)),
        (3, False, None, True, None),
        (0, True, None, True, None),
        (0, True, 3, True, None),
        (0, True, 3, False, (3, None)),
        (0, False, 3, False, (3, None)),
        (2, True, 3, False, (2, None)),
        (2, True, 3, True, (0, 2)),
        (3, True, None, False, None),
    ],
)
def test_stopping_and_resuming(replicas, sheddable, remembered, shed, expected):
    workload = Deployment("shop", "web", replicas, sheddable=sheddable, shed_replicas=remembered)
    scale = next_scale(workload, shed=shed)
    assert (None if scale is None else (scale.replicas, scale.remembered)) == expected


@pytest.mark.parametrize(
    ("where", "targets", "is_crowded"),
    [("a a", "a b", True), ("a b", "a b", False), ("a", "a b", False), ("a b", "a b c", False), ("a a", "a", False)],
)
def test_crowded(where, targets, is_crowded):
    cluster = cluster_of("a", "b", "c")
    cluster.add_deployment("web", "a", 0)
    pods = tuple(cluster._pod("web", node) for node in where.split())
    workload = Deployment("shop", "web", len(pods), pods=pods, templates=cluster.workload_by_name["web"].templates)
    assert crowded(workload, targets.split()) is is_crowded
    assert settled(workload, targets.split())
