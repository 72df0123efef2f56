"""Moves on a simulated and, where there is one, on a real cluster: labels, pods, the way back."""

import threading

import pytest

from ahorrater.contracts.events import ChoiceOutdated, FailureReason, MoveFailed, NodeRelabelled
from tests.integration.event_sink import eventually
from tests.integration.relabel.relabel_world import Crash, World, decision, tick_until_reply


class Witness:
    """Looks all the time: the fewest Ready pods of an app, and how many nodes were sunny at least."""

    def __init__(self, world: World, app: str) -> None:
        self._world, self._app = world, app
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.fewest_ready = 1_000_000
        self.fewest_sunny = 1_000_000
        self.looks = 0

    def __enter__(self) -> "Witness":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        assert self.looks > 3

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.fewest_ready = min(self.fewest_ready, len(self._world.ready(self._app)))
            self.fewest_sunny = min(self.fewest_sunny, len(self._world.sunny))
            self.looks += 1


def settle_on_first(world: World, app: str, replicas: int, **settings: object) -> None:
    first = world.workers[0]
    relabel = world.relabel(**settings)
    relabel.chosen(decision(1, first), "d1") or tick_until_reply(relabel)
    eventually(lambda: world.ready(app) == [first] * replicas, 60)


def test_the_label_and_the_pods_follow_without_a_gap(world):
    first, second, *_ = world.workers
    world.deploy("web", 4)
    settle_on_first(world, "web", 4)
    relabel = world.relabel()
    with Witness(world, "web") as witness:
        assert relabel.chosen(decision(2, second), "d2") is None
        assert world.sunny == [second]
        reply = tick_until_reply(relabel)
    assert isinstance(reply.data, NodeRelabelled)
    assert (reply.data.previous, reply.data.pods_moved) == (first, 4)
    assert world.ready("web") == [second] * 4
    assert witness.fewest_ready >= 4
    assert witness.fewest_sunny >= 1


def test_pods_that_fit_nowhere_are_undone_and_the_old_ones_never_restart(world):
    first, second, *_ = world.workers
    only_first = {"key": "kubernetes.io/hostname", "operator": "In", "values": [first]}
    world.deploy("rooted", 2, only_first)
    settle_on_first(world, "rooted", 2)
    before = {pod.metadata.name for pod in world.pods("rooted")}
    relabel = world.relabel(relabel_pending_limit_s=2)
    assert relabel.chosen(decision(2, second), "d2") is None
    reply = tick_until_reply(relabel)
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.reason, reply.data.undone) == (FailureReason.PODS_PENDING, True)
    assert "nodes are available" in reply.data.sentence
    assert world.sunny == [first]
    eventually(lambda: {pod.metadata.name for pod in world.pods("rooted")} == before, 60)
    assert world.ready("rooted") == [first, first]


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_killed_between_two_writes_the_redelivery_finishes(world, writes):
    _, second, *_ = world.workers
    world.deploy("web", 1)
    settle_on_first(world, "web", 1)
    with pytest.raises(Crash):
        world.relabel(dies_after=writes).chosen(decision(2, second), "d2")
    assert world.sunny
    relabel = world.relabel()
    relabel.chosen(decision(2, second), "d2") or tick_until_reply(relabel)
    assert world.sunny == [second]
    eventually(lambda: world.ready("web") == [second], 60)
    revisions = world.apps.list_namespaced_replica_set(world.namespace, label_selector="app=web").items
    assert len(revisions) == 2


def test_an_older_decision_is_ignored_and_the_same_again_writes_nothing(world):
    first, second, *_ = world.workers
    relabel = world.relabel()
    reply = relabel.chosen(decision(7, second), "d7")
    versions = node_versions(world)
    assert relabel.chosen(decision(6, first), "d6").data == ChoiceOutdated(epoch=6, newest=7)
    assert relabel.chosen(decision(7, second), "d7") == reply
    assert node_versions(world) == versions
    assert world.sunny == [second]


def test_a_rollout_that_would_break_first_is_made_to_make_first(world):
    _, second, *_ = world.workers
    world.deploy(
        "web",
        2,
        strategy={"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
    )
    settle_on_first(world, "web", 2)
    relabel = world.relabel()
    with Witness(world, "web") as witness:
        relabel.chosen(decision(2, second), "d2")
        tick_until_reply(relabel)
    assert witness.fewest_ready >= 2
    rolling = world.apps.read_namespaced_deployment("web", world.namespace).spec.strategy.rolling_update
    assert (rolling.max_unavailable, rolling.max_surge) == (0, 1)


def node_versions(world: World) -> dict[str, str]:
    """What each of our keys on each node is; the kubelet changes the rest."""
    nodes = world.core.list_node().items
    return {
        node.metadata.name: (
            node.metadata.labels.get("sunny"),
            (node.metadata.annotations or {}).get("ahorrater.es/epoch"),
        )
        for node in nodes
    }


def test_the_work_is_shared_and_taken_back_without_a_gap(world):
    first, second, *_ = world.workers
    world.deploy("web", 4)
    settle_on_first(world, "web", 4)
    relabel = world.relabel()
    with Witness(world, "web") as witness:
        relabel.chosen(decision(2, first, second), "d2") or tick_until_reply(relabel, name="share")
        assert world.sunny == sorted([first, second])
        assert set(world.ready("web")) == {first, second}
        relabel.chosen(decision(3, second), "d3") or tick_until_reply(relabel, name="alone")
    assert (world.sunny, world.ready("web")) == ([second], [second] * 4)
    assert witness.fewest_ready >= 4
    assert witness.fewest_sunny >= 1


def test_what_may_stop_stops_and_gets_its_pods_back(world):
    first, second, *_ = world.workers
    world.deploy("web", 2)
    world.deploy("lamp", 3)
    annotation = {"metadata": {"annotations": {"ahorrater.es/shed": "true"}}}
    world.apps.patch_namespaced_deployment("lamp", world.namespace, annotation)
    settle_on_first(world, "web", 2)
    eventually(lambda: world.ready("lamp") == [first] * 3, 60)
    relabel = world.relabel()
    relabel.chosen(decision(2, first, shed=True), "d2") or tick_until_reply(relabel, name="night")
    eventually(lambda: world.pods("lamp") == [], 60)
    assert world.ready("web") == [first] * 2
    relabel.chosen(decision(3, second), "d3") or tick_until_reply(relabel, name="day")
    eventually(lambda: world.ready("lamp") == [second] * 3, 60)
    lamp = world.apps.read_namespaced_deployment("lamp", world.namespace)
    assert "ahorrater.es/shed-replicas" not in (lamp.metadata.annotations or {})
