"""The MQTT 5 client: paho on the event loop's own thread, so nothing needs a lock; only connecting has a thread.

The session is persistent and acknowledgements are ours: what is not acknowledged comes again on the next connection.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ahorrater.adapters.mqtt.paho_loop import PahoLoop
from ahorrater.adapters.mqtt.settings import SourceSettings
from ahorrater.contracts.trace_context import TraceContext
from ahorrater.services.source.backoff import Backoff
from ahorrater.services.source.inbox import Inbox
from ahorrater.services.source.messages import KEPT_PAYLOAD_BYTES, Message, Receipt

log = logging.getLogger(__name__)

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
    "connection lost": "if this repeats, look for a second client with this MQTT_CLIENT_ID, or TLS on one side only",
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
        self._trouble = ""
        self._received = 0
        self._subscribed = False
        self._disconnected = asyncio.Event()
        self._client = self._build()
        PahoLoop(self._client, self._loop, lambda: self._received, observer.received, lambda: inbox.is_full)

    @property
    def is_ready(self) -> bool:
        """Connected and subscribed."""
        return self._subscribed

    async def run(self) -> None:
        """Connect, stay, reconnect, until cancelled or until `pause` raises. Waits grow until a connection lasts."""
        attempts = 0
        while True:
            begun_at_s = self._loop.time()
            try:
                await self._connect()
            except OSError as error:
                self._report(f"{type(error).__name__}: {error}")
            else:
                await self._stay()
            lasted = self._loop.time() - begun_at_s > self._settings.mqtt_reconnect_longest_s
            attempts = 0 if lasted else attempts + 1
            await self._pause(self._backoff.delay_s(attempts))

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
            client.tls_set_context(_trust(settings))
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
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
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._report(f"the broker refused the connection: {reason}")
            return
        self._inbox.reconnected()
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
        trace = _trace_of(message.properties)
        if not self._inbox.offer(Message(topic, payload, size_bytes, message.retain, self._clock(), receipt, trace)):
            self._observer.dropped()

    def _report(self, trouble: str) -> None:
        """Log trouble once, not at every attempt."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        advice = next((text for words, text in ADVICE.items() if words in trouble), "is MQTT_HOST right?")
        log.warning(
            "MQTT %s:%d: %s; trying again; %s", self._settings.mqtt_host, self._settings.mqtt_port, trouble, advice
        )


def _trace_of(properties: Properties | None) -> TraceContext | None:
    """Of the user property `traceparent`. Most messages have none, and then nothing is looked up in vain."""
    pairs = vars(properties).get("UserProperty", ()) if properties is not None else ()
    return next((TraceContext.parse(value) for name, value in pairs if name == "traceparent"), None)


def _trust(settings: SourceSettings) -> ssl.SSLContext:
    """Trust the broker's CA alone; show our certificate if there is one. OSError: a file cannot be read."""
    context = ssl.create_default_context(cafile=settings.mqtt_ca_file)
    if settings.mqtt_cert_file:
        context.load_cert_chain(settings.mqtt_cert_file, settings.mqtt_key_file)
    return context
