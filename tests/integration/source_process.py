"""mqtt-source as its own process, and a device that publishes to it."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.integration.child_process import ChildProcess
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port

FUNCTIONS = Path(__file__).parents[2] / "functions"


class SourceProcess(ChildProcess):
    """`python -m mqtt_source.main` with these settings; `start` returns when it is ready."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.status_port = free_port()
        self._log_file = folder / "mqtt-source.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MQTT_", "K_"))},
            "PYTHONPATH": str(FUNCTIONS),
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": str(self.status_port),
            "SINK_RETRY_LONGEST_S": "0.3",
            "MQTT_RECONNECT_LONGEST_S": "0.5",
            "OIDC_TOKEN_FILE": str(folder / "token"),
            **settings,
        }

    def start(self, *, wait: bool = True) -> Self:
        with self._log_file.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mqtt_source.main"],
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if wait:
            eventually(self.is_ready)
        return self

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        return self.get("/readyz") is not None

    def get(self, path: str) -> str | None:
        """The text at a path of its status server; None if it is not 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.status_port}{path}", timeout=5) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            return None

    def metric(self, sample: str) -> float:
        """The value of one sample, such as `mqtt_source_messages_rejected_total{reason="invalid"}`."""
        lines = (self.get("/metrics") or "").splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.rsplit(" ", 1)[0] == sample), 0.0)

    def log(self) -> str:
        return self._log_file.read_text()


class Device:
    """A device of one node, connected to the broker until the end of the `with`."""

    def __init__(self, node: str, port: int, *, will: bytes | None = None) -> None:
        self.node = node
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        if will is not None:
            self.client.will_set(self.topic("status"), will, qos=1, retain=True)
        self._port = port

    def topic(self, kind: str) -> str:
        return f"ahorrater/v1/{self.node}/{kind}"

    def publish(self, payload: bytes | str, kind: str = "telemetry", *, retain: bool = False, qos: int = 1) -> None:
        """Publish, and wait for the broker's acknowledgement."""
        info = self.client.publish(self.topic(kind), payload, qos=qos, retain=retain)
        info.wait_for_publish(10)
        assert info.is_published()

    def read(self, *seqs: int, **fields: object) -> None:
        for seq in seqs:
            self.publish(reading(seq, **fields))

    def __enter__(self) -> Self:
        self.client.connect("127.0.0.1", self._port)
        self.client.loop_start()
        eventually(self.client.is_connected)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def reading(seq: int, **fields: object) -> str:
    """A device's payload."""
    return json.dumps({"boot": 1, "seq": seq, "voltage_v": 18.0, "current_a": 1.5} | fields)
