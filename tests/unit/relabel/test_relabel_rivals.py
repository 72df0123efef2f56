"""Two processes at once, as while relabel itself is rolled out: one stops before a write, the other runs to its end."""

import pytest

from ahorrater.contracts.events import NodeChosen
from ahorrater.services.relabel.ports import Kept
from ahorrater.services.relabel.state import RelabelState
from tests.unit.relabel.decisions import cluster_of, decision, manual_on, relabel_on
from tests.unit.relabel.fake_cluster import FakeCluster


def run_with_rival(cluster: FakeCluster, write: int, rival: object, heard: NodeChosen | None = None) -> None:
    """A decision, for b if none is given; before its write number `write`, `rival` runs to its end."""
    count = 0

    def interrupt(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            cluster.before_write = lambda _: None
            rival()

    def never_dark() -> None:
        assert cluster.sunny, cluster.writes

    cluster.before_write = interrupt
    cluster.after_write = never_dark
    heard = heard or decision(1, "b")
    relabel_on(cluster).chosen(heard, f"d{heard.epoch}")


@pytest.mark.parametrize("write", range(1, 7))
@pytest.mark.parametrize("node", ["a", "b", "c"])
@pytest.mark.parametrize("workloads", [False, True])
def test_the_newer_decision_wins_wherever_the_older_one_was(write, node, workloads):
    cluster = cluster_of("a", "b", "c", sunny="a")
    if workloads:
        cluster.add_deployment("web", "a")
    run_with_rival(cluster, write, lambda: relabel_on(cluster).chosen(decision(2, node), "d2"))
    expected = [node] if write <= (5 if workloads else 4) else ["b"]
    assert cluster.sunny == expected


@pytest.mark.parametrize("write", range(1, 5))
def test_the_same_decision_delivered_to_both_is_applied_once(write):
    cluster = cluster_of("a", "b", sunny="a")
    cluster.add_deployment("web", "a")
    run_with_rival(cluster, write, lambda: relabel_on(cluster).chosen(decision(1, "b"), "d1"))
    assert cluster.sunny == ["b"]
    assert cluster.writes.count("roll web 1") == 1


@pytest.mark.parametrize("write", range(1, 5))
def test_people_win_over_the_decision_under_way(write):
    cluster = cluster_of("a", "b", "c", sunny="a")
    run_with_rival(cluster, write, lambda: manual_on(cluster).label_node("c"))
    assert cluster.sunny == (["b"] if write == 1 else ["c"])


class StoodStill:
    """The fence of a process that read it, stood still, and went on much later: its first read is of then."""

    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster
        self._then: Kept | None = cluster.read()

    def read(self) -> Kept:
        then, self._then = self._then, None
        return then or self._cluster.read()

    def write(self, state: RelabelState, version: str | None) -> str:
        return self._cluster.write(state, version)


@pytest.mark.parametrize("write", range(1, 7))
def test_a_process_that_stood_still_after_reading_the_fence_takes_no_newer_label_away(write):
    cluster = cluster_of("a", "b", sunny="b")
    relabel_on(cluster).chosen(decision(1, "a"), "d1")
    stood_still = relabel_on(cluster, fence=StoodStill(cluster))
    run_with_rival(cluster, write, lambda: stood_still.tick("t1"), decision(2, "b"))
    assert cluster.sunny == ["b"]
