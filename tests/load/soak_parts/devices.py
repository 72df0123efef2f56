"""The soak's devices, and the ledger of what mosquitto acknowledged to them."""

import json
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ahorrater.contracts.readings import Reading
from tests.load.soak_parts.timeline import Timeline

BEAT_S = 0.05
REPEAT_EVERY = 97
"""Each so-manieth reading is sent twice."""
OFFLINE_S, CYCLE_S = 20.0, 120.0
"""So long in each cycle the last device is cut off, buffers, and then sends all at once; real seconds."""
ANCIENT_EVERY_S = 60.0
"""How often a reading comes again that is too old to be taken."""


class Device:
    """One device: it sends in order what it has measured, and knows what was acknowledged."""

    def __init__(self, timeline: Timeline, place: int, port: int) -> None:
        self.timeline, self.place = timeline, place
        self.sent = self.acknowledged = self.repeated = self.ancient = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_publish = self._on_publish
        self._client.max_inflight_messages_set(0)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    @property
    def waiting(self) -> int:
        """What is sent and not acknowledged."""
        return self.sent + self.repeated + self.ancient - self.acknowledged

    def send_until(self, seq: int) -> None:
        """Everything measured before."""
        for reading in self.timeline.readings(self.place, self.sent, seq):
            self._publish(reading)
            if reading.seq % REPEAT_EVERY == 0:
                self._publish(reading)
                self.repeated += 1
            self.sent += 1

    def send_ancient(self, seq: int) -> None:
        """One that was sent long ago, again."""
        self._publish(self.timeline.reading(self.place, seq))
        self.ancient += 1

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, reading: Reading) -> None:
        payload = json.dumps(
            {
                "boot": reading.boot,
                "seq": reading.seq,
                "measured_at": reading.measured_at.isoformat() if reading.measured_at else None,
                "voltage_v": reading.voltage_v,
                "current_a": reading.current_a,
            }
        )
        self._client.publish(f"ahorrater/v1/{reading.node}/telemetry", payload, qos=1)

    def _on_publish(self, _client: object, _data: object, _mid: int, reason: ReasonCode, _more: object) -> None:
        if not reason.is_failure:
            self.acknowledged += 1


class Devices(threading.Thread):
    """All devices, open loop: what is due is sent, whatever became of the last. `keeps`: how old a reading may be that
    is still taken, in readings of a device.
    """

    def __init__(self, timeline: Timeline, port: int, keeps: int) -> None:
        super().__init__(daemon=True)
        self.devices = [Device(timeline, place, port) for place in range(len(timeline.nodes))]
        self._timeline, self._keeps, self._over = timeline, keeps, threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        ancient_at = time.time() + ANCIENT_EVERY_S
        while not self._over.wait(BEAT_S):
            now = time.time()
            *others, last = self.devices
            for device in others:
                device.send_until(self._timeline.due(now))
            if (now - self._timeline.began_s) % CYCLE_S >= OFFLINE_S:
                last.send_until(self._timeline.due(now))
            if now >= ancient_at and others[0].sent > 2 * self._keeps:
                others[0].send_ancient(others[0].sent - 2 * self._keeps)
                ancient_at = now + ANCIENT_EVERY_S

    def stop(self) -> None:
        """Sends what is left and waits until all of it is acknowledged."""
        self._over.set()
        self.join()
        now = time.time()
        for device in self.devices:
            device.send_until(self._timeline.due(now))
        deadline = time.monotonic() + 120
        while any(device.waiting for device in self.devices) and time.monotonic() < deadline:
            time.sleep(0.1)
        for device in self.devices:
            device.close()
