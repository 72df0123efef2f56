"""The servers under contract: the simulation always, a real one where KUBECONFIG_CONTRACT names its kubeconfig.

Every test has a namespace of its own, and node labels of its own that are taken off again, so that a cluster which
others use too comes to no harm.
"""

import os
import uuid
from collections.abc import Iterator

import pytest
from kubernetes import client, config

from infra.local.kubesim.server import running
from tests.integration.kubernetes_contract.cluster import Cluster


@pytest.fixture(scope="session", params=["simulation", "real"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    if request.param == "real":
        path = os.environ.get("KUBECONFIG_CONTRACT")
        if not path:
            pytest.skip("KUBECONFIG_CONTRACT names no kubeconfig of a real cluster")
        with config.new_client_from_config(path) as api:
            yield Cluster(api, is_simulated=False)
        return
    with running() as server, client.ApiClient(client.Configuration(host=server.url)) as api:
        yield Cluster(api, is_simulated=True)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    name = f"contract-{uuid.uuid4().hex[:8]}"
    cluster.core.create_namespace({"metadata": {"name": name}})
    yield name
    cluster.core.delete_namespace(name)


@pytest.fixture
def node_label(cluster: Cluster) -> Iterator[str]:
    """A label key that no node carries, and that none carries afterwards."""
    key = f"contract.ahorrater.es/{uuid.uuid4().hex[:8]}"
    yield key
    for node in cluster.core.list_node(label_selector=key).items:
        cluster.core.patch_node(node.metadata.name, {"metadata": {"labels": {key: None}}})


@pytest.fixture
def worker(cluster: Cluster) -> str:
    return cluster.workers()[0]
