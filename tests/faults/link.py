"""A network link that is slow, cut or reset: the TCP relay of the device tests, with more that goes wrong."""

import contextlib
import socket
import time

from tests.integration.firmware.link import CHUNK_BYTES, Link


class FaultyLink(Link):
    """Relays to 127.0.0.1:`port`. `delay_s` is added to whatever passes, in both directions."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.delay_s = 0.0
        self._open: set[socket.socket] = set()

    def reset(self) -> None:
        """Ends all connections there are; new ones pass."""
        for end in tuple(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        self._open.add(source)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                self._mended.wait()
                time.sleep(self.delay_s)
                target.sendall(data)
        self._open.discard(source)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
