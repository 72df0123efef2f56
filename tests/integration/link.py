"""The network between two programs, which can be slow, cut or reset: a TCP relay on a port of its own."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


class Link:
    """Relays to 127.0.0.1:`port`. While it is cut nothing passes and nobody is told, as with a cable pulled.

    `delay_s` is added to whatever passes, in both directions.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._mended = threading.Event()
        self._mended.set()
        self._ended = False
        self.delay_s = 0.0
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def cut(self) -> None:
        """From now on nothing passes."""
        self._mended.clear()

    def mend(self) -> None:
        """What waited passes, and all that follows."""
        self._mended.set()

    def reset(self) -> None:
        """Ends all connections there are; new ones pass."""
        for end in tuple(self._open):
            _shut(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended:
                near, _ = self._listener.accept()
                self._relay(near)

    def _relay(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target)
        except OSError:
            near.close()
            return
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        self._open.add(source)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                self._mended.wait()
                time.sleep(self.delay_s)
                target.sendall(data)
        self._open.discard(source)
        _shut(source)
        _shut(target)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        self.mend()
        self._listener.close()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
