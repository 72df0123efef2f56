"""paho on an asyncio event loop: it reads and writes when the loop says that its socket is ready."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from paho.mqtt.client import Client

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

READS_A_TURN = 200
"""Packets read before the loop's other tasks get their turn."""

FULL_PAUSE_S = 0.005
"""Until the next look whether there is room again."""


class PahoLoop:
    """Ties a client to the loop. `messages` tells how many came so far; `on_messages` hears how many a wake-up brought.
    While `is_full`, nothing is read, so that TCP holds the broker back.

    The client may connect in another thread, which is where its socket opens: the loop is told by threadsafe calls.
    """

    def __init__(
        self,
        client: Client,
        loop: asyncio.AbstractEventLoop,
        messages: Callable[[], int],
        on_messages: Callable[[int], None],
        is_full: Callable[[], bool],
    ) -> None:
        self._client = client
        self._loop = loop
        self._messages = messages
        self._on_messages = on_messages
        self._is_full = is_full
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_socket_register_write
        client.on_socket_unregister_write = self._on_socket_unregister_write

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
            if self._decrypted_bytes():
                self._loop.call_soon(self._read)

    def _watch_writes(self) -> None:
        if (socket := self._client.socket()) and self._client.want_write():
            self._loop.add_writer(socket.fileno(), self._client.loop_write)

    def _read(self) -> None:
        """Read while messages come, so that one wake-up of the loop serves many."""
        if self._is_full():
            self._rest()
            return
        before = so_far = self._messages()
        for _ in range(READS_A_TURN):
            self._client.loop_read()
            if so_far == (so_far := self._messages()):
                break
        if so_far > before:
            self._on_messages(so_far - before)
        if self._decrypted_bytes():
            self._loop.call_soon(self._read)

    def _rest(self) -> None:
        if socket := self._client.socket():
            self._loop.remove_reader(socket.fileno())
            self._loop.call_later(FULL_PAUSE_S, self._watch_reads)

    def _decrypted_bytes(self) -> int:
        """What TLS holds already, so that the socket does not show it."""
        socket = self._client.socket()
        return socket.pending() if isinstance(socket, ssl.SSLSocket) else 0
