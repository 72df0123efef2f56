"""What mqtt-source counts, for Prometheus, and its health, over HTTP."""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

from ahorrater.services.source.events import OutgoingEvent
from ahorrater.services.source.messages import Cause
from ahorrater.services.source.pump import Answer, Sink

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_S = 5.0
"""What a request for health or metrics may take, from connecting to the last byte of the answer."""
MAX_CONNECTIONS = 50
"""Of probes and of Prometheus there are a few."""
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class SourceMetrics:
    """The Observer of the pump, and what the MQTT client tells."""

    def __init__(self, registry: CollectorRegistry, *, queue_depth: Callable[[], float]) -> None:
        self._received = Counter("mqtt_source_messages_received", "MQTT messages received", registry=registry)
        self._accepted = Counter("mqtt_source_readings_accepted", "Readings that the sink took", registry=registry)
        self._rejected = Counter("mqtt_source_messages_rejected", "Dead letters", ["reason"], registry=registry)
        self._retained = Counter(
            "mqtt_source_retained_ignored", "Retained telemetry, which is no new reading", registry=registry
        )
        self._dropped = Counter("mqtt_source_qos0_dropped", "QoS 0 messages dropped: queue full", registry=registry)
        self._retries = Counter("mqtt_source_sink_retries", "Events repeated: sink unavailable", registry=registry)
        self._lost = Counter(
            "mqtt_source_events_refused", "Dead letters or statuses that the sink refused", registry=registry
        )
        self._batch = Histogram(
            "mqtt_source_batch_readings", "Readings an event", buckets=BATCH_BUCKETS, registry=registry
        )
        self._latency = Histogram("mqtt_source_sink_seconds", "Seconds of a POST to the sink", registry=registry)
        self._connected = Gauge("mqtt_source_ready", "1: connected and subscribed", registry=registry)
        Gauge("mqtt_source_queue_depth", "Messages waiting for the pump", registry=registry).set_function(queue_depth)
        self._last_message_at_s = time.monotonic()
        Gauge(
            "mqtt_source_seconds_since_last_message", "Silence, in seconds; counts from the start", registry=registry
        ).set_function(lambda: time.monotonic() - self._last_message_at_s)
        for cause in Cause:
            self._rejected.labels(cause)

    def received(self, messages: int) -> None:
        """So many came from MQTT since the last call."""
        self._received.inc(messages)
        self._last_message_at_s = time.monotonic()

    def dropped(self) -> None:
        """A QoS 0 message found the queue full."""
        self._dropped.inc()

    def ready(self, ready: bool) -> None:
        """Connected and subscribed, or no longer."""
        self._connected.set(ready)

    def accepted(self, readings: int) -> None:
        """The sink took an event of so many readings."""
        self._accepted.inc(readings)
        self._batch.observe(readings)

    def rejected(self, cause: Cause) -> None:
        """The sink took a dead letter."""
        self._rejected.labels(cause).inc()

    def retained_ignored(self, messages: int) -> None:
        """So many retained messages were no readings."""
        self._retained.inc(messages)

    def retried(self) -> None:
        """The sink was not available."""
        self._retries.inc()

    def lost(self, event: OutgoingEvent) -> None:  # noqa: ARG002 -- the log tells which
        """The sink refused a dead letter or a status."""
        self._lost.inc()

    def timed(self, sink: Sink) -> Sink:
        """The same sink, measured."""
        return _TimedSink(sink, self._latency)


class _TimedSink:
    def __init__(self, sink: Sink, latency: Histogram) -> None:
        self._sink = sink
        self._latency = latency

    async def send(self, event: OutgoingEvent) -> Answer:
        with self._latency.time():
            return await self._sink.send(event)


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection, but not for as many as somebody likes to open, nor for as long."""

    daemon_threads = True
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        deadline = threading.Timer(REQUEST_S, _hang_up, [request])
        deadline.daemon = True
        deadline.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            deadline.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle, or is hung up on, is no news."""


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Probes come every few seconds; they are no news."""


def serve_status(host: str, port: int, registry: CollectorRegistry, is_ready: Callable[[], bool]) -> WSGIServer:
    """Serve /healthz, /readyz (503 until connected and subscribed) and /metrics in a thread. OSError: port taken."""
    metrics: WSGIApplication = make_wsgi_app(registry)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                status, text = "200 OK", b"alive\n"
            case "/readyz" if is_ready():
                status, text = "200 OK", b"connected and subscribed\n"
            case "/readyz":
                status, text = "503 Service Unavailable", b"not connected to the MQTT broker\n"
            case _:
                status, text = "404 Not Found", b"there are /healthz, /readyz and /metrics\n"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [text]

    server = make_server(host, port, application, _Server, _QuietHandler)
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return server
