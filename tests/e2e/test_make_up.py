"""`make up` as a person uses it: it comes up, the label and the pods follow the sun, Ctrl-C leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.e2e.process_tree import descendants, running

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
DEADLINE_S = 45.0
T = TypeVar("T")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


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
    environment = {name: text for name, text in os.environ.items() if name != "KUBECONFIG"}
    with output.open("w") as file:
        return subprocess.Popen(
            ["make", "up"],
            cwd=ROOT,
            env={**environment, "AHORRATER_HOME": str(home), **settings},
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


@pytest.fixture
def moving_cloud(tmp_path: Path) -> Path:
    """The first park is in the sun for 15 s, then the second one for 15 s."""
    path = tmp_path / "trace.csv"
    first, second = "100,20,10", "10,100,20"
    rows = [f"2026-06-01T10:00:{at:02d}Z,{first if at < 15 else second}" for at in range(30)]
    path.write_text("\n".join(["timestamp,a,b,c", *rows]) + "\n")
    return path


def test_the_label_and_the_pods_follow_the_sun_and_ctrl_c_leaves_nothing(tmp_path: Path, moving_cloud: Path) -> None:
    quick = {"POLICY_HOLD_S": "1", "POLICY_FAILING_HOLD_S": "0.5", "POLICY_MINIMUM_STAY_S": "3", "SMOOTHING_S": "0.5"}
    with make_up(tmp_path / "home", TRACE=str(moving_cloud), **quick) as run:
        first = until(run.sunny_nodes)
        with urllib.request.urlopen(run.addresses["dashboard"], timeout=10) as page:
            assert page.status == 200

        seen: set[str] = set()

        def has_moved() -> bool:
            sunny = run.sunny_nodes()
            assert sunny, "there was a moment without a sunny node"
            seen.update(sunny)
            return seen >= {"tfgrj1", "tfgrj2"}

        until(has_moved, 60)
        assert set(first) <= seen
        until(lambda: run.nodes_of("traveller") == set(run.sunny_nodes()) and len(run.sunny_nodes()) == 1)
        assert run.get("cluster-query", "/rest/getSunnyNode")
        parks = run.get("energy-query", "/rest/metrics/getValuesPlacas")
        assert {park["node"] for park in parks} == {"tfgrj1", "tfgrj2", "tfgrj3"}
        tried_with_kubectl(run)

        second = subprocess.run(
            ["make", "up"],
            cwd=ROOT,
            env={**os.environ, "AHORRATER_HOME": str(run.home)},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert second.returncode != 0
        assert f"process {run.addresses['pid']} at {run.addresses['dashboard']}" in second.stderr

        processes = descendants(run.process.pid)
        assert len(processes) > 10
        interrupt(run.process)
        assert running(processes) == []
        assert not (run.home / "lock").exists()
        assert not (run.home / "addresses.json").exists()


def tried_with_kubectl(run: Run) -> None:
    """The command that the table of addresses prints, where kubectl is installed."""
    if shutil.which("kubectl") is None:
        return
    listed = subprocess.run(
        run.addresses["kubernetes"].split(), cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    header, *lines = listed.stdout.splitlines()
    assert header.split()[-1] == "SUNNY"
    assert sum(line.split()[-1] == "1" for line in lines) >= 1


def test_killed_processes_come_back_and_a_killed_runner_takes_all_with_it(tmp_path: Path) -> None:
    with make_up(tmp_path / "home") as run:
        until(run.sunny_nodes)
        processes = descendants(run.process.pid)
        choosers = [pid for pid, command in processes.items() if "choose_node/main.py" in command]
        assert len(choosers) == 1
        os.kill(choosers[0], signal.SIGKILL)
        until(lambda: "choose-node was killed by SIGKILL; it starts again" in run.output.read_text())
        until(lambda: is_well(run, "choose-node"))
        processes = descendants(run.process.pid)
        os.kill(run.addresses["pid"], signal.SIGKILL)
        until(lambda: not running(processes))


def is_well(run: Run, name: str) -> bool:
    try:
        with urllib.request.urlopen(f"{run.addresses[name]}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
