"""kubectl, unchanged, against the simulation."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.kubesim.server import running
from tests.integration.kubernetes_contract.cluster import deployment_body, eventually

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

Kubectl = Callable[..., str]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    home = tmp_path_factory.mktemp("kubectl")
    with running() as server:
        kubeconfig = server.write_kubeconfig(home / "kubeconfig")
        yield os.environ | {"KUBECONFIG": str(kubeconfig), "HOME": str(home)}


@pytest.fixture
def kubectl(environment: dict[str, str]) -> Kubectl:
    def run(*arguments: str, succeeds: bool = True) -> str:
        done = subprocess.run(
            [str(KUBECTL), *arguments], env=environment, check=False, capture_output=True, text=True, timeout=60
        )
        output = done.stdout + done.stderr
        assert (done.returncode == 0) is succeeds, output
        return output

    return run


@pytest.fixture
def manifest(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A Deployment named after the test."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:40].strip("-")
    path = tmp_path / "deployment.json"
    path.write_text(json.dumps(deployment_body(name, replicas=2)))
    return path


@pytest.fixture
def deployment(kubectl: Kubectl, manifest: Path) -> Iterator[str]:
    name = json.loads(manifest.read_text())["metadata"]["name"]
    kubectl("apply", "-f", str(manifest))
    kubectl("rollout", "status", f"deployment/{name}", "--timeout=30s")
    yield name
    kubectl("delete", "deployment", name, "--wait=false")


def rows(table: str) -> list[dict[str, str]]:
    """A printed table by its headings, which stand at least two spaces apart."""
    header, *lines = table.strip().splitlines()
    headings = [(match.group(), match.start()) for match in re.finditer(r"\S+( \S+)*", header)]
    ends = [*(start for _, start in headings[1:]), None]
    return [
        {name: line[start:end].strip() for (name, start), end in zip(headings, ends, strict=True)} for line in lines
    ]


def test_get_nodes_shows_roles_and_the_sunny_label(kubectl: Kubectl):
    kubectl("label", "node", "tfgrj2", "sunny=1", "--overwrite")
    shown = rows(kubectl("get", "nodes", "-L", "sunny"))
    assert [(row["NAME"], row["STATUS"], row["ROLES"], row["SUNNY"]) for row in shown] == [
        ("tfgrj1", "Ready", "control-plane", ""),
        ("tfgrj2", "Ready", "<none>", "1"),
        ("tfgrj3", "Ready", "<none>", ""),
    ]
    assert kubectl("label", "node", "tfgrj2", "sunny-") == "node/tfgrj2 unlabeled\n"
    assert kubectl("get", "nodes", "-l", "sunny=1") == "No resources found\n"


def test_a_bad_label_is_refused(kubectl: Kubectl):
    assert "a valid label must be" in kubectl("label", "node", "tfgrj2", "sunny=a b", succeeds=False)
    assert 'nodes "absent" not found' in kubectl("label", "node", "absent", "sunny=1", succeeds=False)


def test_get_pods_wide_shows_where_they_run(kubectl: Kubectl, deployment: str):
    shown = [row for row in rows(kubectl("get", "pods", "-o", "wide", "-A")) if row["NAME"].startswith(deployment)]
    assert len(shown) == 2
    for row in shown:
        assert (row["NAMESPACE"], row["READY"], row["STATUS"]) == ("default", "1/1", "Running")
        assert row["NODE"] in ("tfgrj2", "tfgrj3")
        assert row["IP"].startswith("10.244.")


def test_apply_twice_changes_nothing_the_second_time(kubectl: Kubectl, deployment: str, manifest: Path):
    assert kubectl("apply", "-f", str(manifest)) == f"deployment.apps/{deployment} unchanged\n"


def test_restart_status_undo_and_history(kubectl: Kubectl, deployment: str):
    assert kubectl("rollout", "restart", f"deployment/{deployment}").endswith("restarted\n")
    assert "successfully rolled out" in kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=30s")
    assert "rolled back" in kubectl("rollout", "undo", f"deployment/{deployment}")
    assert "successfully rolled out" in kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=30s")
    history = kubectl("rollout", "history", f"deployment/{deployment}").splitlines()
    assert [line.split()[0] for line in history if line[:1].isdecimal()] == ["2", "3"]


def test_scale_and_wait(kubectl: Kubectl, deployment: str):
    kubectl("scale", f"deployment/{deployment}", "--replicas=3")
    kubectl("wait", "--for=jsonpath={.status.availableReplicas}=3", f"deployment/{deployment}", "--timeout=30s")
    assert rows(kubectl("get", "deployment", deployment))[0]["READY"] == "3/3"


def test_delete_pod_waits_until_it_is_gone(kubectl: Kubectl, deployment: str):
    name = kubectl("get", "pods", "-l", f"app={deployment}", "-o", "jsonpath={.items[0].metadata.name}")
    assert f'pod "{name}" deleted' in kubectl("delete", "pod", name)
    assert "NotFound" in kubectl("get", "pod", name, succeeds=False)


def test_get_watch_prints_changes(kubectl: Kubectl, deployment: str, environment: dict[str, str]):
    command = [str(KUBECTL), "get", "deployment", deployment, "--watch", "--no-headers", "--request-timeout=4s"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        kubectl("scale", f"deployment/{deployment}", "--replicas=3")
        later = list(watching.stdout)
    assert first.split()[1] == "2/2"
    assert [line.split()[1] for line in later][-1] == "3/3"


def test_top_shows_use(kubectl: Kubectl, deployment: str):
    nodes = rows(kubectl("top", "nodes"))
    assert [row["NAME"] for row in nodes] == ["tfgrj1", "tfgrj2", "tfgrj3"]
    assert all(row["CPU(cores)"].endswith("m") and row["MEMORY(bytes)"].endswith("Mi") for row in nodes)
    assert deployment in kubectl("top", "pods", "-A")


def test_describe_node_and_pod(kubectl: Kubectl, deployment: str):
    node = kubectl("describe", "node", "tfgrj2")
    assert "KubeletReady" in node
    assert "Allocated resources:" in node
    pod = kubectl("describe", "pod", "-l", f"app={deployment}")
    assert "Successfully assigned default/" in pod
    assert "Started container pause" in pod


def test_drain_moves_pods_and_cordon_keeps_others_away(kubectl: Kubectl, deployment: str):
    try:
        assert "node/tfgrj2 drained" in kubectl("drain", "tfgrj2", "--timeout=30s", "--ignore-daemonsets")
        assert "SchedulingDisabled" in rows(kubectl("get", "node", "tfgrj2"))[0]["STATUS"]
        kubectl("wait", "--for=jsonpath={.status.availableReplicas}=2", f"deployment/{deployment}", "--timeout=30s")
        nodes = kubectl("get", "pods", "-l", f"app={deployment}", "-o", "jsonpath={.items[*].spec.nodeName}")
        assert set(nodes.split()) == {"tfgrj3"}
    finally:
        kubectl("uncordon", "tfgrj2")


def test_get_leases_events_and_all(kubectl: Kubectl, deployment: str):
    assert {row["HOLDER"] for row in rows(kubectl("get", "lease", "-A"))} >= {"tfgrj1", "tfgrj2", "tfgrj3"}
    assert "ScalingReplicaSet" in kubectl("get", "events")
    everything = kubectl("get", "all")
    assert f"deployment.apps/{deployment}" in everything
    assert f"replicaset.apps/{deployment}" in everything


def test_a_namespace_comes_and_goes(kubectl: Kubectl, tmp_path: Path):
    path = tmp_path / "namespace.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "brief"}}))
    assert kubectl("create", "-f", str(path)) == "namespace/brief created\n"
    eventually(lambda: "default" in kubectl("get", "serviceaccount", "-n", "brief"), "service account")
    kubectl("delete", "namespace", "brief", "--timeout=30s")
    assert "NotFound" in kubectl("get", "namespace", "brief", succeeds=False)
