"""How to see that a process is ready."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

Probe = Callable[[], Awaitable[bool]]
_ATTEMPT_S = 2.0


async def running() -> bool:
    """Ready as soon as it runs."""
    return True


def http_ok(url: str) -> Probe:
    """Ready when GET `url` answers 2xx."""

    async def probe() -> bool:
        timeout = aiohttp.ClientTimeout(total=_ATTEMPT_S)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
                return response.status < 300
        except (aiohttp.ClientError, OSError):
            return False

    return probe


def tcp_open(host: str, port: int) -> Probe:
    """Ready when `host`:`port` takes connections."""

    async def probe() -> bool:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), _ATTEMPT_S)
        except OSError:
            return False
        writer.close()
        return True

    return probe
