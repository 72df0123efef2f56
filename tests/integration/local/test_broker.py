"""The small broker as a process, over real HTTP, against what Knative's source says."""

import asyncio
import base64
from pathlib import Path

import pytest

from tests.integration.local.broker_world import (
    NAMESPACE,
    Subscriber,
    World,
    eventually,
    reply,
    service,
    status,
    trigger,
    world,
)

FAST = {"retry": 2, "backoffPolicy": "linear", "backoffDelay": "PT0.05S", "deadLetterSink": {"ref": service("dead")}}


def test_the_producer_waits_until_every_trigger_has_finished(tmp_path: Path) -> None:
    async def scenario() -> None:
        slow = Subscriber([status(204)])
        async with world(tmp_path, [trigger("slow", "t", **FAST)], {"slow": slow}) as its:
            slow.gate.clear()
            sending = asyncio.create_task(its.send("t"))
            await eventually(lambda: has_got(slow, 1))
            await asyncio.sleep(0.1)
            assert not sending.done()
            slow.gate.set()
            assert await sending == 202

    asyncio.run(scenario())


def test_a_subscriber_gets_binary_mode_with_knatives_headers(tmp_path: Path) -> None:
    async def scenario() -> None:
        hears = Subscriber([status(204)])
        async with world(tmp_path, [trigger("hears", "t")], {"hears": hears}) as its:
            message = '{"specversion":"1.0","id":"9","source":"/s","type":"t","data":{"a":1}}'
            structured = {"content-type": "application/cloudevents+json"}
            async with its.session.post(f"{its.url}/{NAMESPACE}/default", data=message, headers=structured) as answer:
                assert answer.status == 202
        got = hears.got[0]
        assert got.body == b'{"a":1}'
        assert got.headers["content-type"] == "application/json"
        assert (got.headers["ce-id"], got.headers["prefer"], got.headers["kn-namespace"]) == ("9", "reply", NAMESPACE)
        assert "ce-knativearrivaltime" in got.headers
        assert "ce-knativebrokerttl" not in got.headers

    asyncio.run(scenario())


def test_failures_are_retried_and_end_in_the_dead_letters(tmp_path: Path) -> None:
    async def scenario() -> None:
        fails, dead = Subscriber([status(503, "no database")]), Subscriber([status(204)])
        async with world(tmp_path, [trigger("fails", "t", **FAST)], {"fails": fails, "dead": dead}) as its:
            assert await its.send("t") == 202
        assert len(fails.got) == 3
        headers = dead.got[0].headers
        assert headers["ce-knativeerrorcode"] == "503"
        assert headers["ce-knativeerrordest"].rstrip("/") == fails.url
        assert base64.b64decode(headers["ce-knativeerrordata"]) == b"no database"
        assert "prefer" not in headers

    asyncio.run(scenario())


@pytest.mark.parametrize(("number", "attempts"), [(400, 1), (422, 1), (302, 1), (404, 3), (429, 3), (500, 3)])
def test_which_answers_are_retried(tmp_path: Path, number: int, attempts: int) -> None:
    async def scenario() -> None:
        fails, dead = Subscriber([status(number)]), Subscriber([status(204)])
        async with world(tmp_path, [trigger("fails", "t", **FAST)], {"fails": fails, "dead": dead}) as its:
            assert await its.send("t") == 202
        assert (len(fails.got), len(dead.got)) == (attempts, 1)

    asyncio.run(scenario())


def test_a_subscriber_that_is_away_or_too_slow_is_a_failure(tmp_path: Path) -> None:
    async def scenario() -> None:
        slow, dead = Subscriber([status(204)]), Subscriber([status(204)])
        triggers = [trigger("slow", "slow", timeout="PT0.2S", **FAST), trigger("away", "away", **FAST)]
        away = '{"away": "http://127.0.0.1:1", "slow": "%s", "dead": "%s"}'
        async with world(tmp_path, triggers, {"slow": slow, "dead": dead}) as first:
            slow.gate.clear()
            assert await first.send("slow") == 202
            slow.gate.set()
            assert len(slow.got) == 3
            assert "ce-knativeerrorcode" not in dead.got[0].headers
            environment = {"ADDRESSES": away % (slow.url, dead.url)}
            async with world(tmp_path, triggers, {}, **environment) as second:
                assert await second.send("away") == 202
        assert dead.got[1].headers["ce-knativeerrorcode"] == "500"

    asyncio.run(scenario())


def test_without_a_dead_letter_sink_the_producer_hears_500(tmp_path: Path) -> None:
    async def scenario() -> None:
        fails = Subscriber([status(400)])
        async with world(tmp_path, [trigger("fails", "t", retry=1)], {"fails": fails}) as its:
            assert await its.send("t") == 500

    asyncio.run(scenario())


