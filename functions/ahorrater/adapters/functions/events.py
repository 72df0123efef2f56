"""CloudEvents in and out of a function (CloudEvents 1.0, HTTP binding, binary or structured mode)."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from cloudevents import exceptions
from cloudevents.conversion import to_binary
from cloudevents.http import CloudEvent, from_http
from pydantic import ValidationError
from starlette.responses import Response

from ahorrater.adapters.functions.problems import explain
from ahorrater.adapters.header_values import header_value
from ahorrater.adapters.tracing import annotate
from ahorrater.contracts.base import to_utc
from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import EventData
from ahorrater.contracts.trace_context import TraceContext

SPEC_VERSION = "1.0"
"""The library takes 0.3, too."""
PING_TYPE = "dev.knative.sources.ping"
"""A Knative PingSource can send no other type; its extension `ahorratertype` says which of ours is meant."""
MEANT_TYPE = "ahorratertype"
MAX_REASON_CHARACTERS = 200
"""The library's reasons hold the whole body."""
D = TypeVar("D", bound=EventData)
_REQUIRED = ("specversion", "id", "source", "type")
_CORE = frozenset({"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"})
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What an attribute may not hold (CloudEvents 1.0, 3.1): a line break would end a header, NUL no database takes."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it came. `data` is its JSON, not yet validated; `time` is UTC, None where the sender gave none."""

    id: str
    source: str
    type: str
    time: datetime | None = None
    data: bytes = b""
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Source and id: unique for each distinct event (CloudEvents 1.0, 3.1.1)."""
        return f"{self.source}#{self.id}"

    @property
    def trace(self) -> TraceContext | None:
        """The sender's span (Distributed Tracing extension)."""
        return TraceContext.parse(self.extensions.get("traceparent"))

    @property
    def described(self) -> dict[str, str]:
        """The attributes of a span (OpenTelemetry's semantic conventions for CloudEvents)."""
        return {
            "cloudevents.event_id": self.id,
            "cloudevents.event_source": self.source,
            "cloudevents.event_type": self.type,
        }


@dataclass(frozen=True, slots=True)
class Emit:
    """A reply: the data of a new event. A deterministic `id` lets whoever hears it twice notice."""

    data: EventData
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def data_of(event: Event, model: type[D]) -> D:
    """The event's data as `model`. Raises Reject, saying what is wrong where."""
    try:
        data = model.model_validate_json(event.data or b"{}")
    except ValidationError as error:
        raise explain(error, f"the data is no {model.TYPE}") from None
    annotate(_matter(data))
    return data


def decode(headers: Mapping[str, str], body: bytes) -> Event:
    """The event of a request. Raises Reject for anything that is not a CloudEvent 1.0 with JSON data."""
    try:
        event = from_http(headers, body, data_unmarshaller=lambda data: data)
    except (exceptions.GenericException, ValueError, TypeError, KeyError, AttributeError) as error:
        why = _missing(headers) or str(error)[:MAX_REASON_CHARACTERS]
        raise Reject(f"this is not a CloudEvent: {why}") from None
    attributes = event.get_attributes()
    if empty := [name for name in _REQUIRED if not attributes[name]]:
        raise Reject(f"this is not a CloudEvent: {', '.join(empty)} may not be empty")
    if attributes["specversion"] != SPEC_VERSION:
        raise Reject(f"CloudEvents {SPEC_VERSION} are heard here, not {attributes['specversion']}")
    if broken := [name for name, value in attributes.items() if _NO_TEXT.search(f"{name}{value}")]:
        raise Reject(f"this is not a CloudEvent: control characters in {', '.join(map(ascii, broken))}")
    extensions = {name: str(value) for name, value in attributes.items() if name not in _CORE}
    kind = str(attributes["type"])
    return Event(
        id=str(attributes["id"]),
        source=str(attributes["source"]),
        type=extensions.get(MEANT_TYPE, kind) if kind == PING_TYPE else kind,
        time=_moment(attributes.get("time")),
        data=_as_json(event.get_data()),
        extensions=extensions,
    )


def encode(emit: Emit, source: str, cause: Event, trace: TraceContext) -> Response:
    """The reply as an HTTP answer in binary mode. `trace`: the span that it comes from."""
    annotate(_matter(emit.data))
    attributes = {
        "id": emit.id,
        "source": source,
        "type": emit.data.TYPE,
        "datacontenttype": "application/json",
        "time": datetime.now(UTC).isoformat(),
        "traceparent": str(trace),
    }
    if "tracestate" in cause.extensions:
        attributes["tracestate"] = cause.extensions["tracestate"]
    in_headers = {name: header_value(value) for name, value in attributes.items()}
    event = CloudEvent(in_headers, emit.data.model_dump_json().encode())
    headers, body = to_binary(event, data_marshaller=lambda data: data)
    return Response(body, headers=headers)


def _matter(data: EventData) -> dict[str, str | int | None]:
    """What people look for in traces: which decision, which node."""
    node = getattr(data, "chosen", None) or getattr(data, "node", None)
    return {"ahorrater.epoch": getattr(data, "epoch", None), "ahorrater.node": node}


def _as_json(data: object) -> bytes:
    if data is None:
        return b""
    if isinstance(data, bytes):
        return data
    return data.encode(errors="replace") if isinstance(data, str) else json.dumps(data).encode()


def _missing(headers: Mapping[str, str]) -> str:
    """Which headers an event in binary mode lacks; nothing where none is there: it was meant to be something else."""
    missing = [f"ce-{name}" for name in _REQUIRED if f"ce-{name}" not in headers]
    return f"without {', '.join(missing)}" if 0 < len(missing) < len(_REQUIRED) else ""


def _moment(text: object) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValueError:
        raise Reject(f"the event's time {text!r} is not RFC 3339") from None
