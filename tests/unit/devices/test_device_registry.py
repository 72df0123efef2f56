"""The device registry, and what a device may do."""

from pathlib import Path

import pytest

from ahorrater.adapters.mqtt.device_registry import read_registry
from ahorrater.domain.device_access import access_rules


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        ("devices: {}", {}),
        ("devices: {esp32-roof: tfgrj2}", {"esp32-roof": "tfgrj2"}),
        ("devices: {tfgrj2: tfgrj2, Pi_4.b: rack.example}", {"tfgrj2": "tfgrj2", "Pi_4.b": "rack.example"}),
    ],
)
def test_a_registry_is_read(tmp_path: Path, text: str, devices: dict[str, str]):
    file = tmp_path / "devices.yaml"
    file.write_text(text)
    assert read_registry(file).devices == devices


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("devices: {mqtt-source: tfgrj2}", "no device can be called mqtt-source", id="the source's name"),
        pytest.param("devices: {a: tfgrj2, b: tfgrj2}", "tfgrj2 has several", id="two devices of one node"),
        pytest.param("devices: {'#': tfgrj2}", "pattern", id="a wildcard as user"),
        pytest.param("devices: {'a:b': tfgrj2}", "pattern", id="a colon, which ends a user in the password file"),
        pytest.param("devices: {a: +}", "pattern", id="a wildcard as node"),
        pytest.param("devices: {a: tfgrj2/#}", "pattern", id="a topic as node"),
        pytest.param("devices: {a: 'x\n\nuser mqtt-source'}", "pattern", id="a rule smuggled in"),
        pytest.param("devices: {a: tfgrj2}\nnodes: 1", "Extra inputs", id="an unknown key"),
        pytest.param("tfgrj2", "valid dictionary", id="no mapping"),
        pytest.param("devices: {", "no YAML", id="no YAML"),
    ],
)
def test_a_registry_that_would_give_too_much_is_refused(tmp_path: Path, text: str, reason: str):
    file = tmp_path / "devices.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=reason):
        read_registry(file)


def test_each_device_has_its_node_only_and_mqtt_source_reads_what_devices_say():
    rules = access_rules({"esp32-roof": "tfgrj2", "pi": "tfgrj3"})
    assert rules.split("\n\n") == [
        "user mqtt-source\ntopic read ahorrater/v1/+/telemetry\ntopic read ahorrater/v1/+/status",
        "user esp32-roof\ntopic readwrite ahorrater/v1/tfgrj2/#",
        "user pi\ntopic readwrite ahorrater/v1/tfgrj3/#\n",
    ]
