"""cluster-query's answers, and how seldom it asks the cluster."""

import threading
from dataclasses import dataclass, field

import pytest

from ahorrater.contracts.answers import NodeMetrics, PodInfo
from ahorrater.contracts.errors import NotFound, RetryLater
from ahorrater.domain.cluster import Node
from ahorrater.services.cluster.query import ClusterQuery
from ahorrater.services.cluster.recent import Recent


@dataclass
class FakeReader:
    asked: list[str] = field(default_factory=list)

    def nodes(self) -> list[Node]:
        self.asked.append("nodes")
        return [Node("b", label="1", mark="7"), Node("a", label="1", mark="6"), Node("c", ready=False)]

    def pods(self) -> list[PodInfo]:
        self.asked.append("pods")
        places = [("shop", "web", "b"), ("shop", "late", None), ("kube-system", "dns", "c")]
        return [
            PodInfo(namespace=namespace, name=name, node=node, phase="Running", ready=True, follows_sun=False)
            for namespace, name, node in places
        ]

    def metrics(self) -> list[NodeMetrics]:
        raise RetryLater("metrics-server does not answer")


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def reader():
    return FakeReader()


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def query(reader, seconds):
    return ClusterQuery(reader, 1.0, seconds)


def test_nodes_by_name(query):
    assert [(node.name, node.ready, node.sunny) for node in query.nodes()] == [
        ("a", True, True),
        ("b", True, True),
        ("c", False, False),
    ]


def test_while_two_are_labelled_the_newer_is_the_sunny_node(query):
    assert query.sunny().node == "b"


@pytest.mark.parametrize(
    ("namespace", "node", "names"),
    [
        (None, None, ["web", "late", "dns"]),
        ("shop", None, ["web", "late"]),
        (None, "c", ["dns"]),
        ("shop", "c", []),
        ("nowhere", None, []),
    ],
)
def test_pods_of_a_namespace_and_of_a_node(query, namespace, node, names):
    assert [pod.name for pod in query.pods(namespace, node)] == names


def test_a_node_that_is_not_there(query):
    with pytest.raises(NotFound, match="nowhere is not a node"):
        query.pods(None, "nowhere")


@pytest.mark.parametrize(("later_s", "asked"), [(0.0, 1), (0.99, 1), (1.0, 2)])
def test_answers_are_kept_for_a_second(query, reader, seconds, later_s, asked):
    query.nodes()
    seconds.now += later_s
    query.sunny()
    assert reader.asked.count("nodes") == asked


def test_a_failure_is_not_kept(query):
    for _ in range(2):
        with pytest.raises(RetryLater):
            query.metrics()


def test_many_viewers_at_once_ask_once():
    asking, answer = threading.Event(), threading.Event()
    asked = []

    def load() -> int:
        asked.append(1)
        asking.set()
        answer.wait(10)
        return 42

    recent = Recent(load, 1.0, lambda: 0.0)
    got: list[int] = []
    viewers = [threading.Thread(target=lambda: got.append(recent.get())) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    assert asking.wait(10)
    answer.set()
    for viewer in viewers:
        viewer.join(10)
    assert (len(asked), got) == (1, [42] * 8)
