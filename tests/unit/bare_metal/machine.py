"""A machine for `infra/bare_metal/cluster`: a folder as its root, and stand-ins for the commands that change one."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
BARE_METAL = REPOSITORY / "infra" / "bare_metal"
STAND_IN = Path(__file__).with_name("stand-in")
COMMANDS = (
    "apt-get apt-mark curl dpkg-query getent gpg hostname ip iptables kubeadm kubectl modprobe swapoff sysctl systemctl"
    " timedatectl"
)
KEY = "A" * 40


@dataclass(frozen=True)
class Machine:
    """One below `root`; `commands` holds the stand-ins."""

    root: Path
    commands: Path

    def cluster(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run `cluster` with the arguments; settings are environment variables."""
        environment = {
            "PATH": f"{self.commands}:{os.environ['PATH']}",
            "ROOT": str(self.root),
            "ADDRESS": "192.0.2.11",
            "KUBERNETES_KEY_FINGERPRINT": KEY,
            "CHECKSUMS": str(self.root / "checksums"),
        }
        command = [str(BARE_METAL / "cluster"), *arguments]
        return subprocess.run(
            command, env=environment | settings, capture_output=True, text=True, check=False, timeout=60
        )

    def calls(self) -> list[str]:
        """The commands so far that would have changed a real machine."""
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def files(self, below: str = "etc") -> dict[str, tuple[bytes, int]]:
        """Content and time of change of each file."""
        found = (file for file in (self.root / below).rglob("*") if file.is_file())
        return {str(file.relative_to(self.root)): (file.read_bytes(), file.stat().st_mtime_ns) for file in found}

    def write(self, name: str, content: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def fresh_machine(folder: Path) -> Machine:
    """As the Debian installer leaves one, with swap."""
    machine = Machine(folder / "root", folder / "commands")
    machine.commands.mkdir(parents=True)
    for command in COMMANDS.split():
        (machine.commands / command).symlink_to(STAND_IN)
    machine.write("proc/filesystems", "\text4\n")
    machine.write("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n")
    machine.write("proc/sys/net/ipv4/ip_forward", "0\n")
    machine.write("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    machine.write("etc/fstab", "UUID=1 / ext4 defaults 0 1\nUUID=2 none swap sw 0 0\n")
    machine.write("upstream/Release.key", KEY)
    return machine
