"""The CloudEvents that the source sends."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from pydantic import TypeAdapter

from ahorrater.contracts.events import EventData, ParkStatus, ReadingReceived, ReadingRejected
from ahorrater.contracts.readings import Reading

SOURCE = "/ahorrater/mqtt-source"

_RECEIVED: TypeAdapter[ReadingReceived] = TypeAdapter(ReadingReceived)


def new_traceparent() -> str:
    """A W3C trace of its own for each event."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """One CloudEvent 1.0 with JSON data. Repeating it repeats its id, so that a consumer can tell."""

    type: str
    id: str
    time: datetime
    data: bytes
    subject: str | None = None
    source: str = SOURCE
    traceparent: str = field(default_factory=new_traceparent)


def readings_event(readings: Sequence[Reading], now: datetime) -> OutgoingEvent:
    """One event for many readings; its id follows from their identities."""
    identities = "\n".join([f"{reading.node} {reading.boot} {reading.seq}" for reading in readings])
    event = ReadingReceived.model_construct(readings=tuple(readings))  # each is valid already
    return OutgoingEvent(
        type=ReadingReceived.TYPE,
        id=hashlib.blake2b(identities.encode(), digest_size=16).hexdigest(),
        time=now,
        data=_RECEIVED.dump_json(event, exclude_defaults=True),
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
