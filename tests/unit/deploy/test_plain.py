"""Knative's objects as plain ones: addresses, wiring and pods stay what they were."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import Json, group, is_knative_service, name
from infra.deploy.manifests.plain import plain
from infra.local.manifests.objects import PingSource, Trigger
from infra.local.manifests.wiring import read_wiring
from tests.unit.deploy.overlays import ROOT, base


@pytest.fixture(scope="module")
def translated() -> list[Json]:
    return plain(deepcopy(base()))


def one(objects: list[Json], kind: str, called: str) -> Json:
    (found,) = (item for item in objects if (item["kind"], name(item)) == (kind, called))
    return found


def test_nothing_of_knative_is_left(translated: list[Json]) -> None:
    assert not [name(item) for item in translated if group(item).endswith("knative.dev")]


def test_every_function_is_a_deployment_behind_a_service_of_its_name(translated: list[Json]) -> None:
    functions = [item for item in base() if is_knative_service(item)]
    assert functions
    for function in functions:
        deployment, service = (one(translated, kind, name(function)) for kind in ("Deployment", "Service"))
        template = deployment["spec"]["template"]
        assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        assert deployment["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
        assert service["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": 8080}]
        before, after = function["spec"]["template"]["spec"]["containers"][0], template["spec"]["containers"][0]
        for field in ("image", "env", "envFrom", "resources", "securityContext"):
            assert after.get(field) == before.get(field)
        assert after["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": 8080}


@pytest.mark.parametrize(("least", "replicas"), [("0", 1), ("1", 1), ("3", 3), (None, 1)])
def test_there_is_no_scaling_to_zero(least: str | None, replicas: int) -> None:
    function = deepcopy(next(item for item in base() if is_knative_service(item)))
    function["spec"]["template"]["metadata"]["annotations"] = (
        {} if least is None else {"autoscaling.knative.dev/min-scale": least}
    )
    assert one(plain([function]), "Deployment", name(function))["spec"]["replicas"] == replicas


def test_the_broker_reads_the_very_wiring_of_the_base(translated: list[Json], tmp_path: Path) -> None:
    for file, text in one(translated, "ConfigMap", "wiring")["data"].items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    played, original = read_wiring(tmp_path), read_wiring(ROOT / "knative" / "base")
    assert played.of(Trigger) == original.of(Trigger)
    assert played.of(PingSource) == original.of(PingSource)


def test_a_bound_source_knows_its_sink(translated: list[Json]) -> None:
    (container,) = one(translated, "Deployment", "mqtt-source")["spec"]["template"]["spec"]["containers"]
    sink = {"name": "K_SINK", "value": "http://broker.ahorrater.svc.cluster.local/ahorrater/default"}
    assert sink in container["env"]


def test_a_sink_that_nobody_plays_is_refused() -> None:
    binding = yaml.safe_load(
        """
        apiVersion: sources.knative.dev/v1
        kind: SinkBinding
        metadata: {name: odd, namespace: ahorrater}
        spec:
          subject: {apiVersion: apps/v1, kind: Deployment, name: odd}
          sink: {ref: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: c}}
        """
    )
    with pytest.raises(DeployError, match="odd"):
        plain([binding])
