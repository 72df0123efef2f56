"""A broker as a real process, with real HTTP subscribers that answer as they are told."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from aiohttp import web

from infra.local.ports import free_port
from infra.local.processes.probes import http_ok

NAMESPACE = "test"
DEADLINE_S = 20.0
Respond = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True)
class Received:
    """One POST that a subscriber got."""

    headers: Mapping[str, str]
    body: bytes


@dataclass
class Subscriber:
    """Answers from a list, the last one for ever; `gate` holds the answers back while it is not set."""

    answers: list[Respond]
    got: list[Received] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append(Received(request.headers.copy(), await request.read()))
        answer = self.answers[min(len(self.got), len(self.answers)) - 1]
        await self.gate.wait()
        return await answer(request)


def status(number: int, text: str = "") -> Respond:
    async def respond(_: web.Request) -> web.Response:
        return web.Response(status=number, text=text) if text else web.Response(status=number)

    return respond


def reply(kind: str) -> Respond:
    async def respond(_: web.Request) -> web.Response:
        headers = {"ce-specversion": "1.0", "ce-id": "r1", "ce-source": "/f", "ce-type": kind}
        return web.Response(headers=headers, body=b"{}", content_type="application/json")

    return respond


def trigger(name: str, kind: str, **delivery: Any) -> dict[str, Any]:
    """A Trigger for one type that leads to the Service of its own name."""
    return {
        "apiVersion": "eventing.knative.dev/v1",
        "kind": "Trigger",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "broker": "default",
            "filters": [{"exact": {"type": kind}}],
            "subscriber": {"ref": service(name)},
            "delivery": delivery,
        },
    }


def service(name: str) -> dict[str, str]:
    return {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": name}


@dataclass
class World:
    """The broker's address, and a client."""

    url: str
    session: aiohttp.ClientSession

    async def send(self, kind: str, **extensions: str) -> int:
        """The status of the broker's answer."""
        headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/test", "ce-type": kind}
        headers |= {f"ce-{name}": text for name, text in extensions.items()}
        async with self.session.post(f"{self.url}/{NAMESPACE}/default", data=b'{"a":1}', headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def world(
    folder: Path, triggers: list[dict[str, Any]], subscribers: Mapping[str, Subscriber], **settings: str
) -> AsyncIterator[World]:
    """Runs all until the context ends."""
    _write(folder, triggers)
    servers = [await _serve(subscriber) for subscriber in subscribers.values()]
    port = free_port()
    environment = {
        **os.environ,
        "WIRING": str(folder),
        "PORT": str(port),
        "ADDRESSES": json.dumps({name: subscriber.url for name, subscriber in subscribers.items()}),
        **settings,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "infra.local.broker", env=environment)
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S)) as session:
            url = f"http://127.0.0.1:{port}"
            await eventually(http_ok(f"{url}/healthz"))
            yield World(url, session)
    finally:
        process.terminate()
        await process.wait()
        for server in servers:
            await server.cleanup()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds; fails the test after the deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():  # noqa: ASYNC110 -- what is waited for is in another process
            await asyncio.sleep(0.02)


def _write(folder: Path, objects: list[dict[str, Any]]) -> None:
    broker = {
        "apiVersion": "eventing.knative.dev/v1",
        "kind": "Broker",
        "metadata": {"name": "default", "namespace": NAMESPACE},
    }
    (folder / "all.yaml").write_text(yaml.safe_dump_all([broker, *objects]))
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["all.yaml"],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))


async def _serve(subscriber: Subscriber) -> web.AppRunner:
    subscriber.gate.set()
    application = web.Application()
    application.router.add_post("/", subscriber.handle)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    subscriber.url = f"http://127.0.0.1:{port}"
    return runner
