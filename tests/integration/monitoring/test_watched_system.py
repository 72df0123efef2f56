"""The whole system, watched: one trace from the device to the label; every number that is asked for is served."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ahorrater.contracts.trace_context import TraceContext
from infra.monitoring.local import targets_of
from tests.e2e.made_up import Run, make_up, until
from tests.integration.monitoring.otlp_collector import CollectedSpan, OtlpCollector
from tests.integration.source_process import Device, reading

ROOT = Path(__file__).parents[3]
ASKING = ("infra/monitoring/base/dashboard.json", "infra/monitoring/base/rules.yaml", "docs/monitoring.md")
NAME = re.compile(r"\b(?:ahorrater|mqtt_source)_[a-z0-9_]+\b")
MADE_OF_A_HISTOGRAM = ("", "_bucket", "_count", "_sum")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CHAIN = [
    ("mqtt-source", "es.ahorrater.reading.received.v1"),
    ("ingest-reading", "es.ahorrater.reading.received.v1"),
    ("choose-node", "es.ahorrater.reading.stored.v1"),
    ("relabel", "es.ahorrater.node.chosen.v1"),
]


@pytest.fixture(scope="module")
def collector() -> Iterator[OtlpCollector]:
    with OtlpCollector() as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, collector: OtlpCollector) -> Iterator[Run]:
    """The system, with nobody publishing yet."""
    settings = {
        "SIMULATED_PARKS": "false",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with make_up(tmp_path_factory.mktemp("watched") / "home", **settings) as running:
        yield running


def publish_traced(run: Run, trace: TraceContext) -> None:
    """What a device does that takes part in tracing: the traceparent is a user property of its PUBLISH."""
    properties = Properties(PacketTypes.PUBLISH)
    properties.UserProperty = ("traceparent", str(trace))
    port = int(run.addresses["mosquitto"].rpartition(":")[2])
    with Device("tfgrj2", port) as device:
        topic = device.topic("telemetry")
        device.client.publish(topic, reading(1), qos=1, properties=properties).wait_for_publish(10)


def test_one_trace_from_the_device_to_the_label(run: Run, collector: OtlpCollector) -> None:
    device = TraceContext.begin()
    publish_traced(run, device)
    until(lambda: run.sunny_nodes() == ["tfgrj2"])

    def found() -> list[CollectedSpan] | None:
        spans = {(span.service, span.name): span for span in collector.trace(device.trace_id)}
        return [spans[step] for step in CHAIN] if all(step in spans for step in CHAIN) else None

    chain = until(found)
    assert [span.parent_id for span in chain] == [device.span_id, *(span.span_id for span in chain[:-1])]
    assert [span.began_ns for span in chain] == sorted(span.began_ns for span in chain)
    assert [(span.attributes["ahorrater.epoch"], span.attributes["ahorrater.node"]) for span in chain[2:]] == [
        (1, "tfgrj2"),
        (1, "tfgrj2"),
    ]
    told = [span for span in collector.trace(device.trace_id) if span.service == "notify"]
    assert {span.parent_id for span in told} <= {span.span_id for span in chain}


def names_served(target: str) -> set[str]:
    """The names of what a function serves, with or without a series yet."""
    with urllib.request.urlopen(f"http://{target}/metrics", timeout=10) as answer:
        types = re.findall(r"^# TYPE (\S+) (\S+)$", answer.read().decode(), re.MULTILINE)
    return {name + end for name, kind in types for end in (MADE_OF_A_HISTOGRAM if kind == "histogram" else ("",))}


def test_dashboard_alerts_and_documentation_name_what_there_is(run: Run) -> None:
    groups = targets_of(run.addresses)
    functions = {path.parent.name.replace("_", "-") for path in (ROOT / "functions").glob("*/main.py")}
    assert {str(group["labels"]["function"]) for group in groups} == functions & set(run.addresses)
    served = {name for group in groups for name in names_served(group["targets"][0])}
    for path in ASKING:
        asked = set(NAME.findall((ROOT / path).read_text()))
        assert asked, path
        assert asked <= served, path
