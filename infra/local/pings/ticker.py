"""Plays PingSources: the same event at each due second."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from infra.local.broker.events import Event
from infra.local.manifests.objects import PingSource
from infra.local.pings.cron import Schedule

log = logging.getLogger(__name__)
PING_TYPE = "dev.knative.sources.ping"
"""A PingSource can send no other type (knative/eventing 1.22, ping_lifecycle.go)."""
Send = Callable[[Event], Awaitable[int]]


def ping(source: PingSource, now: datetime) -> Event:
    """The event of one tick; `now` is UTC."""
    spec = source.spec
    attributes = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"/apis/v1/namespaces/{source.namespace}/pingsources/{source.name}",
        "type": PING_TYPE,
        "time": now.isoformat().replace("+00:00", "Z"),
        **spec.ce_overrides.extensions,
    }
    if spec.data is not None and spec.content_type:
        attributes["datacontenttype"] = spec.content_type
    return Event(attributes, (spec.data or "").encode())


async def tick(source: PingSource, send: Send) -> None:
    """Sends the source's event at each due second, for ever. A slow sink gets overlapping ticks, as from Knative."""
    schedule = Schedule.parse(source.spec.schedule)
    due = datetime.now(UTC)
    async with asyncio.TaskGroup() as under_way:
        while True:
            due = schedule.after(max(due, datetime.now(UTC)))
            await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
            under_way.create_task(_send(source, due, send))


async def _send(source: PingSource, due: datetime, send: Send) -> None:
    answer = await send(ping(source, due))
    if answer >= 300:
        log.error("PingSource %s: the sink answered %d; this tick is lost", source.name, answer)
