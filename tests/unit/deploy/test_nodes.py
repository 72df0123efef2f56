"""Which nodes have a park."""

import pytest

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import Json
from infra.deploy.nodes import Node, parks_of


def node(name: str, *taints: tuple[str, str], ready: str = "True") -> Node:
    item: Json = {
        "metadata": {"name": name},
        "spec": {"taints": [{"key": key, "effect": effect} for key, effect in taints]},
        "status": {
            "addresses": [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": "192.0.2.1"}],
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }
    return Node.of(item)


CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "NoSchedule")
UNREACHABLE = ("node.kubernetes.io/unreachable", "NoExecute")
NODES = (node("a", CONTROL_PLANE), node("b"), node("c", UNREACHABLE, ready="False"))


def test_a_node_that_is_away_keeps_its_park() -> None:
    assert parks_of(NODES, ()) == ("b", "c")


def test_parks_can_be_named() -> None:
    assert parks_of(NODES, ("a", "b")) == ("a", "b")


def test_a_park_without_a_node_is_a_complaint() -> None:
    with pytest.raises(DeployError, match="nowhere"):
        parks_of(NODES, ("nowhere",))


def test_addresses_from_outside_come_first() -> None:
    assert node("a").addresses == ("192.0.2.1", "a")
    assert [found.ready for found in NODES] == [True, True, False]
