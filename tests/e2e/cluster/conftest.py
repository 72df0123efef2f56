"""The system on a real cluster: `make e2e` deploys it and runs these; without a cluster they are not collected."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from infra.deploy.deployment import Target
from infra.deploy.functions import function_client
from infra.deploy.kubectl import Kubectl
from infra.deploy.secrets.secret import Secrets
from infra.deploy.selfcheck.device import device_of
from infra.deploy.settings import NAMESPACE, DeploySettings
from tests.e2e.cluster.parks import Parks

collect_ignore_glob = [] if os.environ.get("CLUSTER_E2E") else ["test_*.py"]


@pytest.fixture(scope="session")
def target() -> Target:
    return Target.of(DeploySettings())


@pytest.fixture(scope="session")
def kubectl(target: Target) -> Kubectl:
    return target.kubectl


@pytest.fixture(scope="session")
def parks(target: Target) -> Iterator[Parks]:
    """A device for each of two parks, outside the cluster, publishing every second."""
    if len(target.parks) < 2:
        pytest.skip("the sun cannot move: fewer than two nodes have a park")
    store = Secrets(target.kubectl, NAMESPACE)
    hosts = tuple(address for node in target.nodes if node.ready for address in node.addresses[:1])
    with ExitStack() as ways:
        devices = [ways.enter_context(device_of(store, park, hosts)) for park in target.parks]
        yield ways.enter_context(Parks(devices))


@pytest.fixture
def fuel_query(kubectl: Kubectl) -> Iterator[httpx.Client]:
    with function_client(kubectl, NAMESPACE, "fuel-query") as client:
        yield client


@pytest.fixture
def ledger(kubectl: Kubectl) -> Iterator[None]:
    """Says afterwards what was decided, and why: a label that stayed has a reason."""
    yield
    with function_client(kubectl, NAMESPACE, "energy-query") as client:
        for decision in client.get("/rest/metrics/decisions", params={"limit": 5}).json():
            print(f"{decision['last_at']} {decision['reason']}: {decision['sentence']}")
