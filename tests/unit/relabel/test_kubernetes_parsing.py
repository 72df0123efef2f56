"""From the API's JSON to the domain: what is read of Deployments, pods and nodes."""

from datetime import UTC, datetime

import pytest

from ahorrater.adapters.kubernetes.metrics import metrics_of
from ahorrater.adapters.kubernetes.parsing import deployment_of, node_of, opted_in, pod_of, requires_sunny
from ahorrater.adapters.kubernetes.selectors import matches
from ahorrater.domain.cluster import Template


def required(*terms: list[tuple[str, str, list[str] | None]]) -> dict[str, object]:
    """A pod spec with a required node affinity of these alternatives."""
    expressions = [
        {"matchExpressions": [{"key": key, "operator": operator, "values": values} for key, operator, values in term]}
        for term in terms
    ]
    needed = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": expressions}}
    return {"affinity": {"nodeAffinity": needed}}


@pytest.mark.parametrize(
    ("spec", "asks"),
    [
        ({}, False),
        ({"affinity": None, "nodeSelector": None}, False),
        ({"nodeSelector": {"sunny": "1"}}, True),
        ({"nodeSelector": {"sunny": "0"}}, False),
        ({"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}}, False),
        (required([("sunny", "In", ["1"])]), True),
        (required([("sunny", "Exists", None)]), True),
        (required([("sunny", "In", ["0", "1"])]), False),
        (required([("sunny", "NotIn", ["1"])]), False),
        (required([("disk", "In", ["ssd"]), ("sunny", "In", ["1"])]), True),
        (required([("sunny", "In", ["1"])], [("disk", "In", ["ssd"])]), False),
        (required(), False),
    ],
)
def test_who_runs_on_sunny_nodes_only(spec, asks):
    assert requires_sunny(spec) is asks


@pytest.mark.parametrize(
    ("selector", "labels", "does"),
    [
        ({"matchLabels": {"a": "1"}}, {"a": "1", "b": "2"}, True),
        ({"matchLabels": {"a": "1"}}, {"a": "2"}, False),
        ({}, {"a": "1"}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, {"a": "2"}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {}, True),
        ({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "Exists"}]}, {"a": "1"}, False),
    ],
)
def test_selectors(selector, labels, does):
    assert matches(selector, labels) is does


@pytest.mark.parametrize(
    ("metadata", "asked"),
    [
        ({}, False),
        ({"labels": {"ahorrater.es/follows-sun": "true"}}, True),
        ({"annotations": {"ahorrater.es/follows-sun": "true"}}, True),
        ({"labels": {"ahorrater.es/follows-sun": "false"}, "annotations": None}, False),
    ],
)
def test_opting_in(metadata, asked):
    assert opted_in({"metadata": metadata}) is asked


@pytest.mark.parametrize(
    ("rolling", "replicas", "resolved"),
    [
        (None, 1, (0, 1)),
        (None, 4, (1, 1)),
        ({"maxUnavailable": "50%", "maxSurge": "10%"}, 5, (2, 1)),
        ({"maxUnavailable": 2, "maxSurge": 0}, 5, (2, 0)),
        ({"maxUnavailable": "0%", "maxSurge": "0%"}, 5, (0, 0)),
    ],
)
def test_percentages_are_of_the_replicas_unavailable_down_surge_up(rolling, replicas, resolved):
    strategy = {"strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}} if rolling else {}
    item = {
        "metadata": {"namespace": "shop", "name": "web", "resourceVersion": "1"},
        "spec": {"replicas": replicas, "selector": {}, "template": {"metadata": {}, "spec": {}}, **strategy},
    }
    deployment = deployment_of(item, [])
    assert (deployment.max_unavailable, deployment.max_surge) == resolved


def test_a_deployment_has_the_pods_it_selects_in_its_namespace():
    item = {
        "metadata": {"namespace": "shop", "name": "web", "resourceVersion": "7"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"annotations": {"ahorrater.es/epoch": "3"}}, "spec": {}},
            "strategy": {"type": "Recreate"},
            "paused": True,
        },
    }
    pods = [pod("shop", "web"), pod("shop", "other"), pod("elsewhere", "web")]
    deployment = deployment_of(item, pods)
    assert (deployment.replicas, deployment.recreate, deployment.paused) == (1, True, True)
    assert deployment.templates == (Template("web", "7", "3"),)
    assert [(one.namespace, one.name) for one in deployment.pods] == [("shop", "web")]


def pod(namespace: str, app: str, status: dict[str, object] | None = None, **metadata: object) -> dict[str, object]:
    known = {"namespace": namespace, "name": app, "labels": {"app": app}, "creationTimestamp": "2026-06-01T11:00:00Z"}
    return {"metadata": {**known, **metadata}, "spec": {"nodeName": "a"}, "status": status or {"phase": "Pending"}}


def test_a_ready_pod():
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-06-01T12:00:00Z"}
    found = pod_of(pod("shop", "web", {"phase": "Running", "conditions": [ready]}))
    assert found.ready_since == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert found.ready_on("a")
    assert found.waiting is None


@pytest.mark.parametrize(
    ("status", "waiting", "unschedulable"),
    [
        (
            {
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}
                ],
            },
            "0/3 nodes",
            True,
        ),
        (
            {
                "phase": "Pending",
                "containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull", "message": "no such"}}}],
            },
            "ErrImagePull: no such",
            False,
        ),
        ({"phase": "Pending", "containerStatuses": [{"state": {"running": {}}}]}, None, False),
        ({}, None, False),
    ],
)
def test_a_pod_that_waits_says_why(status, waiting, unschedulable):
    found = pod_of(pod("shop", "web", status))
    assert (found.waiting, found.unschedulable, found.ready_since) == (waiting, unschedulable, None)


@pytest.mark.parametrize(
    ("phase", "deleted", "live"),
    [
        ("Running", None, True),
        ("Running", "2026-06-01T12:00:00Z", False),
        ("Succeeded", None, False),
        ("Failed", None, False),
    ],
)
def test_which_pods_count(phase, deleted, live):
    assert pod_of(pod("shop", "web", {"phase": phase}, deletionTimestamp=deleted)).live is live


def test_a_node():
    item = {
        "metadata": {
            "name": "a",
            "resourceVersion": "9",
            "labels": {"sunny": "1", "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/edge": ""},
            "annotations": {"ahorrater.es/epoch": "7"},
        },
        "spec": {"unschedulable": True},
        "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]},
    }
    node = node_of(item)
    assert (node.sunny, node.mark, node.version, node.roles) == (True, "7", "9", ("edge", "worker"))
    assert not node.ready
    assert not node.schedulable


def test_quantities_become_cores_and_bytes():
    used = {
        "metadata": {"name": "a"},
        "timestamp": "2026-06-01T14:00:00+02:00",
        "usage": {"cpu": "133442395n", "memory": "905040Ki"},
    }
    metrics = metrics_of(used, {"cpu": "4", "memory": "8Gi"})
    assert metrics.at == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert metrics.cpu_cores == pytest.approx(0.133442395)
    assert (metrics.cpu_capacity_cores, metrics.memory_bytes) == (4, 905040 * 1024)
    assert metrics.memory_capacity_bytes == 8 * 1024**3
