"""The production configuration of mosquitto (TLS, passwords, ACL), and what mqtt-source says when they do not fit."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.event_sink import EventSink, eventually
from tests.integration.mosquitto_server import MosquittoServer
from tests.integration.secure_mosquitto import secure_mosquitto
from tests.integration.source_process import Device, SourceProcess, reading

PASSWORDS = {"mqtt-source": "sun", "worker-1": "panel"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoServer]:
    with secure_mosquitto(tmp_path, PASSWORDS) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[EventSink]:
    with EventSink() as server:
        yield server


def source(tmp_path: Path, broker: MosquittoServer, sink: EventSink, **settings: str) -> SourceProcess:
    secure = {"MQTT_PORT": str(broker.port), "MQTT_CA_FILE": str(tmp_path / "config/certs/ca.crt"), "K_SINK": sink.url}
    return SourceProcess(tmp_path, **secure | settings)


def secure_device(tmp_path: Path, broker: MosquittoServer, node: str, user: str) -> Device:
    device = Device(node, broker.port)
    device.client.tls_set(str(tmp_path / "config/certs/ca.crt"), tls_version=ssl.PROTOCOL_TLS_CLIENT)
    device.client.username_pw_set(user, PASSWORDS[user])
    return device


def test_a_device_speaks_for_its_own_node_only(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    with (
        source(tmp_path, broker, sink, MQTT_USERNAME="mqtt-source", MQTT_PASSWORD="sun"),
        secure_device(tmp_path, broker, "worker-2", "worker-1") as impostor,
        secure_device(tmp_path, broker, "worker-1", "worker-1") as device,
    ):
        impostor.client.publish(impostor.topic("telemetry"), reading(1), qos=1).wait_for_publish(10)
        device.read(*range(500))
        eventually(lambda: len(sink.readings()) == 500)
    assert {one["node"] for one in sink.readings()} == {"worker-1"}


def test_a_wrong_password_says_what_to_check_and_is_read_again(
    tmp_path: Path, broker: MosquittoServer, sink: EventSink
):
    password = tmp_path / "password"
    password.write_text("moon\n")
    process = source(tmp_path, broker, sink, MQTT_USERNAME="mqtt-source", MQTT_PASSWORD_FILE=str(password))
    process.start(wait=False)
    try:
        eventually(lambda: "check MQTT_USERNAME and MQTT_PASSWORD" in process.log())
        assert process.get("/healthz") == "alive\n"
        assert not process.is_ready()
        assert "moon" not in process.log()
        password.write_text("sun\n")
        eventually(process.is_ready)
        assert process.log().count("refused the connection") == 1
    finally:
        process.kill()


def test_no_tls_where_the_broker_wants_it_is_reported(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    process = SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=sink.url)
    process.start(wait=False)
    try:
        eventually(lambda: "connection lost" in process.log())
        assert not process.is_ready()
    finally:
        process.kill()


def test_two_sources_with_one_client_id_are_told(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    credentials = {"MQTT_USERNAME": "mqtt-source", "MQTT_PASSWORD": "sun"}
    with source(tmp_path, broker, sink, **credentials) as first:
        other = source(tmp_path, broker, sink, **credentials)
        other.start(wait=False)
        try:
            eventually(lambda: "look for a second client with this MQTT_CLIENT_ID" in first.log())
        finally:
            other.kill()
