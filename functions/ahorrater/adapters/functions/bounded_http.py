"""HTTP/1.1 as uvicorn speaks it, with bounds on what a request may take: time and room.

uvicorn with httptools waits for a request's end for as long as the connection lasts, and keeps its head whatever its
size: a few thousand connections that send a byte now and then (slowloris) would be memory and files that nobody else
gets. The body's size is the Function's concern.
"""

import asyncio
import math
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """One connection. A request must have arrived whole `request_s` seconds after the connection, or its first byte:
    else 408. Its head may have MAX_HEAD_BYTES: else 431.
    """

    def __init__(self, *args: Any, request_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_s = request_s
        self._deadline_s = math.inf
        self._looking: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own
        """From now on a request is awaited."""
        super().connection_made(transport)
        self._await_request()
        self._look_in(self._request_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request, or of more than one."""
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse("431 Request Header Fields Too Large", f"a head has {MAX_HEAD_BYTES} bytes at most")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0
        self._await_request()

    def on_headers_complete(self) -> None:
        """The end of its head."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Its last byte."""
        self._deadline_s = math.inf
        super().on_message_complete()

    def _await_request(self) -> None:
        self._deadline_s = self.loop.time() + self._request_s

    def _look_in(self, delay_s: float) -> None:
        """One timer for a connection, not for each of its requests: those are many, and timers cost."""
        self._looking = self.loop.call_later(delay_s, self._look)

    def _look(self) -> None:
        left_s = self._deadline_s - self.loop.time()
        if left_s > 0:
            self._look_in(min(left_s, self._request_s))
        else:
            self._refuse("408 Request Timeout", f"a request must arrive within {self._request_s:g} s")

    def _refuse(self, status: str, why: str) -> None:
        """Says so, unless the connection is answering already, and closes."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(status, why))
        self.transport.close()


def _answer(status: str, why: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(why)}\r\n"
    return f"{head}connection: close\r\n\r\n{why}".encode("ascii")
