"""`make up` as a person uses it: it comes up, the label and the pods follow the sun, Ctrl-C leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.made_up import DEADLINE_S, ROOT, Run, interrupt, is_well, make_up, until
from tests.e2e.process_tree import descendants, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def moving_cloud(tmp_path: Path) -> Path:
    """The first park is in the sun for 15 s, then the second one for 15 s; the third one has a single bright second."""
    path = tmp_path / "trace.csv"
    powers = ["100,10,20"] * 15 + ["10,100,20"] * 14 + ["10,100,100"]
    rows = [f"2026-06-01T10:00:{at:02d}Z,{power}" for at, power in enumerate(powers)]
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
        os.kill(run.pid_of("choose-node"), signal.SIGKILL)
        until(lambda: "choose-node was killed by SIGKILL; it starts again" in run.output.read_text())
        until(lambda: is_well(run, "choose-node"))
        processes = descendants(run.process.pid)
        os.kill(run.addresses["pid"], signal.SIGKILL)
        until(lambda: not running(processes))
