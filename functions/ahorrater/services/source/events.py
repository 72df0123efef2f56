"""The CloudEvents that the source sends."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from pydantic import TypeAdapter

from ahorrater.contracts.events import EventData, ParkStatus, ReadingReceived, ReadingRejected
from ahorrater.contracts.readings import Reading
from ahorrater.contracts.trace_context import TraceContext, continued

SOURCE = "/ahorrater/mqtt-source"

_RECEIVED: TypeAdapter[ReadingReceived] = TypeAdapter(ReadingReceived)


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """One CloudEvent 1.0 with JSON data. Repeating it repeats its id, so that a consumer can tell.

    `trace` is the span of sending it, below `parent`, the device's, if that named one.
    """

    type: str
    id: str
    time: datetime
    data: bytes
    subject: str | None = None
    source: str = SOURCE
    trace: TraceContext = field(default_factory=TraceContext.begin)
    parent: TraceContext | None = None


def readings_event(readings: Sequence[Reading], now: datetime, parent: TraceContext | None = None) -> OutgoingEvent:
    """One event for many readings; its id follows from their identities."""
    identities = "\n".join([f"{reading.node} {reading.boot} {reading.seq}" for reading in readings])
    event = ReadingReceived.model_construct(readings=tuple(readings))  # each is valid already
    return OutgoingEvent(
        type=ReadingReceived.TYPE,
        id=hashlib.blake2b(identities.encode(), digest_size=16).hexdigest(),
        time=now,
        data=_RECEIVED.dump_json(event, exclude_defaults=True),
        trace=continued(parent),
        parent=parent,
    )


def rejection_event(letter: ReadingRejected) -> OutgoingEvent:
    """A dead letter."""
    return _single_event(letter, letter.received_at)


def status_event(status: ParkStatus) -> OutgoingEvent:
    """A park's change of state."""
    return _single_event(status, status.at, subject=status.node)


def _single_event(data: EventData, time: datetime, subject: str | None = None) -> OutgoingEvent:
    return OutgoingEvent(
        type=data.TYPE, id=str(uuid4()), time=time, data=data.model_dump_json().encode(), subject=subject
    )
