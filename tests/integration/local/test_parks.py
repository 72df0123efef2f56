"""The simulated parks as a process, over a real mosquitto."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ahorrater.contracts.events import DeviceStatus, StatusMessage
from ahorrater.contracts.readings import Telemetry
from tests.integration.event_sink import eventually
from tests.integration.local.parks_process import parks
from tests.integration.mosquitto_server import MosquittoServer

DEADLINE_S = 20.0
TRACE = """timestamp,north,south
2026-06-01T10:00:00Z,100,
2026-06-01T10:00:01Z,200,
2026-06-01T10:00:02Z,0,50
"""


@dataclass
class Listener:
    """Everything that was published, by topic."""

    messages: list[MQTTMessage] = field(default_factory=list)

    def telemetry(self, node: str) -> list[Telemetry]:
        return [Telemetry.model_validate_json(payload) for payload in self._payloads(node, "telemetry")]

    def statuses(self, node: str) -> list[StatusMessage]:
        return [StatusMessage.model_validate_json(payload) for payload in self._payloads(node, "status")]

    def _payloads(self, node: str, kind: str) -> list[bytes]:
        return [message.payload for message in self.messages if message.topic == f"ahorrater/v1/{node}/{kind}"]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[MosquittoServer]:
    with MosquittoServer(tmp_path / "mosquitto") as server:
        yield server


@pytest.fixture
def listener(mosquitto: MosquittoServer) -> Iterator[Listener]:
    found = Listener()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = lambda _client, _data, message: found.messages.append(message)
    client.on_connect = lambda client, *_: client.subscribe("ahorrater/#", qos=1)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    yield found
    client.disconnect()
    client.loop_stop()


def test_devices_are_born_measure_and_leave(tmp_path: Path, mosquitto: MosquittoServer, listener: Listener) -> None:
    with parks(tmp_path, mosquitto.port, PARKS="n1,n2", SAMPLE_PERIOD_S="0.05"):
        eventually(lambda: all(len(listener.telemetry(node)) >= 5 for node in ("n1", "n2")))
    eventually(lambda: [message.status for message in listener.statuses("n1")] == ["online", "offline"])
    readings = listener.telemetry("n1")
    assert [reading.seq for reading in readings] == list(range(len(readings)))
    assert {reading.boot for reading in readings} == {1}
    times = [reading.measured_at for reading in readings]
    assert None not in times
    assert times == sorted(times)  # type: ignore[type-var]
    assert not any(message.retain for message in listener.messages if message.topic.endswith("telemetry"))


def test_a_device_that_is_killed_is_declared_offline_by_its_will(
    tmp_path: Path, mosquitto: MosquittoServer, listener: Listener
) -> None:
    with parks(tmp_path, mosquitto.port, PARKS="n1") as process:
        eventually(lambda: [message.status for message in listener.statuses("n1")] == ["online"])
        process.send_signal(signal.SIGKILL)
        eventually(lambda: [message.status for message in listener.statuses("n1")] == ["online", "offline"])
    with parks(tmp_path, mosquitto.port, PARKS="n1"):
        eventually(lambda: listener.statuses("n1")[-1] == StatusMessage(status=DeviceStatus.ONLINE, boot=2))


def test_a_trace_is_replayed_and_the_unknown_is_not_published(
    tmp_path: Path, mosquitto: MosquittoServer, listener: Listener
) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text(TRACE)
    settings = {"PARKS": "n1,n2", "TRACE": str(trace), "SPEED": "10", "TRACE_REPEAT": "false"}
    with parks(tmp_path, mosquitto.port, **settings):
        eventually(lambda: len(listener.telemetry("n1")) == 3)
        eventually(lambda: len(listener.telemetry("n2")) == 1)
    assert [round(reading.power_w or 0) for reading in listener.telemetry("n1")] == [30, 60, 0]
    assert [round(reading.power_w or 0) for reading in listener.telemetry("n2")] == [60]


def test_they_go_on_when_the_mqtt_broker_comes_back(
    tmp_path: Path, mosquitto: MosquittoServer, listener: Listener
) -> None:
    with parks(tmp_path, mosquitto.port, PARKS="n1", SAMPLE_PERIOD_S="0.05"):
        eventually(lambda: len(listener.telemetry("n1")) >= 3)
        mosquitto.restart()
        heard = len(listener.telemetry("n1"))
        eventually(lambda: len(listener.telemetry("n1")) >= heard + 20)
    assert {reading.boot for reading in listener.telemetry("n1")} == {1}


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"TRACE": "/nonexistent.csv"}, b"cannot be read"),
        ({"SPEED": "0"}, b"speed"),
        ({"PEAK_POWER_W": "500"}, b"peak_power_w"),
        ({"TRACE_FROM": "yesterday"}, b"trace_from"),
    ],
)
def test_wrong_settings_are_said(tmp_path: Path, settings: dict[str, str], why: bytes) -> None:
    environment = {**os.environ, "BOOTS": str(tmp_path), **settings}
    ended = subprocess.run(
        [sys.executable, "-m", "infra.local.parks"],
        env=environment,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert ended.returncode == 2
    assert why in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_payload_is_what_a_device_says(tmp_path: Path, mosquitto: MosquittoServer, listener: Listener) -> None:
    with parks(tmp_path, mosquitto.port, PARKS="n1"):
        eventually(lambda: len(listener.telemetry("n1")) >= 1)
    payload = next(json.loads(message.payload) for message in listener.messages if message.topic.endswith("telemetry"))
    assert set(payload) == {"boot", "seq", "measured_at", "voltage_v", "current_a", "power_w"}
