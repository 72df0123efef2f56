"""The brokers' HTTP side: POST /NAMESPACE/BROKER."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.events import InvalidEventError, decode

log = logging.getLogger(__name__)
KEEP_ALIVE_S = 95.0
DRAIN_S = 20.0
HEALTH_PATH = "/healthz"


@dataclass(slots=True)
class Ingress:
    """Takes events for brokers, by (namespace, name). At most `limit` producers' events are under way at once.

    Replies are not counted: refusing them would fail the very events whose end frees a place.
    """

    brokers: Mapping[tuple[str, str], Dispatcher]
    limit: int
    under_way: int = 0

    async def post(self, request: web.Request) -> web.Response:
        """Answers 202 when all is done; 400 no event, 404 no such broker, 413 too large, 429 full, 500 undelivered."""
        broker = self.brokers.get((request.match_info["namespace"], request.match_info["broker"]))
        if broker is None:
            return web.Response(status=404)
        if self.under_way >= self.limit:
            return web.Response(status=429, headers={"Retry-After": "1"})
        self.under_way += 1
        try:
            return await self._dispatch(broker, request)
        finally:
            self.under_way -= 1

    async def _dispatch(self, broker: Dispatcher, request: web.Request) -> web.Response:
        try:
            event = decode(request.headers, await request.read())
        except InvalidEventError as error:
            log.warning("refused: %s", error)
            return web.Response(status=400)
        return web.Response(status=await broker.receive(event))


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
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, keepalive_timeout=KEEP_ALIVE_S)
    await runner.setup()
    await web.TCPSite(runner, host, port, shutdown_timeout=DRAIN_S).start()
    return runner
