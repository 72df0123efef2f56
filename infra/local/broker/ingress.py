"""The brokers' HTTP side: POST /NAMESPACE/BROKER."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.events import Event, InvalidEventError, decode

log = logging.getLogger(__name__)
KEEP_ALIVE_S = 95.0
LINGER_S = 1.0
"""For the rest of a body that was refused before its end."""
DRAIN_S = 20.0
HEALTH_PATH = "/healthz"


@dataclass(slots=True)
class Ingress:
    """Takes events for brokers, by (namespace, name). At most `limit` producers' events are under way at once.
    `request_s`: what an event's body may take to arrive.

    Replies are not counted: refusing them would fail the very events whose end frees a place.
    """

    brokers: Mapping[tuple[str, str], Dispatcher]
    limit: int
    request_s: float
    under_way: int = 0

    async def post(self, request: web.Request) -> web.Response:
        """Answers 202 when all is done.

        400: no event, 404: no such broker, 408: it does not arrive, 413: too large, 429: full, 500: undelivered.
        """
        broker = self.brokers.get((request.match_info["namespace"], request.match_info["broker"]))
        if broker is None:
            return web.Response(status=404)
        try:
            async with asyncio.timeout(self.request_s):
                event = decode(request.headers, await request.read())
        except InvalidEventError as error:
            log.warning("refused: %s", error)
            return web.Response(status=400)
        except TimeoutError:
            return web.Response(status=408)
        return await self._dispatch(broker, event)

    async def _dispatch(self, broker: Dispatcher, event: Event) -> web.Response:
        if self.under_way >= self.limit:
            return web.Response(status=429, headers={"Retry-After": "1"})
        self.under_way += 1
        try:
            return web.Response(status=await broker.receive(event))
        finally:
            self.under_way -= 1


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _options(_: web.Request) -> web.Response:
    return web.Response(status=200)


async def serve(ingress: Ingress, host: str, port: int, max_event_bytes: int) -> web.AppRunner:
    """Serves the ingress; its `cleanup()` finishes what is under way. A producer that hangs up cancels its event."""
    app = web.Application(client_max_size=max_event_bytes)
    app.router.add_get(HEALTH_PATH, _alive)
    app.router.add_post("/{namespace}/{broker}", ingress.post)
    app.router.add_options("/{namespace}/{broker}", _options)
    runner = web.AppRunner(
        app,
        access_log=None,
        handler_cancellation=True,
        keepalive_timeout=KEEP_ALIVE_S,
        lingering_time=LINGER_S,
        auto_decompress=False,  # nobody looks into an event's data here, and a small body may hold a huge one
    )
    await runner.setup()
    await web.TCPSite(runner, host, port, shutdown_timeout=DRAIN_S).start()
    return runner
