"""One park's device: a client of the MQTT broker, as an ESP32 with an INA219 would be."""

import json
import logging
from datetime import datetime
from itertools import count

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from infra.local.parks.panel import Measurement

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 15
RECONNECT_LONGEST_S = 5
MAX_QUEUED = 10_000
"""Readings kept while the broker is away; the oldest device has no room for more either."""


class Device:
    """Publishes one park. Its will says `offline` when it dies; its birth says `online` at each connect."""

    def __init__(self, node: str, boot: int, password: str | None) -> None:
        """The MQTT user has the node's name."""
        self.node = node
        self.boot = boot
        self._sequence = count()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"park-{node}", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.username_pw_set(node, password)
        self._client.will_set(self._topic("status"), self._status("offline"), qos=1, retain=True)
        self._client.max_queued_messages_set(MAX_QUEUED)
        self._client.reconnect_delay_set(1, RECONNECT_LONGEST_S)
        self._client.on_connect = self._greet
        self._client.on_disconnect = self._lost

    def start(self, host: str, port: int) -> None:
        """Connects, now or as soon as the broker is there, and stays connected."""
        self._client.connect_async(host, port, keepalive=KEEP_ALIVE_S)
        self._client.loop_start()

    def publish(self, measurement: Measurement, measured_at: datetime) -> None:
        """One reading, QoS 1. `measured_at` is UTC."""
        payload = {
            "boot": self.boot,
            "seq": next(self._sequence),
            "measured_at": measured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "voltage_v": measurement.voltage_v,
            "current_a": measurement.current_a,
            "power_w": measurement.power_w,
        }
        self._client.publish(self._topic("telemetry"), json.dumps(payload), qos=1)

    def stop(self) -> None:
        """Leaves, and has the broker publish the will: the park is offline."""
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self._client.loop_stop()

    def _greet(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("%s: the MQTT broker refused the connection: %s", self.node, reason)
            return
        client.publish(self._topic("status"), self._status("online"), qos=1, retain=True)

    def _lost(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        log.info("%s: disconnected: %s", self.node, reason)

    def _topic(self, name: str) -> str:
        return f"ahorrater/v1/{self.node}/{name}"

    def _status(self, status: str) -> str:
        return json.dumps({"status": status, "boot": self.boot})
