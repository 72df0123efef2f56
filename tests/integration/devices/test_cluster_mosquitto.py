"""infra/mosquitto/cluster's configuration on a real mosquitto, with users and rules from a device registry."""

import getpass
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import CONFIGURATION, MosquittoServer, free_port

DEVICES = {"esp32-roof": "tfgrj2", "thief": "tfgrj3"}


@dataclass
class Broker:
    """A mosquitto, its two ports, and the passwords that were given out."""

    folder: Path
    port: int
    tls_port: int
    passwords: dict[str, str]

    def user(self, name: str, *, tls: bool = False, password: str | None = None) -> "User":
        user = User(name, password or self.passwords[name])
        if tls:
            user.client.tls_set(str(self.folder / "tls" / "ca.crt"), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        user.client.connect("127.0.0.1", self.tls_port if tls else self.port)
        user.client.loop_start()
        return user


class User:
    """A connected client that notes what it was told."""

    def __init__(self, name: str, password: str) -> None:
        self.heard: list[str] = []
        self.answers: list[int] = []
        self.connected: list[int] = []
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.username_pw_set(name, password)
        self.client.on_message = self._on_message
        self.client.on_publish = lambda _client, _data, _mid, reason, _properties: self.answers.append(reason.value)
        self.client.on_connect = lambda _client, _data, _flags, reason, _more: self.connected.append(reason.value)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append(message.topic)

    def may_publish(self, topic: str) -> bool:
        """Whether the broker took it."""
        self.answers.clear()
        self.client.publish(topic, "{}", qos=1)
        eventually(lambda: bool(self.answers))
        return self.answers[0] < 0x80

    def listen(self, topic: str) -> None:
        granted: list[object] = []
        self.client.on_subscribe = lambda *_: granted.append(1)
        self.client.subscribe(topic, 1)
        eventually(lambda: bool(granted))

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("mosquitto")
    registry, given_out = folder / "devices.yaml", folder / "given-out"
    registry.write_text(yaml.safe_dump({"devices": DEVICES}))
    command = [sys.executable, "-m", "ahorrater.cli", "devices", "credentials", str(registry), str(folder / "users")]
    subprocess.run([*command, "--write", str(given_out)], check=True)
    subprocess.run([str(CONFIGURATION / "certificates"), str(folder / "tls"), "127.0.0.1", "mosquitto"], check=True)
    port, tls_port = free_port(), free_port()
    text = (CONFIGURATION / "cluster" / "mosquitto.conf").read_text()
    text = text.replace("/mosquitto/config/shared", str(CONFIGURATION / "shared")).replace(
        "/mosquitto/config", str(folder)
    )
    text = text.replace("/mosquitto/data", str(folder / "data"))
    text = text.replace("listener 1883", f"listener {port} 127.0.0.1").replace("8883", f"{tls_port} 127.0.0.1")
    with MosquittoServer(folder, f"{text}\nuser {getpass.getuser()}\n", port):
        yield Broker(folder, port, tls_port, yaml.safe_load(given_out.read_text()))


@pytest.mark.parametrize(
    ("user", "topic", "allowed"),
    [
        ("esp32-roof", "ahorrater/v1/tfgrj2/telemetry", True),
        ("esp32-roof", "ahorrater/v1/tfgrj2/status", True),
        ("esp32-roof", "ahorrater/v1/tfgrj2/info", True),
        ("thief", "ahorrater/v1/tfgrj3/telemetry", True),
        ("thief", "ahorrater/v1/tfgrj2/telemetry", False),
        ("thief", "ahorrater/v1/tfgrj2/status", False),
        ("thief", "ahorrater/v1/thief/telemetry", False),
        ("thief", "ahorrater/v1/mqtt-source/telemetry", False),
        ("thief", "elsewhere", False),
        ("mqtt-source", "ahorrater/v1/tfgrj2/telemetry", False),
    ],
)
def test_who_may_say_what(broker: Broker, user: str, topic: str, allowed: bool):
    client = broker.user(user)
    assert client.may_publish(topic) == allowed
    client.leave()


@pytest.mark.parametrize("topic", ["#", "ahorrater/v1/#", "ahorrater/v1/+/telemetry", "ahorrater/v1/tfgrj2/telemetry"])
def test_a_thief_hears_nobody_else(broker: Broker, topic: str):
    thief, device, source = broker.user("thief"), broker.user("esp32-roof"), broker.user("mqtt-source")
    thief.listen(topic)
    thief.listen("ahorrater/v1/tfgrj3/info")
    source.listen("ahorrater/v1/+/telemetry")
    assert device.may_publish("ahorrater/v1/tfgrj2/telemetry")
    assert thief.may_publish("ahorrater/v1/tfgrj3/info")
    eventually(lambda: "ahorrater/v1/tfgrj3/info" in thief.heard)
    eventually(lambda: "ahorrater/v1/tfgrj2/telemetry" in source.heard)
    assert set(thief.heard) == {"ahorrater/v1/tfgrj3/info"}
    for user in (thief, device, source):
        user.leave()


def test_devices_come_by_tls_with_the_certificate_that_was_made(broker: Broker):
    device = broker.user("esp32-roof", tls=True)
    assert device.may_publish("ahorrater/v1/tfgrj2/telemetry")
    device.leave()


@pytest.mark.parametrize("tls", [False, True])
def test_a_wrong_password_is_refused_on_both_listeners(broker: Broker, tls: bool):
    stranger = broker.user("esp32-roof", tls=tls, password="guessed")
    eventually(lambda: bool(stranger.connected))
    assert stranger.connected[0] >= 0x80
    stranger.leave()