def test_replies_come_back_into_the_broker_before_the_producer_hears(tmp_path: Path) -> None:
    async def scenario() -> None:
        first, second = Subscriber([reply("u")]), Subscriber([status(204)])
        triggers = [trigger("first", "t"), trigger("second", "u")]
        async with world(tmp_path, triggers, {"first": first, "second": second}) as its:
            assert await its.send("t") == 202
            assert [got.headers["ce-type"] for got in second.got] == ["u"]

    asyncio.run(scenario())


def test_a_loop_of_replies_ends(tmp_path: Path) -> None:
    async def scenario() -> None:
        loop, dead = Subscriber([reply("t")]), Subscriber([status(204)])
        delivery = {**FAST, "retry": 0}
        async with world(tmp_path, [trigger("loop", "t", **delivery)], {"loop": loop, "dead": dead}) as its:
            assert await its.send("t") == 202
        assert (len(loop.got), len(dead.got)) == (255, 1)

    asyncio.run(scenario())


def test_when_full_it_says_429_and_recovers(tmp_path: Path) -> None:
    async def scenario() -> None:
        slow = Subscriber([status(204)])
        async with world(tmp_path, [trigger("slow", "t")], {"slow": slow}, MAX_UNDER_WAY="2") as its:
            slow.gate.clear()
            under_way = [asyncio.create_task(its.send("t")) for _ in range(2)]
            await eventually(lambda: has_got(slow, 2))
            assert await its.send("t") == 429
            slow.gate.set()
            assert await asyncio.gather(*under_way) == [202, 202]
            assert await its.send("t") == 202

    asyncio.run(scenario())


def test_a_producer_that_hangs_up_cancels_its_event(tmp_path: Path) -> None:
    async def scenario() -> None:
        fails, dead = Subscriber([status(503)]), Subscriber([status(204)])
        delivery = {**FAST, "backoffDelay": "PT30S", "backoffPolicy": "exponential"}
        addressed = {"fails": fails, "dead": dead}
        async with world(tmp_path, [trigger("fails", "t", **delivery)], addressed, MAX_UNDER_WAY="1") as its:
            sending = asyncio.create_task(its.send("t"))
            await eventually(lambda: has_got(fails, 1))
            sending.cancel()
            await eventually(lambda: is_answered(its, "other", 202))
        assert (len(fails.got), len(dead.got)) == (1, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("method", "path", "headers", "number"),
    [
        ("OPTIONS", f"/{NAMESPACE}/default", {}, 200),
        ("GET", f"/{NAMESPACE}/default", {}, 405),
        ("POST", f"/{NAMESPACE}/default", {}, 400),
        ("POST", f"/{NAMESPACE}/default", {"content-type": "application/cloudevents-batch+json"}, 400),
        ("POST", f"/{NAMESPACE}/nobody", {}, 404),
        ("POST", "/", {}, 404),
    ],
)
def test_what_the_ingress_refuses(tmp_path: Path, method: str, path: str, headers: dict[str, str], number: int) -> None:
    async def scenario() -> None:
        async with (
            world(tmp_path, [], {}) as its,
            its.session.request(method, its.url + path, headers=headers) as answer,
        ):
            assert answer.status == number

    asyncio.run(scenario())


def test_too_large_an_event_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with (
            world(tmp_path, [], {}, MAX_EVENT_BYTES="2000") as its,
            its.session.post(f"{its.url}/{NAMESPACE}/default", data=b"x" * 3000) as answer,
        ):
            assert answer.status == 413

    asyncio.run(scenario())


def test_the_clock_ticks_with_its_extension(tmp_path: Path) -> None:
    async def scenario() -> None:
        hears = Subscriber([status(204)])
        clock = {
            "apiVersion": "sources.knative.dev/v1",
            "kind": "PingSource",
            "metadata": {"name": "clock", "namespace": NAMESPACE},
            "spec": {
                "schedule": "* * * * * *",
                "contentType": "application/json",
                "data": "{}",
                "sink": {"ref": {"apiVersion": "eventing.knative.dev/v1", "kind": "Broker", "name": "default"}},
                "ceOverrides": {"extensions": {"means": "tick"}},
            },
        }
        async with world(tmp_path, [clock, trigger("hears", "dev.knative.sources.ping")], {"hears": hears}):
            await eventually(lambda: has_got(hears, 2))
        assert {got.headers["ce-means"] for got in hears.got} == {"tick"}
        assert len({got.headers["ce-id"] for got in hears.got}) == len(hears.got)

    asyncio.run(scenario())


async def has_got(subscriber: Subscriber, number: int) -> bool:
    return len(subscriber.got) >= number


async def is_answered(its: World, kind: str, number: int) -> bool:
    return await its.send(kind) == number
