"""Errors say what to do, and come before anything is changed."""

import pytest

from tests.unit.bare_metal.machine import Machine

CASES = {
    "jump": ["there is no step 'jump'", "cluster help"],
    "join 192.0.2.1:6443": ["join needs ENDPOINT TOKEN HASH", "cluster add-node"],
    "bridge-network nowhere": ["needs the table of nodes", "cluster routes > routes"],
    "registry-trust registry.example:30500 nowhere": ["the file of the authority's certificate", "ca.crt"],
    "reset": ["reset deletes the cluster's state", "cluster reset --yes"],
    "drain": ["drain which node?", "kubectl get nodes"],
}


@pytest.mark.parametrize("command", CASES)
def test_what_was_not_said_right(machine: Machine, command: str) -> None:
    result = machine.cluster(*command.split())
    assert result.returncode == 1
    assert [words for words in CASES[command] if words not in result.stderr] == []
    assert machine.calls() == []


def test_packages_signed_by_another_key(machine: Machine) -> None:
    machine.write("upstream/Release.key", "B" * 40)
    result = machine.cluster("prerequisites")
    assert result.returncode == 1
    assert f"is not {'A' * 40}" in result.stderr
    assert not (machine.root / "etc/apt/keyrings/kubernetes.asc").exists()
    assert not (machine.root / "packages/kubelet").exists()


def test_another_version_is_not_upgraded_by_accident(machine: Machine) -> None:
    machine.write("packages/kubelet", "1.33.9-1.1")
    result = machine.cluster("prerequisites")
    assert result.returncode == 1
    assert "kubelet 1.33.9-1.1 is installed" in result.stderr
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("sunny=1", "worker-2 is the sunny node"),
        ("node-role.kubernetes.io/control-plane", "worker-2 is the control plane"),
    ],
)
def test_nodes_that_must_stay(machine: Machine, label: str, reason: str) -> None:
    machine.write(f"nodes/{label.replace('/', '_')}", "node/worker-2\n")
    result = machine.cluster("remove-node", "worker-2")
    assert result.returncode == 1
    assert reason in result.stderr
    assert machine.calls() == []


def test_another_node_may_go(machine: Machine) -> None:
    machine.write("nodes/sunny=1", "node/worker-2\n")
    assert machine.cluster("remove-node", "worker-3").returncode == 0
    assert machine.calls()[-1] == "kubectl delete node worker-3"


def test_a_manifest_that_is_no_longer_what_it_was(machine: Machine) -> None:
    machine.write("upstream/calico.yaml", "kind: DaemonSet\n")
    assert "first sight of" in machine.cluster("calico").stdout
    applied = machine.calls()
    assert "kubectl apply" in "".join(applied)
    machine.write("upstream/calico.yaml", "kind: Surprise\n")
    result = machine.cluster("calico")
    assert result.returncode == 1
    assert "remembered is" in result.stderr
    assert machine.calls() == applied
