"""A device outside the cluster: one reading over MQTT with TLS, as the park's own user."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.port_forward import forwarded
from infra.deploy.secrets.secret import Secrets

SERVICE, PORT = "mosquitto-devices", 8883
CONNECT_TIMEOUT_S = 3.0
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Device:
    """A park's device."""

    host: str
    port: int
    park: str
    password: str
    authority: str
    """PEM of the authority that signed mosquitto's certificate."""

    def publish(self, voltage_v: float, current_a: float) -> datetime:
        """Sends one reading, measured now; its time, once mosquitto has it. Raises DeployError."""
        measured_at = datetime.now(UTC)
        # Boot 0 is no device's: the milliseconds of the day one can have no second reading of the same identity.
        payload = {
            "boot": 0,
            "seq": int(measured_at.timestamp() * 1000),
            "measured_at": measured_at.isoformat(),
            "voltage_v": voltage_v,
            "current_a": current_a,
        }
        client = self._connect()
        try:
            told = client.publish(f"ahorrater/v1/{self.park}/telemetry", json.dumps(payload), qos=1)
            told.wait_for_publish(PATIENCE_S)
            if not told.is_published():
                raise DeployError(f"mosquitto at {self.host}:{self.port} did not take the reading of {self.park}")
        finally:
            client.disconnect()
            client.loop_stop()
        return measured_at

    def _connect(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, f"self-check-{self.park}", protocol=mqtt.MQTTv5)
        client.username_pw_set(self.park, self.password)
        client.tls_set_context(ssl.create_default_context(cadata=self.authority))
        try:
            client.connect(self.host, self.port)
        except OSError as error:
            raise DeployError(f"mosquitto at {self.host}:{self.port}: {error}") from None
        client.loop_start()
        deadline = time.monotonic() + PATIENCE_S
        while not client.is_connected():
            if time.monotonic() > deadline:
                raise DeployError(f"mosquitto at {self.host}:{self.port} does not let {self.park} in: see its log")
            time.sleep(0.02)
        return client


@contextmanager
def device_of(store: Secrets, park: str, hosts: tuple[str, ...]) -> Iterator[Device]:
    """The device of a park, by a node's port where that can be reached, or else forwarded through the API server."""
    password, authority = store.read("ahorrater-parks")[park], store.read("mosquitto-tls")["ca.crt"]
    node_port = _node_port(store.kubectl, store.namespace)
    host = next(_reachable(hosts, node_port), None) if node_port else None
    if host and node_port:
        yield Device(host, node_port, park, password, authority)
        return
    with forwarded(store.kubectl, store.namespace, f"service/{SERVICE}", PORT) as port:
        yield Device("127.0.0.1", port, park, password, authority)


def _node_port(kubectl: Kubectl, namespace: str) -> int | None:
    service = kubectl.get("service", SERVICE, "--namespace", namespace) or {"spec": {"ports": []}}
    return next((port["nodePort"] for port in service["spec"]["ports"] if port.get("nodePort")), None)


def _reachable(hosts: tuple[str, ...], port: int) -> Iterator[str]:
    for host in hosts:
        with suppress(OSError), socket.create_connection((host, port), CONNECT_TIMEOUT_S):
            yield host
