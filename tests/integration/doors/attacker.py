"""Connections that do to an HTTP door what no honest client does."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import repeat
from pathlib import Path

PATIENCE_S = 30.0
CHUNK = b"x" * 65_536


def connect(port: int) -> socket.socket:
    """A connection; nothing that is asked of it lasts for ever."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def answer(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    with suppress(ConnectionError):
        while data := connection.recv(65_536):
            received += data
    return received


def status_of(received: bytes) -> int | None:
    """The status of an answer; None: closed without one."""
    return int(received.split()[1]) if received.startswith(b"HTTP/1.") else None


def ask(port: int, *parts: bytes) -> int | None:
    """Sends all that the other side takes, and reads its status."""
    return stream(port, parts, limit=len(parts))


def stream(port: int, parts: Iterable[bytes], limit: int = 10_000) -> int | None:
    """Sends parts for as long as the other side takes them; its status, or None where it just hung up."""
    with connect(port) as connection:
        connection.settimeout(0.05)
        received = b""
        for _, part in zip(range(limit), parts, strict=False):
            try:
                connection.sendall(part)
            except TimeoutError:
                break
            except ConnectionError:
                break
        connection.settimeout(PATIENCE_S)
        received = answer(connection)
        return status_of(received)


def endless(start: bytes, more: bytes = CHUNK) -> Iterator[bytes]:
    """A start and no end."""
    yield start
    yield from repeat(more)


@contextmanager
def slowloris(port: int, connections: int) -> Iterator[list[socket.socket]]:
    """So many connections with a request that never gets further."""
    with ExitStack() as stack:
        held = [stack.enter_context(connect(port)) for _ in range(connections)]
        for connection in held:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nX-Slow: ")
        yield held


def drip(connections: Iterable[socket.socket]) -> int:
    """One more byte to each; how many took it."""
    taken = 0
    for connection in connections:
        with suppress(OSError):
            connection.sendall(b"x")
            taken += 1
    return taken


def all_closed(connections: Iterable[socket.socket], within_s: float) -> list[int | None]:
    """The statuses that they end with; a byte now and then does not keep them open."""
    waiting, statuses, until = list(connections), [], time.monotonic() + within_s
    while waiting:
        assert time.monotonic() < until, f"{len(waiting)} are still open"
        drip(waiting)
        for connection in tuple(waiting):
            connection.settimeout(0.001)
            with suppress(TimeoutError):
                first = _received(connection)
                statuses.append(status_of(first))
                waiting.remove(connection)
        time.sleep(0.1)
    return statuses


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(4096)
    except ConnectionError:
        return b""


def resident_mib(pid: int) -> float:
    """The memory of a process now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def threads(pid: int) -> int:
    """Its threads now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Threads"))
