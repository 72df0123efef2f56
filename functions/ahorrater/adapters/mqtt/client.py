"""The MQTT 5 client: paho on the event loop's own thread, so nothing needs a lock.

paho reads and writes when the loop says that its socket is ready; only connecting, which blocks, has a thread. The
session is persistent and acknowledgements are ours: what is not acknowledged comes again on the next connection.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ahorrater.adapters.mqtt.settings import SourceSettings
from ahorrater.services.source_backoff import Backoff
from ahorrater.services.source_inbox import Inbox
from ahorrater.services.source_messages import KEPT_PAYLOAD_BYTES, Message, Receipt

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

log = logging.getLogger(__name__)

READS_A_TURN = 200
"""Packets read before the loop's other tasks get their turn."""

SUBSCRIPTIONS = [
    # Retained telemetry comes when the subscription is new, so that it is counted, and not at every reconnect.
    ("ahorrater/v1/+/telemetry", SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)),
    # Retained statuses are the state of each park: wanted at every connect.
    ("ahorrater/v1/+/status", SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE)),
]

ADVICE = {
    "Bad user name or password": "check MQTT_USERNAME and MQTT_PASSWORD or MQTT_PASSWORD_FILE",
    "Not authorized": "check MQTT_USERNAME and MQTT_PASSWORD or MQTT_PASSWORD_FILE, and the broker's ACL",
    "Session taken over": "another client uses this MQTT_CLIENT_ID; run one mqtt-source only",
}


class ClientObserver(Protocol):
    """What counts at the MQTT side."""

    def received(self, messages: int) -> None:
        """So many came since the last call."""

    def dropped(self) -> None:
        """A QoS 0 message found the queue full."""

    def ready(self, ready: bool) -> None:
        """Connected and subscribed, or no longer."""


