"""A fault of a real cluster while readings stream in, and what becomes of label, workload and readings.

`KUBECONFIG=... python -m tests.load.fault_run IMAGE NODE SECONDS 'COMMAND THAT BREAKS' 'COMMAND THAT MENDS' [--swap]`

The system runs on this machine (`make up`) and steers the cluster. NODE is made the sunny one, and a Deployment of two
pods of IMAGE follows; then the fault lasts for SECONDS. The park of a dead node goes on publishing, so that only the
state of the node can tell. With `--swap` the sun moves to the other park in the middle of the fault: a decision that
cannot be acted on at once. Nobody else may label nodes meanwhile.
"""

import argparse
import os
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kubernetes import config
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from tests.e2e.kill_run import QUICK, Device, stored
from tests.e2e.made_up import make_up, until
from tests.integration.relabel.conftest import own_namespace
from tests.integration.relabel.relabel_world import World
from tests.load.move_run import deploy_web

RATE = 50
"""Readings a second, of all devices."""
REPLICAS = 2
STRONG_W, WEAK_W = 60.0, 20.0
RECOVERY_S = 420.0
"""How long to wait for label and workload: Kubernetes gives up the pods of a silent node after 300 s."""


@dataclass
class Look:
    """What the cluster said at a moment."""

    at: float
    sunny: list[str]
    ready: list[str]


@dataclass
class Watcher:
    """Looks at the cluster twice a second, when it answers."""

    world: World
    looks: list[Look] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until it is over."""
        while not self.over.wait(0.5):
            try:
                self.looks.append(Look(time.monotonic(), self.world.sunny, self.world.ready("web")))
            except (ApiException, HTTPError, OSError):
                continue

    def first(self, since: float, sunny: str, ready: list[str]) -> float | None:
        """Seconds from then to the first look that found this."""
        found = (one.at for one in list(self.looks) if one.at > since and (one.sunny, one.ready) == ([sunny], ready))
        return next((at - since for at in found), None)


class Stream(threading.Thread):
    """Publishes readings of each device in turn; the strong one can be changed."""

    def __init__(self, devices: dict[str, Device], strong: str) -> None:
        super().__init__(daemon=True)
        self.devices, self.strong, self.over = devices, strong, threading.Event()

    def run(self) -> None:
        """Until it is over."""
        while not self.over.wait(len(self.devices) / RATE):
            for node, device in self.devices.items():
                device.publish(STRONG_W if node == self.strong else WEAK_W)


def main() -> None:
    """Prints how long label and workload took, and what became of the readings."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("image", str), ("node", str), ("seconds", float), ("break_it", str), ("mend_it", str)):
        parser.add_argument(name, type=kind)
    parser.add_argument("--swap", action="store_true")
    arguments = parser.parse_args()
    kubeconfig = Path(os.environ["KUBECONFIG"])
    with (
        tempfile.TemporaryDirectory(prefix="ahorrater-faults-") as home,
        config.new_client_from_config(str(kubeconfig)) as api,
        contextmanager(own_namespace)(World(api, kubeconfig, "", is_simulated=False)) as world,
    ):
        play(world, Path(home) / "home", arguments)


def play(world: World, home: Path, arguments: argparse.Namespace) -> None:
    """The whole run."""
    parks = world.workers[:2]
    other = next(node for node in parks if node != arguments.node)
    settings = {"KUBECONFIG": str(world.kubeconfig), "SIMULATED_PARKS": "false", "PARKS": ",".join(parks)}
    scope = {"RELABEL_NAMESPACE": world.namespace, "WORKLOAD_NAMESPACES": world.namespace}
    deploy_web(world, arguments.image, REPLICAS)
    with make_up(home, **settings, **scope, **QUICK) as run:
        port = int(run.addresses["mosquitto"].rpartition(":")[2])
        stream = Stream({node: Device(node, port) for node in parks}, arguments.node)
        stream.start()
        watcher = Watcher(world)
        threading.Thread(target=watcher.watch, daemon=True).start()
        until(lambda: watcher.first(0, arguments.node, [arguments.node] * REPLICAS), 120)
        broken = fault(arguments, stream, other)
        until(lambda: watcher.first(broken, other, [other] * REPLICAS), RECOVERY_S)
        stream.over.set()
        stream.join()
        lost = readings_lost(stream, home)
        watcher.over.set()
    report(watcher, broken, other, lost)


def fault(arguments: argparse.Namespace, stream: Stream, other: str) -> float:
    """Breaks the cluster, waits, mends it; answers when it was broken."""
    broken = time.monotonic()
    subprocess.run(arguments.break_it, shell=True, check=True)
    try:
        time.sleep(arguments.seconds / 2)
        stream.strong = other if arguments.swap else stream.strong
        time.sleep(max(0.0, broken + arguments.seconds - time.monotonic()))
    finally:
        subprocess.run(arguments.mend_it, shell=True, check=True)
        print(f"mended after {time.monotonic() - broken:.1f} s")
    return broken


def readings_lost(stream: Stream, home: Path) -> tuple[int, int]:
    """How many readings were acknowledged, and how many of them are not stored."""
    devices = stream.devices.values()
    until(lambda: all(len(device.acknowledged) == device.published for device in devices) or None)
    ledger = set().union(*(device.ledger() for device in devices))
    until(lambda: ledger <= stored(home) or None, 120)
    return len(ledger), len(ledger - stored(home))


def report(watcher: Watcher, broken: float, other: str, lost: tuple[int, int]) -> None:
    """What was seen."""
    label = next(one.at - broken for one in watcher.looks if one.at > broken and one.sunny == [other])
    arrived = watcher.first(broken, other, [other] * REPLICAS)
    dark = sum(not one.sunny for one in watcher.looks if one.at > broken)
    print(f"label on {other} after {label:.1f} s, workload Ready there after {arrived:.1f} s")
    print(f"looks {len(watcher.looks)}, without a sunny node {dark}; sunny at the end: {watcher.looks[-1].sunny}")
    print("readings acknowledged {}, lost {}".format(*lost))


if __name__ == "__main__":
    main()
