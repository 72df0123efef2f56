"""The parks' devices, and the ledger of every reading that the MQTT broker acknowledged, kept outside the system."""

import json
import math
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

NODES = ("tfgrj1", "tfgrj2", "tfgrj3")
READINGS_PER_S = 15.0
"""Of all parks together."""
STRONG_W, WEAK_W = 55.0, 15.0
Identity = tuple[str, int, int]
"""Node, boot, seq."""


class Device:
    """One park's device. It forgets nothing that is not acknowledged: paho sends it again on the next connection.

    `is_believed`: whether its readings are to be stored; one whose clock is ahead is not believed.
    """

    def __init__(self, node: str, port: int, boot: int, *, is_believed: bool = True) -> None:
        self.node, self.boot, self.is_believed, self.published = node, boot, is_believed, 0
        self._waiting: deque[tuple[int, int]] = deque()
        self._arrived: set[int] = set()
        self._acknowledged: set[Identity] = set()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_publish = self._on_publish
        self._client.max_inflight_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port, keepalive=5)
        self._client.loop_start()

    def publish(self, power_w: float, clock_error: timedelta = timedelta()) -> None:
        """One reading; its `measured_at` is as wrong as the device's clock."""
        reading = {
            "boot": self.boot,
            "seq": self.published,
            "measured_at": (datetime.now(UTC) + clock_error).isoformat(),
            "voltage_v": 20.0,
            "current_a": power_w / 20.0,
        }
        sent = self._client.publish(f"ahorrater/v1/{self.node}/telemetry", json.dumps(reading), qos=1)
        self._waiting.append((self.published, sent.mid))
        self.published += 1

    def _on_publish(self, _client: object, _data: object, mid: int, reason: ReasonCode, _more: object) -> None:
        if not reason.is_failure:
            self._arrived.add(mid)

    def oldest_waiting(self) -> int:
        """The first seq that is not acknowledged yet."""
        self._collect()
        return self._waiting[0][0] if self._waiting else self.published

    def acknowledged(self) -> set[Identity]:
        """The identities of what is."""
        self._collect()
        return set(self._acknowledged)

    def forget(self, below: int) -> None:
        """Takes from the ledger what has been checked."""
        self._acknowledged = {identity for identity in self._acknowledged if identity[2] >= below}

    def close(self) -> None:
        """Disconnects."""
        self._client.disconnect()
        self._client.loop_stop()

    def _collect(self) -> None:
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        arrived = {mid for _, mid in waiting if mid in self._arrived}
        self._arrived -= arrived
        self._acknowledged |= {(self.node, self.boot, seq) for seq, mid in waiting if mid in arrived}
        self._waiting.extendleft(reversed([(seq, mid) for seq, mid in waiting if mid not in arrived]))


class Parks(threading.Thread):
    """Publishes for all parks. The sun goes round, so that there is always something to decide, until it is to stay."""

    def __init__(self, port: int, boot: int) -> None:
        super().__init__(daemon=True)
        self.port, self.boot = port, boot
        self.devices = {node: Device(node, port, boot) for node in NODES}
        self.strong: str | None = None
        self._over = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        while not self._over.wait(len(NODES) / READINGS_PER_S):
            for place, device in enumerate(self.devices.values()):
                device.publish(self._power_w(place, device.node))

    def _power_w(self, place: int, node: str) -> float:
        if self.strong is not None:
            return STRONG_W if node == self.strong else WEAK_W
        return 30 + 25 * math.sin(time.monotonic() / 2 + 2.1 * place)

    def acknowledged(self) -> set[Identity]:
        """The ledger."""
        return set().union(*(device.acknowledged() for device in self.devices.values()))

    def stuck(self) -> list[str]:
        """The parks whose device has waited for the MQTT broker for some two seconds."""
        patience = 2 * READINGS_PER_S / len(NODES)
        return [node for node, device in self.devices.items() if device.published - device.oldest_waiting() > patience]

    def stop(self) -> None:
        """No more readings."""
        self._over.set()
        self.join()
        for device in self.devices.values():
            device.close()
