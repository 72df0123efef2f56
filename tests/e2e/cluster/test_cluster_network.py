"""NetworkPolicies as the cluster's network enforces them: what a stranger's pod reaches, and what not."""

from collections.abc import Iterator

import pytest

from infra.deploy.deployment import Target
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json
from infra.deploy.settings import NAMESPACE
from tests.e2e.cluster.patience import eventually
from tests.e2e.cluster.stranger import Address, Stranger, deployed_stranger

KNATIVE_SERVICE, FUNCTION = "serving.knative.dev/service", "ahorrater.es/function"
QUESTIONS = {"energy-query", "cluster-query", "fuel-query"}
"""Without Knative they answer whoever is in the cluster."""
PATIENCE_S = 30


@pytest.fixture
def stranger(target: Target, kubectl: Kubectl) -> Iterator[Stranger]:
    with deployed_stranger(kubectl, target.digests.reference("broker")) as found:
        try:
            eventually(lambda: found.reaches([found.hermit()]), lambda reached: not reached, PATIENCE_S)
        except AssertionError:
            pytest.skip("this cluster's network does not enforce NetworkPolicies")
        yield found


@pytest.mark.timeout(300)
def test_a_stranger_reaches_the_doors_and_nothing_behind_them(stranger: Stranger, kubectl: Kubectl) -> None:
    pods = kubectl.items("pods", "--namespace", NAMESPACE, "--field-selector", "status.phase=Running")
    closed = [address for pod in pods for address in closed_ports(pod)]
    doors = [address for pod in pods for address in open_ports(pod)]
    assert closed
    assert stranger.reaches([*closed, *doors]) == set(doors)


def closed_ports(pod: Json) -> list[Address]:
    labels = pod["metadata"]["labels"]
    name, app = labels.get("app.kubernetes.io/name"), labels.get("app")
    closed = {
        8012: KNATIVE_SERVICE in labels,
        8080: KNATIVE_SERVICE in labels or name == "broker" or (FUNCTION in labels and name not in QUESTIONS),
        5432: app == "postgres",
        1883: app == "mosquitto",
    }
    return [(pod["status"]["podIP"], port) for port, is_closed in closed.items() if is_closed]


def open_ports(pod: Json) -> list[Address]:
    labels = pod["metadata"]["labels"]
    doors = {8883: labels.get("app") == "mosquitto", 8501: labels.get("app.kubernetes.io/name") == "dashboard"}
    return [(pod["status"]["podIP"], port) for port, is_open in doors.items() if is_open]
