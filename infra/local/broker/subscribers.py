"""One attempt to hand an event to a subscriber, and what its answer means."""

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import aiohttp

from infra.local.broker.events import Event, InvalidEventError, decode, is_event

log = logging.getLogger(__name__)

RETRIED = frozenset({404, 408, 409, 429})
"""Besides every 5xx (knative/eventing 1.22, pkg/kncloudevents/retries.go, SelectiveRetry)."""
ERROR_DATA_CHARACTERS = 1024
KEEP_ALIVE_S = 60.0
"""Shorter than the functions' 95 s, so that the broker never writes to a connection that is just being closed."""


class Verdict(Enum):
    """What an attempt came to."""

    DELIVERED = auto()
    RETRY = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt. `error` holds the attributes that tell a dead letter's reader what happened."""

    verdict: Verdict
    reply: Event | None = None
    error: Mapping[str, str] | None = None
    summary: str = ""


class Subscriber(Protocol):
    """Whoever takes an event."""

    async def attempt(self, event: Event, timeout_s: float | None, /) -> Attempt:
        """Hands over the event once."""


@dataclass(frozen=True, slots=True)
class HttpSubscriber:
    """A subscriber at an address. Connections are kept alive in the session's pool."""

    session: aiohttp.ClientSession
    url: str
    headers: Mapping[str, str]

    async def attempt(self, event: Event, timeout_s: float | None) -> Attempt:
        """POSTs the event in binary mode. Never raises for what the other side does."""
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        headers = {**event.headers(), **self.headers}
        try:
            async with self.session.post(
                self.url, data=event.data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return judge(response.status, response.headers, await response.read(), self.url)
        except TimeoutError:
            return Attempt(Verdict.RETRY, summary=f"no answer within {timeout_s} s")
        except (aiohttp.ClientError, OSError) as error:
            return _unreachable(self.url, error)


def new_session() -> aiohttp.ClientSession:
    """A pool of kept connections without limit: the broker bounds the events under way instead."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S, use_dns_cache=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


def judge(status: int, headers: Mapping[str, str], body: bytes, url: str) -> Attempt:
    """What an answer means to a Knative broker (knative/eventing 1.22, filter_handler.go, event_dispatcher.go)."""
    if 200 <= status < 300:
        return _accepted(headers, body)
    retry = status in RETRIED or status >= 500
    return Attempt(
        Verdict.RETRY if retry else Verdict.REFUSED,
        error=error_attributes(url, status, body),
        summary=f"answered {status}: {body[:200].decode(errors='replace')}",
    )


def _accepted(headers: Mapping[str, str], body: bytes) -> Attempt:
    if is_event(headers):
        try:
            return Attempt(Verdict.DELIVERED, reply=decode(headers, body))
        except InvalidEventError as error:
            return Attempt(Verdict.RETRY, summary=f"answered with a broken event: {error}")
    if body:
        return Attempt(Verdict.RETRY, summary="answered 2xx with a body that is no CloudEvent")
    return Attempt(Verdict.DELIVERED)


def _unreachable(url: str, error: Exception) -> Attempt:
    text = f'dispatch error: Post "{url}": {error}'
    return Attempt(Verdict.RETRY, error=error_attributes(url, 500, text.encode()), summary=text)


def error_attributes(url: str, status: int, body: bytes) -> dict[str, str]:
    """The attributes that a dead letter bears: who refused it, with which status, and the answer's base64."""
    return {
        "knativeerrordest": url,
        "knativeerrorcode": str(status),
        "knativeerrordata": base64.b64encode(body).decode()[:ERROR_DATA_CHARACTERS],
    }
