"""A function's door, as ahorrater.serve opens it: what attackers send is answered, bounded, and keeps nobody out."""

import gzip
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ahorrater.adapters.database.migrate import migrate
from tests.integration.doors.attacker import all_closed, ask, connect, endless, resident_mib, slowloris, stream
from tests.integration.mosquitto_server import free_port

FUNCTIONS = Path(__file__).parents[3] / "functions"
REQUEST_S = 1
MAX_CONNECTIONS = 60
MEMORY_MIB = 64
"""What a storm may cost: a few bodies of 4 MiB under way."""
EVENT_HEADERS = b"ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /test\r\nContent-Type: application/json\r\n"
RECEIVED = EVENT_HEADERS + b"ce-type: es.ahorrater.reading.received.v1\r\n"


@dataclass(frozen=True)
class Door:
    port: int
    pid: int

    def is_open(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = f"sqlite:///{tmp_path_factory.mktemp('door')}/ahorrater.db"
    migrate(url)
    port = free_port()
    settings = {"DATABASE_URL": url, "PORT": str(port), "LOG_LEVEL": "ERROR"}
    bounds = {"REQUEST_S": str(REQUEST_S), "MAX_CONNECTIONS": str(MAX_CONNECTIONS)}
    command = [sys.executable, "-m", "ahorrater.serve", str(FUNCTIONS / "ingest_reading" / "main.py")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(FUNCTIONS), **settings, **bounds})
    try:
        wait_until_open(opened := Door(port, process.pid))
        yield opened
    finally:
        process.terminate()
        process.wait(30)


def wait_until_open(door: Door) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            assert door.is_open()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s" % (
        headers,
        len(body),
        body,
    )


def test_slow_requests_end_with_408_and_others_are_served_meanwhile(door: Door) -> None:
    with slowloris(door.port, MAX_CONNECTIONS - 10) as held:
        assert door.is_open()
        assert set(all_closed(held, within_s=20)) == {408}
    assert door.is_open()


def test_a_slow_body_ends_with_408(door: Door) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\n%sContent-Length: 1000\r\n\r\n[" % RECEIVED
    with connect(door.port) as connection:
        connection.sendall(head)
        assert all_closed([connection], within_s=20) == [408]


def test_more_connections_than_there_are_places_are_told_so_until_there_are_places_again(door: Door) -> None:
    with slowloris(door.port, MAX_CONNECTIONS + 20) as held:
        assert ask(door.port, b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n") == 503
        all_closed(held, within_s=20)
    assert door.is_open()


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"POST / HTTP/1.1\r\nHost: here\r\nX-Huge: ", b"x" * 65_536),
        (b"POST / HTTP/1.1\r\nHost: here\r\n", b"X-Many: 1\r\n" * 5000),
        (b"GET /", b"x" * 65_536),
    ],
    ids=["one header", "many headers", "the path"],
)
def test_an_endless_head_is_cut_off(door: Door, start: bytes, more: bytes) -> None:
    before = resident_mib(door.pid)
    assert stream(door.port, endless(start, more)) in {400, 431, None}
    assert resident_mib(door.pid) - before < MEMORY_MIB
    assert door.is_open()


def test_a_large_head_is_answered_with_431(door: Door) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: here\r\n" + b"X-Large: %s\r\n" % (b"x" * 1000) * 80
    with connect(door.port) as connection:
        connection.sendall(head)
        assert all_closed([connection], within_s=20) == [431]


@pytest.mark.parametrize(
    "start",
    [
        b"POST / HTTP/1.1\r\nHost: here\r\n%sContent-Length: 1000000000\r\n\r\n" % RECEIVED,
        b"POST / HTTP/1.1\r\nHost: here\r\n%sTransfer-Encoding: chunked\r\n\r\n" % RECEIVED,
    ],
    ids=["a gigabyte", "chunked for ever"],
)
def test_a_body_without_end_is_answered_with_413_or_cut_off(door: Door, start: bytes) -> None:
    before = resident_mib(door.pid)
    more = b"10000\r\n" + b"x" * 65_536 + b"\r\n" if b"chunked" in start else b"x" * 65_536
    assert stream(door.port, endless(start, more)) in {413, None}
    assert resident_mib(door.pid) - before < MEMORY_MIB
    assert door.is_open()


STRUCTURED = b"Content-Type: application/cloudevents+json\r\n"
NESTED = b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (RECEIVED, b'{"readings": %s}' % NESTED),
        (STRUCTURED, b'{"specversion": "1.0", "id": "1", "source": "/t", "type": "t", "data": %s}' % NESTED),
        (STRUCTURED, NESTED),
        (RECEIVED + b"Content-Encoding: gzip\r\n", gzip.compress(b" " * 50_000_000)),
        (RECEIVED, json.dumps({"readings": [{}] * 100_000}).encode()),
        (RECEIVED, b'{"readings": [{"seq": %s}]}' % (b"9" * 100_000)),
        (b"", b"\xff" * 1000),
    ],
    ids=["nested data", "nested structured", "nested all", "gzip bomb", "many nothings", "long number", "no event"],
)
def test_a_body_that_is_no_event_is_refused_for_good(door: Door, headers: bytes, body: bytes) -> None:
    before = resident_mib(door.pid)
    assert ask(door.port, post(headers, body)) in {400, 413, 422}
    assert resident_mib(door.pid) - before < MEMORY_MIB


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET / HTTP/1.1", 405),
        (b"PUT / HTTP/1.1", 405),
        (b"DELETE /healthz/../ HTTP/1.1", 404),
        (b"TRACE / HTTP/1.1", 405),
        (b"NONSENSE / HTTP/1.1", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
    ],
    ids=str,
)
def test_what_is_asked_wrongly_is_answered(door: Door, line: bytes, status: int) -> None:
    assert ask(door.port, line + b"\r\nHost: here\r\nConnection: close\r\n\r\n") == status
    assert door.is_open()
