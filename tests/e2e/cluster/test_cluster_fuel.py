"""Fuel prices: loaded by the Job, asked for through the cluster's own door."""

import httpx
import pytest

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from infra.deploy.settings import NAMESPACE
from tests.e2e.cluster.patience import eventually

FIRST_LOAD = "fuel-first-load"
SAMPLE_LOAD = "fuel-sample-load"
PATIENCE_S = 180
KEPT = {"containers", "restartPolicy", "automountServiceAccountToken"}


@pytest.fixture
def prices(kubectl: Kubectl, fuel_query: httpx.Client) -> None:
    """Prices: the ministry's, or the invented sample's where its service cannot be reached; loaded by the same Job."""
    answer = fuel_query.get("/rest/locate/ccaa/")
    if answer.is_success and answer.json():
        return
    kubectl.apply([sample_load(kubectl)])
    eventually(lambda: job_states(kubectl), lambda states: "Complete" in states, PATIENCE_S)
    kubectl("delete", "job", SAMPLE_LOAD, "--namespace", NAMESPACE)


def sample_load(kubectl: Kubectl) -> Json:
    """The deployed Job, with the sample in place of the ministry's service."""
    jobs = kubectl.items("jobs", "--namespace", NAMESPACE)
    spec = next(job for job in jobs if name(job).startswith(FIRST_LOAD))["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    container["command"] = [*container["command"], "--sample"]
    labels = {"app.kubernetes.io/name": FIRST_LOAD}
    template = {"metadata": {"labels": labels}, "spec": {key: spec[key] for key in KEPT}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": SAMPLE_LOAD, "namespace": NAMESPACE},
        "spec": {"backoffLimit": 3, "template": template},
    }


def job_states(kubectl: Kubectl) -> set[str]:
    job = kubectl.get("job", SAMPLE_LOAD, "--namespace", NAMESPACE) or {}
    conditions = job.get("status", {}).get("conditions") or []
    return {found["type"] for found in conditions if found["status"] == "True"}


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("prices")
def test_from_the_region_to_the_price_of_a_station(fuel_query: httpx.Client) -> None:
    def first_of(path: str) -> str:
        answer = eventually(lambda: fuel_query.get(path), lambda found: found.is_success and bool(found.json()), 60)
        return next(iter(answer.json()))

    region = first_of("/rest/locate/ccaa/")
    province = first_of(f"/rest/locate/ccaa/{region}")
    town = first_of(f"/rest/locate/provincia/{province}")
    stations = fuel_query.get(f"/rest/locate/municipio/{town}")
    assert stations.status_code == 200
    assert stations.json()
