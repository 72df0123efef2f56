"""A step that is done already changes nothing."""

from pathlib import Path

import pytest

from tests.unit.bare_metal.machine import Machine

ROUTES = "worker-1\t192.0.2.11\t10.244.1.0/24\nworker-2\t192.0.2.12\t10.244.2.0/24\n"


def assert_done_already(machine: Machine, *step: str) -> None:
    files, calls = machine.files(), machine.calls()
    again = machine.cluster(*step)
    assert again.stdout == ""
    assert again.stderr == "no change\n"
    assert (machine.files(), machine.calls()) == (files, calls)


def test_prerequisites(prepared: Machine) -> None:
    assert "systemctl restart containerd" in prepared.calls()
    assert "apt-mark hold kubelet" in prepared.calls()
    assert (prepared.root / "etc/fstab").read_text() == "UUID=1 / ext4 defaults 0 1\n# UUID=2 none swap sw 0 0\n"
    assert_done_already(prepared, "prerequisites")


def test_prerequisites_make_good_what_an_interrupted_run_left(prepared: Machine) -> None:
    (prepared.root / "services/containerd.active").unlink()
    (prepared.root / "held/kubelet").unlink()
    before = len(prepared.calls())
    assert prepared.cluster("prerequisites").returncode == 0
    assert prepared.calls()[before:] == ["systemctl restart containerd", "apt-mark hold kubelet"]


def test_control_plane(prepared: Machine) -> None:
    assert prepared.cluster("control-plane").returncode == 0
    assert prepared.calls()[-1].startswith("kubeadm init --config")
    prepared.write("etc/kubernetes/admin.conf", "")
    assert_done_already(prepared, "control-plane")


def test_join(prepared: Machine) -> None:
    arguments = "join", "192.0.2.1:6443", "token", "sha256:1"
    assert prepared.cluster(*arguments).returncode == 0
    configuration = prepared.root / "etc/kubernetes/kubeadm-join.yaml"
    assert 'caCertHashes: ["sha256:1"]' in configuration.read_text()
    assert configuration.stat().st_mode & 0o777 == 0o600
    prepared.write("etc/kubernetes/kubelet.conf", "")
    assert_done_already(prepared, *arguments)


def test_bridge_network(prepared: Machine, tmp_path: Path) -> None:
    (tmp_path / "routes").write_text(ROUTES)
    arguments = "bridge-network", str(tmp_path / "routes")
    assert prepared.cluster(*arguments).returncode == 0
    unit = (prepared.root / "etc/systemd/system/pod-routes.service").read_text()
    assert "ip route replace 10.244.2.0/24 via 192.0.2.12" in unit
    assert "10.244.1.0/24 via" not in unit
    assert_done_already(prepared, *arguments)


@pytest.mark.parametrize("gone", ["worker-2\t192.0.2.12\t10.244.2.0/24\n"])
def test_bridge_network_follows_a_node_that_went(prepared: Machine, tmp_path: Path, gone: str) -> None:
    (tmp_path / "routes").write_text(ROUTES)
    prepared.cluster("bridge-network", str(tmp_path / "routes"))
    (tmp_path / "routes").write_text(ROUTES.replace(gone, ""))
    prepared.cluster("bridge-network", str(tmp_path / "routes"))
    assert "10.244.2.0/24" not in (prepared.root / "etc/systemd/system/pod-routes.service").read_text()
    assert prepared.calls()[-1] == "systemctl restart pod-routes"


def test_a_release_is_applied_once(machine: Machine) -> None:
    machine.write("upstream/calico.yaml", "kind: DaemonSet\n")
    assert machine.cluster("calico").returncode == 0
    assert [call.split()[1] for call in machine.calls() if "apply" in call] == ["apply"]
    assert "no change" in machine.cluster("calico").stderr
    assert [call.split()[1] for call in machine.calls() if "apply" in call] == ["apply"]


def test_a_worker_is_upgraded_and_its_kubelet_restarted(prepared: Machine) -> None:
    before = len(prepared.calls())
    assert prepared.cluster("upgrade-worker", KUBERNETES_VERSION="1.35.1").returncode == 0
    calls = prepared.calls()[before:]
    packages = "apt-get install -y -qq --no-install-recommends --allow-change-held-packages"
    assert calls == [
        f"{packages} kubeadm=1.35.1-*",
        "kubeadm upgrade node",
        f"{packages} kubelet=1.35.1-* kubectl=1.35.1-*",
        "systemctl restart kubelet",
    ]
