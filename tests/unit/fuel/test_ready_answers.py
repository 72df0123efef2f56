"""Ready answers: bounded, in the form that was asked for, dropped with their version, marked when stale."""

import asyncio
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.fuel.ready_answers import ReadyAnswers
from ahorrater.contracts.errors import RetryLater
from ahorrater.services.fuel.edition import REST_S, Edition


class FakeCatalog:
    def __init__(self, version: str) -> None:
        self.version = version


class FakeSource:
    def __init__(self) -> None:
        self.now, self.away, self.reads = "1", False, 0

    def version(self) -> str | None:
        self.reads += 1
        if self.away:
            raise RetryLater("away")
        return self.now

    def catalog(self) -> FakeCatalog:
        return FakeCatalog(self.now)


class World:
    """Ready answers in front of a function that counts its calls."""

    def __init__(self, max_bytes: int = 10**6) -> None:
        self.source, self.calls, self.status, self.seconds = FakeSource(), 0, 200, 0.0
        self.edition = Edition(self.source, 5, lambda: datetime.now(UTC), lambda: self.seconds)
        self.ready = ReadyAnswers(self._answer, self.edition, max_bytes, 60)

    async def _answer(self, request: Request) -> Response:
        self.calls += 1
        body = f"{self.source.now} {request.url.path} ".encode() + b"x" * 600
        return Response(body, self.status, media_type="application/json")

    async def get(self, path: str, **headers: str) -> Response:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        return await self.ready(Request({**scope, "headers": raw, "server": ("test", 80), "scheme": "http"}))


def test_an_answer_is_made_once_and_sent_in_the_form_asked_for():
    async def scenario() -> None:
        world = World()
        plain = await world.get("/a")
        packed = await world.get("/a", accept_encoding="br, gzip")
        assert world.calls == 1
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert len(packed.body) < len(plain.body)
        unwanted = await world.get("/a", accept_encoding="gzip;q=0")
        assert unwanted.body == plain.body
        assert (await world.get("/a", if_none_match=packed.headers["etag"])).status_code == 304

    asyncio.run(scenario())


def test_a_new_version_drops_what_was_ready():
    async def scenario() -> None:
        world = World()
        await world.get("/a")
        world.source.now = "2"
        assert (await world.get("/a")).body.startswith(b"1")
        world.edition.check()
        assert (await world.get("/a")).body.startswith(b"2")

    asyncio.run(scenario())


def test_the_version_is_not_looked_up_more_often_than_set():
    async def scenario() -> None:
        world = World()
        for _ in range(10):
            await world.get("/a")
        assert world.source.reads == 1

    asyncio.run(scenario())


def test_stale_answers_are_marked_until_the_database_is_back():
    async def scenario() -> None:
        world = World()
        await world.get("/a")
        world.source.away = True
        world.edition.check()
        stale = await world.get("/a")
        assert (stale.status_code, stale.headers["warning"][:3]) == (200, "110")
        world.source.away = False
        world.seconds += REST_S
        world.edition.check()
        assert "warning" not in (await world.get("/a")).headers

    asyncio.run(scenario())


def test_memory_is_bounded():
    async def scenario() -> None:
        world = World(max_bytes=3_000)
        for number in range(50):
            await world.get(f"/{number}")
        await world.get("/49")
        assert world.calls == 50
        await world.get("/0")
        assert world.calls == 51

    asyncio.run(scenario())


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_bad_answers_are_not_kept(status):
    async def scenario() -> None:
        world = World()
        world.status = status
        for _ in range(2):
            assert (await world.get("/a")).status_code == status
        assert world.calls == 2

    asyncio.run(scenario())
