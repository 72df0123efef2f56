"""A running `make up`, for tests and benchmarks: started as a person would, ended whatever happens."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.process_tree import descendants, running
from tests.integration.mosquitto_server import free_port

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
DEADLINE_S = 45.0
T = TypeVar("T")


@dataclass
class Run:
    """A running `make up`."""

    process: "subprocess.Popen[str]"
    home: Path
    output: Path
    addresses: Mapping[str, Any]

    def get(self, name: str, path: str) -> Any:
        """The JSON that a function answers."""
        with urllib.request.urlopen(f"{self.addresses[name]}{path}", timeout=10) as answer:
            return json.load(answer)

    def sunny_nodes(self) -> list[str]:
        """The nodes labelled `sunny=1`, as the Kubernetes API says."""
        items = self._kubernetes("/api/v1/nodes")["items"]
        return [item["metadata"]["name"] for item in items if item["metadata"]["labels"].get("sunny") == "1"]

    def nodes_of(self, app: str) -> set[str]:
        """The nodes that an app's ready pods are on."""
        items = self._kubernetes(f"/api/v1/namespaces/demo/pods?labelSelector=app%3D{app}")["items"]
        return {item["spec"]["nodeName"] for item in items if item["status"]["phase"] == "Running"}

    def pid_of(self, name: str) -> int:
        """The process of a function, by its name in the manifests."""
        main = f"functions/{name.replace('-', '_')}/main.py"
        (pid,) = [pid for pid, command in descendants(self.process.pid).items() if main in command]
        return pid

    def _kubernetes(self, path: str) -> Any:
        with urllib.request.urlopen(self.addresses["kubernetes API"] + path, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def make_up(home: Path, **settings: str) -> Iterator[Run]:
    """Runs `make up` in a session of its own and, whatever happens, ends all of it."""
    home.mkdir(parents=True, exist_ok=True)
    output = home / "output.txt"
    process = start(home, output, settings)
    try:
        addresses = until(lambda: read_addresses(home, process, output), START_S)
        yield Run(process, home, output, addresses)
    finally:
        left = descendants(process.pid)
        interrupt(process)
        for pid in running(left):
            os.kill(pid, signal.SIGKILL)


def start(home: Path, output: Path, settings: Mapping[str, str]) -> "subprocess.Popen[str]":
    """mosquitto's port is this run's own: a device that outlived another run still publishes to the usual one."""
    environment = {name: text for name, text in os.environ.items() if name != "KUBECONFIG"}
    with output.open("w") as file:
        return subprocess.Popen(
            ["make", "up"],
            cwd=ROOT,
            env={**environment, "AHORRATER_HOME": str(home), "MQTT_PORT": str(free_port()), **settings},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def read_addresses(home: Path, process: "subprocess.Popen[str]", output: Path) -> Mapping[str, Any] | None:
    assert process.poll() is None, output.read_text()
    path = home / "addresses.json"
    return json.loads(path.read_text()) if path.exists() else None


def interrupt(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C: the terminal sends SIGINT to everything in the foreground."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(DEADLINE_S)


def until(condition: Callable[[], T | None], deadline_s: float = DEADLINE_S) -> T:
    """What the condition gives once it gives something."""
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def is_well(run: Run, name: str) -> bool:
    try:
        with urllib.request.urlopen(f"{run.addresses[name]}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
