"""What a broker does with an event: fan-out, retries, replies, dead letters."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from infra.local.broker.events import Event
from infra.local.broker.filters import Passes
from infra.local.broker.subscribers import Attempt, Subscriber, Verdict, error_attributes
from infra.local.manifests.delivery import Delivery

log = logging.getLogger(__name__)

TTL = "knativebrokerttl"
ARRIVAL = "knativearrivaltime"
MAX_TTL = 255
Sleep = Callable[[float], Awaitable[None]]


class Answer(IntEnum):
    """The broker's answer to whoever sent an event."""

    ACCEPTED = 202
    TTL_USED_UP = 400
    FAILED = 500


@dataclass(frozen=True, slots=True)
class Route:
    """One Trigger, ready to use."""

    name: str
    passes: Passes
    subscriber: Subscriber
    delivery: Delivery
    dead_letters: Subscriber | None


class Dispatcher:
    """One Broker. Knows nothing of HTTP but the numbers of its answers."""

    def __init__(self, url: str, routes: tuple[Route, ...], sleep: Sleep = asyncio.sleep) -> None:
        """`url` is the broker's own address, named in dead letters of replies that could not be taken."""
        self._url = url
        self._routes = routes
        self._sleep = sleep

    async def receive(self, event: Event) -> Answer:
        """Delivers an event to every Trigger whose filter it passes; returns when all has ended."""
        ttl = _remaining(event)
        if ttl <= 0:
            log.warning("event %s of type %s was passed on too often: dropped", event.id, event.type)
            return Answer.TTL_USED_UP
        arrived = event.without(TTL).having({ARRIVAL: _now()})
        matching = [route for route in self._routes if route.passes(arrived.attributes)]
        match matching:
            case []:
                return Answer.ACCEPTED
            case [only]:
                delivered = await self._deliver(only, arrived, ttl)
            case _:
                delivered = all(await asyncio.gather(*(self._deliver(route, arrived, ttl) for route in matching)))
        return Answer.ACCEPTED if delivered else Answer.FAILED

    async def _deliver(self, route: Route, event: Event, ttl: int) -> bool:
        attempt = await self._insist(route, lambda: route.subscriber.attempt(event, _timeout_s(route)))
        if attempt.verdict is Verdict.DELIVERED and attempt.reply is not None:
            reply = attempt.reply.having({TTL: str(ttl)})
            attempt = await self._insist(route, lambda: self._take_back(reply))
        if attempt.verdict is Verdict.DELIVERED:
            return True
        return await self._bury(route, event.having({TTL: str(ttl), **(attempt.error or {})}))

    async def _bury(self, route: Route, event: Event) -> bool:
        """Hands the event to the dead letter sink; its answer's events are thrown away."""
        sink = route.dead_letters
        if sink is None:
            log.error("%s: event %s of type %s is lost: no dead letter sink", route.name, event.id, event.type)
            return False
        log.warning("%s: event %s of type %s goes to the dead letters", route.name, event.id, event.type)
        attempt = await self._insist(route, lambda: sink.attempt(event, _timeout_s(route)))
        return attempt.verdict is Verdict.DELIVERED

    async def _take_back(self, reply: Event) -> Attempt:
        # a task of its own, so that a long chain of replies is not a deep stack
        answer = await asyncio.create_task(self.receive(reply))
        if answer is Answer.ACCEPTED:
            return Attempt(Verdict.DELIVERED)
        verdict = Verdict.RETRY if answer >= Answer.FAILED else Verdict.REFUSED
        return Attempt(verdict, error=error_attributes(self._url, answer, b""), summary=f"the broker answered {answer}")

    async def _insist(self, route: Route, attempt: Callable[[], Awaitable[Attempt]]) -> Attempt:
        """Attempts until delivered, refused, or the retries are used up."""
        failures = 0
        while True:
            result = await attempt()
            if result.verdict is not Verdict.RETRY or failures == route.delivery.retry:
                return result
            failures += 1
            wait_s = route.delivery.wait_s(failures)
            log.info("%s: %s; attempt %d follows in %.1f s", route.name, result.summary, failures + 1, wait_s)
            await self._sleep(wait_s)


def _remaining(event: Event) -> int:
    try:
        return int(event.attributes[TTL]) - 1
    except KeyError:
        return MAX_TTL
    except ValueError:
        return 0


def _timeout_s(route: Route) -> float | None:
    return route.delivery.timeout.total_seconds() if route.delivery.timeout else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
