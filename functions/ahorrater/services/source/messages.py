"""What an MQTT message means: a reading, a status, nothing, or a refusal that says why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from ahorrater.contracts.base import NodeName
from ahorrater.contracts.events import ParkStatus, ReadingRejected, StatusMessage
from ahorrater.contracts.readings import Reading, Telemetry
from ahorrater.contracts.trace_context import TraceContext

KEPT_PAYLOAD_BYTES = 4096
"""How much of a refused payload its dead letter shows; what is too large is cut to this at arrival."""

MAX_REASON_CHARACTERS = 500
KNOWN_TOPICS = 65_536
"""Topics whose parsing is remembered: two a park, far above the parks of one cluster."""


class Receipt(NamedTuple):
    """What acknowledges a message: its packet identifier, valid on one connection only."""

    connection: int
    mid: int
    qos: int


class Message(NamedTuple):
    """One MQTT PUBLISH. `payload` is cut where `size_bytes`, its true size, exceeds what a message may have.

    `trace` is the device's span, where the PUBLISH has the user property `traceparent`.
    """

    topic: str
    payload: bytes
    size_bytes: int
    retained: bool
    received_at: datetime
    receipt: Receipt
    trace: TraceContext | None = None


class Cause(StrEnum):
    """Why a message is no reading; a label of the metrics."""

    BAD_TOPIC = "bad-topic"
    UNKNOWN_NODE = "unknown-node"
    TOO_LARGE = "too-large"
    INVALID = "invalid"
    NODE_MISMATCH = "node-mismatch"
    REFUSED_BY_SINK = "refused-by-sink"


class Refusal(NamedTuple):
    """A dead letter."""

    cause: Cause
    letter: ReadingRejected


class Taken(NamedTuple):
    """A reading and the message that brought it."""

    reading: Reading
    message: Message


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a batch of messages holds, each kind in order of arrival."""

    taken: list[Taken] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    statuses: list[ParkStatus] = field(default_factory=list)
    retained: list[Message] = field(default_factory=list)


def refuse(message: Message, cause: Cause, reason: str) -> Refusal:
    """The dead letter of a message.

    Bytes that are no UTF-8, and NUL, which PostgreSQL's text cannot hold, become U+FFFD.
    """
    text = message.payload[:KEPT_PAYLOAD_BYTES].decode("utf-8", errors="replace").replace("\0", "\ufffd")
    letter = ReadingRejected(
        topic=message.topic, payload=text, reason=reason[:MAX_REASON_CHARACTERS], received_at=message.received_at
    )
    return Refusal(cause, letter)


class Kind(StrEnum):
    """The topics that the source reads: `ahorrater/v1/<node>/<kind>`."""

    TELEMETRY = "telemetry"
    STATUS = "status"


class Address(NamedTuple):
    """What a topic names."""

    node: str
    kind: Kind


class Fault(NamedTuple):
    """What is wrong with a message, in kind and in words."""

    cause: Cause
    reason: str


class FaultyMessage(Exception):  # noqa: N818 -- it says what came, not what broke
    """A message that is no reading and no status."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(cause, reason)


class Interpreter:
    """Sorts messages. The contracts judge the payloads; the topic, the node and the size are judged here.

    `parks` are the nodes whose messages are taken; empty takes any.
    """

    def __init__(self, parks: Collection[str], max_payload_bytes: int) -> None:
        self._parks = frozenset(parks)
        self._max_payload_bytes = max_payload_bytes
        self._address_of = lru_cache(KNOWN_TOPICS)(self._parse_topic)

    def sort(self, messages: Iterable[Message]) -> Sorted:
        """Every message in its kind; nothing that arrives makes this fail."""
        batch = Sorted()
        for message in messages:
            try:
                self._add(message, batch)
            except FaultyMessage as faulty:
                batch.refusals.append(refuse(message, *faulty.fault))
        return batch

    def _add(self, message: Message, batch: Sorted) -> None:
        address = self._address_of(message.topic)
        if isinstance(address, Fault):
            raise FaultyMessage(*address)
        if address.kind is Kind.STATUS:
            if message.size_bytes:  # nothing in it: someone cleared the retained status
                batch.statuses.append(self._status(address.node, message))
        elif message.retained:
            batch.retained.append(message)
        else:
            batch.taken.append(Taken(self._reading(address.node, message), message))

    def _reading(self, node: str, message: Message) -> Reading:
        self._check_size(message)
        try:
            telemetry = Telemetry.model_validate_json(message.payload)
        except ValidationError as error:
            raise FaultyMessage(Cause.INVALID, _explain(error)) from error
        if telemetry.node is not None and telemetry.node != node:
            reason = f"the payload says node {telemetry.node!r}, the topic {node!r}; leave it out or make them agree"
            raise FaultyMessage(Cause.NODE_MISMATCH, reason)
        return Reading.of(node, telemetry, message.received_at)

    def _status(self, node: str, message: Message) -> ParkStatus:
        self._check_size(message)
        try:
            said = StatusMessage.model_validate_json(message.payload)
        except ValidationError as error:
            raise FaultyMessage(Cause.INVALID, _explain(error)) from error
        return ParkStatus(node=node, status=said.status, boot=said.boot, at=message.received_at)

    def _check_size(self, message: Message) -> None:
        if message.size_bytes > self._max_payload_bytes:
            reason = (
                f"{message.size_bytes} bytes; a message may have {self._max_payload_bytes} (MQTT_MAX_PAYLOAD_BYTES)"
            )
            raise FaultyMessage(Cause.TOO_LARGE, reason)

    def _parse_topic(self, topic: str) -> Address | Fault:
        try:
            prefix, version, node, kind = topic.split("/")
            address = Address(NODE_NAME.validate_python(node), Kind(kind))
        except ValidationError:
            return Fault(Cause.BAD_TOPIC, f"the topic {topic!r} names no Kubernetes node (lower case, RFC 1123)")
        except ValueError:
            return Fault(Cause.BAD_TOPIC, f"the topic {topic!r} is not ahorrater/v1/<node>/telemetry or /status")
        if (prefix, version) != ("ahorrater", "v1"):
            return Fault(Cause.BAD_TOPIC, f"the topic {topic!r} is not under ahorrater/v1/")
        if self._parks and node not in self._parks:
            return Fault(Cause.UNKNOWN_NODE, f"the node {node!r} is not in PARKS; add it there if it is yours")
        return address


NODE_NAME: TypeAdapter[str] = TypeAdapter(NodeName)


def _explain(error: ValidationError) -> str:
    """Every fault on one line: where, what, and what was there instead."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'payload'}: {fault['msg']}"
        + ("" if fault["type"] in {"missing", "json_invalid"} else f" (got {str(fault['input'])[:60]!r})")
        for fault in error.errors(include_url=False, include_context=False)
    )