class MqttClient:
    """Keeps a connection for ever, fills the inbox, acknowledges. One instance on one event loop."""

    def __init__(
        self,
        settings: SourceSettings,
        inbox: Inbox,
        observer: ClientObserver,
        pause: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._observer = observer
        self._pause = pause
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._backoff = Backoff(0.5, settings.mqtt_reconnect_longest_s)
        self._connection = 0
        self._failures = 0
        self._trouble = ""
        self._received = 0
        self._subscribed = False
        self._disconnected = asyncio.Event()
        self._client = self._build()

    @property
    def is_ready(self) -> bool:
        """Connected and subscribed."""
        return self._subscribed

    async def run(self) -> None:
        """Connect, stay, reconnect with back-off, until cancelled or until `pause` raises."""
        while True:
            try:
                await self._connect()
            except OSError as error:
                self._report(f"{type(error).__name__}: {error}")
            else:
                await self._stay()
            await self._pause(self._backoff.delay_s(self._failures))
            self._failures += 1

    def acknowledge(self, receipts: Iterable[Receipt]) -> None:
        """PUBACK in this order. Receipts of an earlier connection are void: the broker sends those messages again."""
        for connection, mid, qos in receipts:
            if qos and connection == self._connection:
                self._client.ack(mid, qos)

    def disconnect(self) -> None:
        """Write out the acknowledgements, then DISCONNECT. The broker keeps the session and what is unacknowledged."""
        self._client.disconnect()
        while self._client.want_write() and self._client.loop_write() is MQTTErrorCode.MQTT_ERR_SUCCESS:
            pass

    def _build(self) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            settings.mqtt_client_id,
            protocol=MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.suppress_exceptions = True
        if settings.mqtt_ca_file:
            client.tls_set(
                ca_certs=str(settings.mqtt_ca_file),
                certfile=str(settings.mqtt_cert_file) if settings.mqtt_cert_file else None,
                keyfile=str(settings.mqtt_key_file) if settings.mqtt_key_file else None,
                tls_version=ssl.PROTOCOL_TLS_CLIENT,
            )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_socket_register_write
        client.on_socket_unregister_write = self._on_socket_unregister_write
        return client

    async def _connect(self) -> None:
        """TCP, TLS and CONNECT; the answer comes to `_on_connect`. OSError: the broker cannot be reached."""
        settings = self._settings
        if settings.mqtt_username:
            self._client.username_pw_set(settings.mqtt_username, settings.read_mqtt_password())
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's
        wishes.SessionExpiryInterval = settings.mqtt_session_expiry_s
        wishes.ReceiveMaximum = settings.mqtt_receive_maximum
        self._disconnected.clear()
        await asyncio.to_thread(
            self._client.connect,
            settings.mqtt_host,
            settings.mqtt_port,
            keepalive=settings.mqtt_keepalive_s,
            clean_start=False,
            properties=wishes,
        )

    async def _stay(self) -> None:
        """Keep the connection alive until it ends."""
        while not self._disconnected.is_set():
            self._client.loop_misc()
            try:
                await asyncio.wait_for(self._disconnected.wait(), timeout=1)
            except TimeoutError:
                continue

    # What paho calls. None of these may raise.

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._report(f"the broker refused the connection: {reason}")
            return
        self._failures = 0
        if flags.session_present:
            self._inbox.drop_redelivered()
        self._client.subscribe(SUBSCRIPTIONS)

    def _on_subscribe(
        self, _client: Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [topic for (topic, _), reason in zip(SUBSCRIPTIONS, reasons, strict=False) if reason.is_failure]
        if refused:
            self._report(f"the broker refused to let us read {', '.join(refused)}: grant it in the broker's ACL")
            return
        self._subscribed = True
        self._trouble = ""
        self._observer.ready(True)
        log.info("reading from mqtt://%s:%d", self._settings.mqtt_host, self._settings.mqtt_port)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connection += 1
        if reason.is_failure and (self._subscribed or not self._trouble):
            self._report(f"connection lost: {reason}")
        self._subscribed = False
        self._observer.ready(False)
        self._disconnected.set()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._received += 1
        payload = bytes(message.payload)
        size_bytes = len(payload)
        if size_bytes > self._settings.mqtt_max_payload_bytes:
            payload = payload[:KEPT_PAYLOAD_BYTES]
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        receipt = Receipt(self._connection, message.mid, message.qos)
        if not self._inbox.offer(Message(topic, payload, size_bytes, message.retain, self._clock(), receipt)):
            self._observer.dropped()

    # The socket opens in the thread that connects, so the loop is told by a threadsafe call.

    def _on_socket_open(self, _client: Client, _userdata: object, _socket: "SocketLike") -> None:
        self._loop.call_soon_threadsafe(self._watch_reads)

    def _on_socket_close(self, _client: Client, _userdata: object, socket: "SocketLike") -> None:
        self._loop.remove_reader(socket.fileno())
        self._loop.remove_writer(socket.fileno())

    def _on_socket_register_write(self, _client: Client, _userdata: object, _socket: "SocketLike") -> None:
        self._loop.call_soon_threadsafe(self._watch_writes)

    def _on_socket_unregister_write(self, _client: Client, _userdata: object, socket: "SocketLike") -> None:
        self._loop.remove_writer(socket.fileno())

    def _watch_reads(self) -> None:
        if socket := self._client.socket():
            self._loop.add_reader(socket.fileno(), self._read)

    def _watch_writes(self) -> None:
        if (socket := self._client.socket()) and self._client.want_write():
            self._loop.add_writer(socket.fileno(), self._client.loop_write)

    def _read(self) -> None:
        """Read while messages come, so that one wake-up of the loop serves many."""
        before = self._received
        for _ in range(READS_A_TURN):
            so_far = self._received
            self._client.loop_read()
            if self._received == so_far:
                break
        if self._received > before:
            self._observer.received(self._received - before)
        if self._buffered_bytes():
            self._loop.call_soon(self._read)

    def _buffered_bytes(self) -> int:
        """What TLS has decrypted and the loop cannot see on the socket."""
        socket = self._client.socket()
        return socket.pending() if isinstance(socket, ssl.SSLSocket) else 0

    def _report(self, trouble: str) -> None:
        """Log trouble once, not at every attempt."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        advice = next((text for words, text in ADVICE.items() if words in trouble), "it is tried again for ever")
        log.warning("MQTT %s:%d: %s; %s", self._settings.mqtt_host, self._settings.mqtt_port, trouble, advice)
