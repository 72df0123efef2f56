"""What each step says that it would change; and that it does not."""

import pytest

from tests.unit.bare_metal.machine import Machine

WOULD = {
    "prerequisites": [
        "would write: /etc/modules-load.d/kubernetes.conf",
        "would run: modprobe br_netfilter",
        "+net.ipv4.ip_forward = 1",
        "would run: swapoff -a",
        "+# UUID=2 none swap sw 0 0",
        "+      SystemdCgroup = true",
        "would run: systemctl restart containerd",
        "kubelet=1.34.4-*",
        "would run: apt-mark hold kubeadm",
    ],
    "control-plane": ["+kubernetesVersion: v1.34.4", '+  advertiseAddress: "192.0.2.11"', "would run: kubeadm init"],
    "join 192.0.2.1:6443 token sha256:1": ["would write: /etc/kubernetes/kubeadm-join.yaml", "would run: kubeadm join"],
    "calico": ["/v3.31.3/manifests/calico.yaml"],
    "metrics-server": ["/v0.8.0/components.yaml"],
    "knative": ["serving-core.yaml", "kourier.yaml", "mt-channel-broker.yaml", "bare-metal-knative-config"],
    "registry": ["registry/secrets make", "would apply: Secret registry/registry", "-k "],
    "pull-secret ahorrater": ["would apply: Secret ahorrater/registry-credentials"],
    "knative-registry-trust": ["would apply: ConfigMap knative-serving/registry-authority"],
    "add-node": ["would run: kubeadm token create"],
    "drain worker-2": ["would run: kubectl drain worker-2 --ignore-daemonsets"],
    "uncordon worker-2": ["would run: kubectl uncordon worker-2"],
    "remove-node worker-2": ["would run: kubectl drain worker-2", "would run: kubectl delete node worker-2"],
    "upgrade-control-plane": ["would run: kubeadm upgrade apply v1.34.4 --yes", "would run: systemctl restart kubelet"],
    "upgrade-worker": ["would run: kubeadm upgrade node", "kubelet=1.34.4-*", "would run: systemctl restart kubelet"],
}


@pytest.mark.parametrize("step", WOULD)
def test_says_what_it_would_change_and_changes_nothing(machine: Machine, step: str) -> None:
    before = machine.files(".")
    result = machine.cluster(*step.split(), "--dry-run")
    assert result.returncode == 0, result.stderr
    assert [line for line in WOULD[step] if line not in result.stdout] == []
    assert "to change" in result.stderr
    assert machine.files(".") == before


def test_a_token_is_not_shown(machine: Machine) -> None:
    result = machine.cluster("join", "192.0.2.1:6443", "abcdef.secret", "sha256:1", "--dry-run")
    assert "abcdef.secret" not in result.stdout + result.stderr


def test_a_cluster_is_reset_only_where_there_is_one(machine: Machine) -> None:
    machine.write("ip.status", "1")
    assert "no change" in machine.cluster("reset", "--dry-run").stderr
    machine.write("etc/kubernetes/kubelet.conf", "")
    assert "would run: kubeadm reset --force" in machine.cluster("reset", "--dry-run").stdout
