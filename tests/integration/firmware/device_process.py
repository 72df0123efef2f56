"""A device as a process of its own, and somebody who hears what arrives at the broker."""

import json
import os
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.integration.child_process import ChildProcess

SESSION_EXPIRY_S = 600
KINDS = ("telemetry", "status")


class DeviceProcess(ChildProcess):
    """A device's program, with what it says in a log."""

    def __init__(self, folder: Path, command: Sequence[str], settings: Mapping[str, str]) -> None:
        self._command, self._log_file = command, folder / "device.log"
        self._environment = {**os.environ, **settings}

    def start(self) -> Self:
        with self._log_file.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=output, stderr=subprocess.STDOUT
            )
        return self

    def log(self) -> str:
        return self._log_file.read_text()


class Listener:
    """Hears everything under `ahorrater/v1`, in order, with a session that outlives the broker's absences."""

    def __init__(self, port: int, ca_file: Path, user: str, password: str) -> None:
        self._port = port
        self.heard: list[tuple[str, Mapping[str, Any]]] = []
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="listener", protocol=MQTTv5)
        self.client.tls_set(str(ca_file), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.username_pw_set(user, password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe([(f"ahorrater/v1/+/{kind}", 1) for kind in KINDS])
        self.client.on_message = self._hear

    def readings(self) -> list[tuple[int, int]]:
        """(boot, seq) of the readings in order of first arrival: a second one with the same identity is stored once."""
        identities = [(said["boot"], said["seq"]) for kind, said in self.heard if kind == "telemetry"]
        return list(dict.fromkeys(identities))

    def statuses(self) -> list[str]:
        return [said["status"] for kind, said in self.heard if kind == "status"]

    def moments(self) -> list[str | None]:
        """`measured_at` of each reading, in order of arrival."""
        return [said["measured_at"] for kind, said in self.heard if kind == "telemetry"]

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic.rsplit("/", 1)[1], json.loads(message.payload)))

    def __enter__(self) -> Self:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        self.client.connect("127.0.0.1", self._port, clean_start=False, properties=properties)
        self.client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()
