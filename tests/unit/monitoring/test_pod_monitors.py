"""Whether the PodMonitors find every function, on Knative and without it."""

from pathlib import Path

import pytest
import yaml

from infra.deploy.manifests import plain

ROOT = Path(__file__).parents[3]
MONITORS = {
    monitor["metadata"]["name"]: monitor["spec"]
    for monitor in yaml.safe_load_all((ROOT / "infra/monitoring/base/pod-monitors.yaml").read_text())
}
SERVICES = [
    manifest
    for path in sorted((ROOT / "knative/base/functions").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
    if manifest["kind"] == "Service"
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["metadata"]["name"])
def test_a_functions_pods_have_the_port_and_the_name_that_are_looked_for(service):
    template = service["spec"]["template"]
    (container,) = template["spec"]["containers"]
    (endpoint,) = MONITORS["ahorrater-functions"]["podMetricsEndpoints"]
    assert [port["containerPort"] for port in container["ports"]] == [endpoint["portNumber"]]
    assert template["metadata"]["labels"]["app.kubernetes.io/name"] == service["metadata"]["name"]


def test_without_knative_the_functions_are_found_by_the_label_that_deploy_gives_them():
    assert MONITORS["ahorrater-plain-functions"]["selector"] == {"matchLabels": {plain.FUNCTION: "true"}}


def test_the_source_is_found():
    template = next(
        manifest["spec"]["template"]
        for manifest in yaml.safe_load_all((ROOT / "knative/base/mqtt-source.yaml").read_text())
        if manifest["kind"] == "Deployment"
    )
    monitor = MONITORS["ahorrater-mqtt-source"]
    assert monitor["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    ports = {port["name"] for container in template["spec"]["containers"] for port in container["ports"]}
    assert {endpoint["port"] for endpoint in monitor["podMetricsEndpoints"]} <= ports
