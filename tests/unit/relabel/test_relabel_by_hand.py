"""The manual paths."""

import pytest

from ahorrater.contracts.errors import NotFound, Refused
from ahorrater.contracts.events import NodeRelabelled, RelabelMode, WorkloadOutcome
from tests.unit.relabel.decisions import cluster_of, decision, manual_on, relabel_on


def test_update_pods_sun_labels_and_moves_and_says_what_was_done():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    done = manual_on(cluster).update_pods_sun("b")
    assert done.finished
    assert done.labels_after == {"a": None, "b": "1"}
    assert [(move.name, move.outcome) for move in done.workloads] == [("web", WorkloadOutcome.MOVED)]
    assert cluster.where("web") == ["b"]


def test_the_next_tick_tells_of_a_move_by_hand_and_no_other_does():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(3, "a"), "d1")
    manual_on(cluster).update_pods_sun("b")
    told = relabel.tick("t1")
    assert told is not None
    assert told.id == "relabelled-3.1"
    assert isinstance(told.data, NodeRelabelled)
    assert (told.data.epoch, told.data.node, told.data.pods_moved) == (3, "b", 1)
    assert relabel.tick("t1") == told
    assert relabel.tick("t2") is None


def test_what_does_not_arrive_in_time_goes_on_at_ticks():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.full = {"b"}
    answer = manual_on(cluster).update_pods_sun("b")
    assert not answer.finished
    assert answer.workloads[0].why == "0 of 1 pods are Ready on b"
    cluster.full = set()
    reply = relabel_on(cluster).tick("t1")
    assert reply is not None
    assert reply.id == "relabelled-0.1"


@pytest.mark.parametrize("path", ["update_pods_sun", "label_node"])
def test_nodes_that_cannot_be_sunny_are_refused(path):
    cluster = cluster_of("a", "b", sunny="a")
    cluster.change_node("b", ready=False)
    with pytest.raises(NotFound, match="gone is not a node"):
        getattr(manual_on(cluster), path)("gone")
    with pytest.raises(Refused, match="b is not Ready"):
        getattr(manual_on(cluster), path)("b")
    assert cluster.writes == []


def test_label_node_moves_nothing():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    answer = manual_on(cluster).label_node("b")
    assert answer.finished
    assert cluster.sunny == ["b"]
    assert relabel_on(cluster).tick("t1") is None
    assert cluster.where("web") == ["a"]
    assert not [write for write in cluster.writes if write.startswith("roll")]


def test_unlabel_nodes_lasts_until_the_next_tick():
    cluster = cluster_of("a", "b", sunny="a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    answer = manual_on(cluster).unlabel_nodes()
    assert (answer.labels_before["b"], answer.labels_after["b"]) == ("1", None)
    assert answer.sentence == "b lost the label."
    assert cluster.sunny == []
    relabel.tick("t1")
    assert cluster.sunny == ["b"]


@pytest.mark.parametrize("path", ["update_pods_sun", "label_node"])
def test_a_later_decision_wins_and_the_present_one_does_not(path):
    cluster = cluster_of("a", "b", "c", sunny="a")
    relabel = relabel_on(cluster)
    relabel.chosen(decision(5, "b"), "d5")
    getattr(manual_on(cluster), path)("c")
    repeated = relabel.chosen(decision(5, "b"), "d5")
    assert repeated is not None
    assert isinstance(repeated.data, NodeRelabelled)
    assert repeated.data.node == "c"
    assert cluster.sunny == ["c"]
    relabel.chosen(decision(6, "a"), "d6")
    assert cluster.sunny == ["a"]


def test_a_manual_move_takes_over_from_a_move_under_way():
    cluster = cluster_of("a", "b", "c", sunny="a")
    cluster.add_deployment("web", "a")
    cluster.full = {"b"}
    relabel = relabel_on(cluster)
    relabel.chosen(decision(1, "b"), "d1")
    cluster.step()
    assert manual_on(cluster).update_pods_sun("c").finished
    assert cluster.sunny == ["c"]
    assert cluster.where("web") == ["c"]
    told = relabel.tick("t1")
    assert told is not None
    assert (told.id, cluster.sunny) == ("relabelled-1.1", ["c"])


def test_recommend_only_says_what_it_would_do():
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    manual = manual_on(cluster, RelabelMode.RECOMMEND_ONLY)
    moved, labelled, unlabelled = manual.update_pods_sun("b"), manual.label_node("b"), manual.unlabel_nodes()
    assert moved.workloads[0].outcome is WorkloadOutcome.WOULD_MOVE
    assert labelled.labels_after == {"a": None, "b": "1"}
    assert unlabelled.sentence == "a would lose the label."
    assert {answer.mode for answer in (moved, labelled, unlabelled)} == {RelabelMode.RECOMMEND_ONLY}
    assert cluster.writes == []
