"""A network and file systems of the harness's own, where it is root: faults there reach nobody else on this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

INSIDE = "AHORRATER_FAULTS_NAMESPACE"


def is_inside() -> bool:
    """Whether this process has them."""
    return INSIDE in os.environ


def enter(module: str, arguments: Sequence[str]) -> None:
    """Runs the same module again inside, if it can; otherwise does nothing."""
    if is_inside() or os.geteuid() != 0:
        return
    command = ["unshare", "--net", "--mount", sys.executable, "-m", module, *arguments]
    if subprocess.run(["unshare", "--net", "--mount", "true"], check=False, capture_output=True).returncode == 0:
        os.execvpe("unshare", command, {**os.environ, INSIDE: "1"})


def prepare() -> None:
    """The loopback is down in a new network."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """`folder` is a disk of that size, in memory, as long as the context lasts."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "none", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def packets(*rule: str) -> Iterator[None]:
    """A rule of iptables for what arrives, as long as the context lasts."""
    subprocess.run(["iptables", "--wait", "--append", "INPUT", *rule], check=True)
    try:
        yield
    finally:
        subprocess.run(["iptables", "--wait", "--delete", "INPUT", *rule], check=True)
