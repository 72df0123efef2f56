"""The simulation as a process: its first line, its kubeconfig, its seed, its end."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from kubernetes import client, config

from tests.integration.kubernetes_contract.cluster import deployment_body, eventually, pod_body

COMMAND = [sys.executable, "-m", "infra.local.kubesim"]
ROOT = Path(__file__).parents[3]


def yaml_documents(*bodies: dict) -> str:
    return "\n---\n".join(json.dumps(body) for body in bodies)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_serves_its_seed_and_ends_quietly(tmp_path: Path, end: signal.Signals):
    seed, kubeconfig = tmp_path / "seed.yaml", tmp_path / "kubeconfig"
    seed.write_text(yaml_documents(deployment_body("web"), pod_body("alone")))
    options = ["--nodes", "one,two", "--seed", str(seed), "--kubeconfig-out", str(kubeconfig), "--start-delay", "0.1"]
    with subprocess.Popen(
        [*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        with config.new_client_from_config(str(kubeconfig)) as api:
            core = client.CoreV1Api(api)

            def running() -> bool:
                phases = [pod.status.phase for pod in core.list_namespaced_pod("default").items]
                return phases == ["Running"] * 3

            eventually(running, "three running pods")
            assert [node.metadata.name for node in core.list_node().items] == ["one", "two"]
            pool = api.rest_client.pool_manager
            watching = pool.request("GET", f"{api.configuration.host}/api/v1/nodes?watch=1", preload_content=False)
            process.send_signal(end)
            assert watching.read().count(b'"ADDED"') == 2, "an open watch ends and does not hold the process"
        _, errors = process.communicate(timeout=10)
    assert errors == ""


def test_a_taken_port_and_a_bad_seed_are_said(tmp_path: Path):
    seed = tmp_path / "seed.yaml"
    seed.write_text(yaml_documents({"apiVersion": "v1", "kind": "Gizmo", "metadata": {"name": "x"}}))
    bad_seed = subprocess.run(
        [*COMMAND, "--seed", str(seed)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (bad_seed.returncode, bad_seed.stdout) == (1, "")
    assert "the seed is refused: no kind 'Gizmo'" in bad_seed.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
        )
    assert (refused.returncode, "choose another one" in refused.stderr) == (1, True)
