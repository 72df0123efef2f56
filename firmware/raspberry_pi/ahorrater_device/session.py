"""One connection to the broker: readings go out in order, and each is forgotten once it is acknowledged.

A session is never used again: what it had under way is published again by the next one, from the oldest, under the same
boot and seq.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ahorrater_device.buffer import Buffer
from ahorrater_device.clock import Moment
from ahorrater_device.messages import status, telemetry
from ahorrater_device.settings import Settings

log = logging.getLogger(__name__)
WINDOW = 64
"""Readings under way at a time."""
KEEP_ALIVE_S = 15
NEVER_S = 86_400
"""When paho would connect again by itself: the publisher decides that."""


class Session:
    """Begins to connect when it is made. What paho's thread sees waits in a queue until `take_events`."""

    def __init__(self, settings: Settings, boot: int) -> None:
        self._node, self._boot = settings.node, boot
        self.connected = self.ended = False
        self.commands: deque[tuple[bytes, bool]] = deque()
        """Payloads that arrived, each with whether it was a retained one."""
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._under_way: deque[tuple[int, int]] = deque()  # (packet identifier, row)
        self._acknowledged: set[int] = set()
        self._client = self._new_client(settings)
        self._client.connect_async(settings.mqtt_host, settings.mqtt_port, KEEP_ALIVE_S)
        self._client.loop_start()

    @property
    def awaits(self) -> bool:
        """Whether the broker owes it something: the connection, or an acknowledgement."""
        return not self.connected or bool(self._under_way)

    def take_events(self) -> None:
        """What has happened since."""
        while not self._events.empty():
            self._events.get()()

    def forget_acknowledged(self, buffer: Buffer) -> bool:
        """Takes the readings that are safe out of the buffer; whether there were any."""
        forgotten = False
        while self._under_way and self._under_way[0][0] in self._acknowledged:
            mid, row = self._under_way.popleft()
            self._acknowledged.discard(mid)
            buffer.forget(row)
            forgotten = True
        return forgotten

    def send(self, buffer: Buffer, now: Moment) -> None:
        """Publishes the oldest readings that are not under way, as far as the window allows."""
        room = WINDOW - len(self._under_way)
        if room == 0:
            return
        last = self._under_way[-1][1] if self._under_way else 0
        for row, reading in buffer.after(last, room):
            sent = self._client.publish(self._topic("telemetry"), telemetry(reading, now), qos=1)
            if sent.rc != MQTT_ERR_SUCCESS:
                return
            self._under_way.append((sent.mid, row))

    def tell(self, information: Mapping[str, object]) -> None:
        """Publishes `.../info`, retained."""
        self._client.publish(self._topic("info"), json.dumps(information), qos=1, retain=True)

    def close(self, *, goodbye: bool = False) -> None:
        """Ends it. With `goodbye` the device says itself that it is offline: a clean end keeps the will silent."""
        if goodbye and self.connected:
            self._say("offline")
        self._client.disconnect()
        self._client.loop_stop()

    def _new_client(self, settings: Settings) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"device-{self._node}", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(self._node, settings.mqtt_password or None)
        if settings.mqtt_ca_file:
            client.tls_set(settings.mqtt_ca_file)
        client.will_set(self._topic("status"), status("offline", self._boot), qos=1, retain=True)
        client.max_inflight_messages_set(WINDOW)
        client.reconnect_delay_set(NEVER_S, NEVER_S)
        put = self._events.put
        client.on_connect = lambda _client, _data, _flags, reason, _properties: put(
            lambda: self._refused(str(reason)) if reason.is_failure else self._greet()
        )
        client.on_connect_fail = lambda *_: put(lambda: self._lost("the broker cannot be reached"))
        client.on_disconnect = lambda *_: put(lambda: self._lost("the connection is lost"))
        client.on_publish = lambda _client, _data, mid, *_: put(lambda: self._acknowledge(mid))
        client.on_message = lambda _client, _data, message: put(
            lambda: self.commands.append((bytes(message.payload), message.retain))
        )
        return client

    def _greet(self) -> None:
        self.connected = True
        self._client.subscribe(self._topic("cmd"), qos=1)
        self._say("online")

    def _refused(self, reason: str) -> None:
        self._lost(f"the broker refused the connection ({reason}): check NODE and MQTT_PASSWORD")

    def _lost(self, why: str) -> None:
        if not self.ended:
            log.warning("%s", why)
        self.connected, self.ended = False, True

    def _acknowledge(self, mid: int) -> None:
        # Other messages' identifiers come round again: only those of readings are remembered.
        if any(mid == under_way for under_way, _ in self._under_way):
            self._acknowledged.add(mid)

    def _say(self, word: str) -> None:
        self._client.publish(self._topic("status"), status(word, self._boot), qos=1, retain=True)

    def _topic(self, kind: str) -> str:
        return f"ahorrater/v1/{self._node}/{kind}"
