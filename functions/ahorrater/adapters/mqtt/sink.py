"""The sink: CloudEvents in binary mode by HTTP POST over one kept connection."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from ahorrater.adapters.header_values import header_value
from ahorrater.services.source.events import OutgoingEvent
from ahorrater.services.source.pump import Answer

CONNECT_TIMEOUT_S = 5.0
MAX_DETAIL_BYTES = 300


class BearerToken:
    """The OIDC token that Knative mounts as a file, and replaces before it expires."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at_ns = 0
        self._token = ""

    def header(self) -> dict[str, str]:
        """The Authorization header; none where there is no token."""
        try:
            changed_at_ns = self._path.stat().st_mtime_ns
            if changed_at_ns != self._read_at_ns:
                self._token = self._path.read_text().strip()
                self._read_at_ns = changed_at_ns
        except OSError:
            return {}
        return {"Authorization": f"Bearer {self._token}"}


class HttpSink:
    """POSTs events, one at a time. The blocking client has a thread of its own, so the event loop goes on reading MQTT.

    `timeout_s` bounds one POST as a whole.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float,
        token: BearerToken,
        extensions: Mapping[str, str],
        ca_pem: str | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._abandoned = False
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = _connection(parts.scheme, parts.hostname or "", parts.port, ca_pem)
        self._timeout_s = timeout_s
        self._token = token
        self._extensions = {f"ce-{name}": header_value(value) for name, value in extensions.items()}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sink")

    @property
    def _connected(self) -> bool:
        return self._connection.sock is not None

    async def send(self, event: OutgoingEvent) -> Answer:
        """POST once. Trouble of any kind is an Answer without a status."""
        self._abandoned = False
        posting = asyncio.get_running_loop().run_in_executor(self._thread, self._post, event)
        try:
            return await asyncio.wait_for(posting, self._timeout_s)
        except TimeoutError:
            self.abort()
            return Answer(None, f"no answer within {self._timeout_s:g} s")
        except (OSError, HTTPException) as error:
            return Answer(None, f"{type(error).__name__}: {error}")

    def abort(self) -> None:
        """Break off the POST under way; its thread ends with an error."""
        self._abandoned = True
        if raw := self._connection.sock:
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection and the thread."""
        self.abort()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _post(self, event: OutgoingEvent) -> Answer:
        kept_alive = self._connected
        try:
            return self._exchange(event)
        except (ConnectionError, ssl.SSLError):
            if not kept_alive or self._abandoned:
                raise
            return self._exchange(event)  # the sink had closed the idle connection: that is no outage

    def _exchange(self, event: OutgoingEvent) -> Answer:
        try:
            self._connect()
            self._connection.request("POST", self._target, event.data, self._headers(event))
            response = self._connection.getresponse()
            body = response.read()
        except Exception:
            self._connection.close()
            raise
        return Answer(response.status, body[:MAX_DETAIL_BYTES].decode(errors="replace"))

    def _connect(self) -> None:
        if not self._connected:
            self._connection.connect()
            self._connection.sock.settimeout(self._timeout_s)

    def _headers(self, event: OutgoingEvent) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "ce-specversion": "1.0",
            "ce-type": event.type,
            "ce-source": event.source,
            "ce-id": event.id,
            "ce-time": event.time.isoformat(),
            "ce-traceparent": str(event.trace),
            "traceparent": str(event.trace),
            **self._extensions,
            **self._token.header(),
        }
        if event.subject:
            headers["ce-subject"] = header_value(event.subject)
        return headers


def _connection(scheme: str, host: str, port: int | None, ca_pem: str | None) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port, timeout=CONNECT_TIMEOUT_S)
    trust = ssl.create_default_context()
    if ca_pem:
        trust.load_verify_locations(cadata=ca_pem)
    return HTTPSConnection(host, port, timeout=CONNECT_TIMEOUT_S, context=trust)
