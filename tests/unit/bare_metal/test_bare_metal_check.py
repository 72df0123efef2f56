"""`check` finds what is wrong and says what to do."""

import pytest

from tests.unit.bare_metal.machine import Machine

BROKEN = {
    "net.ipv4.ip_forward is 1": ("proc/sys/net/ipv4/ip_forward", "0\n"),
    "swap is off": ("proc/swaps", "Filename\n/dev/zram0 partition 1 0 100\n"),
    "the memory cgroup is on": ("sys/fs/cgroup/cgroup.controllers", "cpu pids\n"),
    "containerd uses systemd's cgroups": ("etc/containerd/config.toml", "version = 2\n"),
    "kubelet is 1.34.4": ("packages/kubelet", "1.33.9-1.1\n"),
    "worker-1 resolves to this machine": ("getent.status", "2"),
}


def test_a_prepared_machine_is_ok(prepared: Machine) -> None:
    result = prepared.cluster("check", "prerequisites")
    assert result.returncode == 0, result.stdout
    assert "not ok" not in result.stdout


def test_a_fresh_machine_is_not(machine: Machine) -> None:
    result = machine.cluster("check")
    assert result.returncode == 1
    assert "not ok  containerd runs\n        to do: journalctl -u containerd" in result.stdout
    assert "not ok  this machine has joined\n        to do: cluster join" in result.stdout


@pytest.mark.parametrize("problem", BROKEN)
def test_what_is_wrong_is_found(prepared: Machine, problem: str) -> None:
    prepared.write(*BROKEN[problem])
    result = prepared.cluster("check", "prerequisites")
    assert result.returncode == 1
    assert f"not ok  {problem}\n        to do: " in result.stdout
    assert result.stdout.endswith("1 not ok\n")
