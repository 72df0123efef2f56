"""The simulated cluster, and a real one where KUBECONFIG_CONTRACT names it; labels are put back as they were."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config

from infra.local.kubesim.server import running
from tests.integration.relabel.relabel_world import World


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[World]:
    with running() as server:
        kubeconfig = server.write_kubeconfig(tmp_path / "kubeconfig")
        with config.new_client_from_config(str(kubeconfig)) as api:
            yield from own_namespace(World(api, kubeconfig, "", is_simulated=True, url=server.url))


@pytest.fixture(params=["simulation", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "simulation":
        yield request.getfixturevalue("simulated")
        return
    path = os.environ.get("KUBECONFIG_CONTRACT")
    if not path:
        pytest.skip("KUBECONFIG_CONTRACT names no kubeconfig of a real cluster")
    with config.new_client_from_config(path) as api:
        yield from own_namespace(World(api, Path(path), "", is_simulated=False))


def own_namespace(world: World) -> Iterator[World]:
    labelled = {node.metadata.name: node.metadata.labels.get("sunny") for node in world.core.list_node().items}
    world.namespace = f"relabel-{uuid.uuid4().hex[:8]}"
    world.core.create_namespace({"metadata": {"name": world.namespace}})
    try:
        yield world
    finally:
        world.core.delete_namespace(world.namespace)
        for name, value in labelled.items():
            _restore(world.core, name, value)


def _restore(core: client.CoreV1Api, node: str, label: str | None) -> None:
    metadata = {"labels": {"sunny": label}, "annotations": {"ahorrater.es/epoch": None}}
    core.patch_node(node, {"metadata": metadata})
