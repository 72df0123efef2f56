"""The local broker's door: an event that does not arrive takes nobody's place, and what is packed stays packed."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.doors.attacker import all_closed, ask, connect, endless, slowloris, stream
from tests.integration.local.broker_world import NAMESPACE, Subscriber, World, status, trigger, world

EVENT = b"ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /test\r\nce-type: t\r\nContent-Type: application/json\r\n"
START = b"POST /%s/default HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" % NAMESPACE.encode()
Scenario = Callable[[World, int, Subscriber], Awaitable[None]]


def play(folder: Path, scenario: Scenario) -> None:
    async def run() -> None:
        subscriber = Subscriber([status(204)])
        settings = {"REQUEST_S": "1", "MAX_UNDER_WAY": "5"}
        async with world(folder, [trigger("there", "t")], {"there": subscriber}, **settings) as its:
            await scenario(its, int(its.url.rpartition(":")[2]), subscriber)

    asyncio.run(run())


def test_events_that_do_not_arrive_end_with_408_and_others_are_taken_meanwhile(tmp_path: Path) -> None:
    async def scenario(its: World, port: int, _: Subscriber) -> None:
        held = [connect(port) for _ in range(20)]
        for connection in held:
            connection.sendall(START + EVENT + b"Content-Length: 100\r\n\r\n{")
        assert await its.send("t") == 202
        with slowloris(port, 50):
            assert await its.send("t") == 202
        assert set(await asyncio.to_thread(all_closed, held, 20.0)) == {408}

    play(tmp_path, scenario)


def test_a_packed_body_is_passed_on_as_it_is(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    async def scenario(_: World, port: int, subscriber: Subscriber) -> None:
        packed = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
        assert await asyncio.to_thread(ask, port, START + EVENT + packed + bomb) == 202
        assert [len(event.body) for event in subscriber.got] == [len(bomb)]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("start", "more", "expected"),
    [
        (START + b"X-Huge: ", b"x" * 65_536, {400, None}),
        (START + EVENT + b"Content-Length: 1000000000\r\n\r\n", b"x" * 65_536, {413, None}),
        (START + EVENT + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n", {413, None}),
    ],
    ids=["a header", "a gigabyte", "chunked for ever"],
)
def test_what_has_no_end_is_refused(tmp_path: Path, start: bytes, more: bytes, expected: set[int | None]) -> None:
    async def scenario(its: World, port: int, _: Subscriber) -> None:
        assert await asyncio.to_thread(stream, port, endless(start, more)) in expected
        assert await its.send("t") == 202

    play(tmp_path, scenario)


def test_an_event_nested_too_deeply_is_no_event(tmp_path: Path) -> None:
    async def scenario(_: World, port: int, __: Subscriber) -> None:
        nested = b"[" * 200_000
        head = b"Content-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n" % len(nested)
        assert await asyncio.to_thread(ask, port, START + head + nested) == 400

    play(tmp_path, scenario)
