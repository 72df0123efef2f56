"""A sink, a broker and a clock that a test of the pump plays with."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ahorrater.services.source.backoff import Backoff
from ahorrater.services.source.events import OutgoingEvent
from ahorrater.services.source.messages import Cause, Interpreter, Message, Receipt
from ahorrater.services.source.pump import Answer, Pump, Stopped

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def payload(seq: int, **fields: object) -> bytes:
    return json.dumps({"boot": 1, "seq": seq, "voltage_v": 18.0, "current_a": 1.5} | fields).encode()


def message(
    mid: int, body: bytes | None = None, *, topic: str = "ahorrater/v1/worker-1/telemetry", retained: bool = False
) -> Message:
    """A message whose packet identifier, and sequence number if no body is given, is `mid`."""
    body = payload(mid) if body is None else body
    return Message(topic, body, len(body), retained, NOON, Receipt(0, mid, 1))


def identities(event: OutgoingEvent) -> list[int]:
    """The sequence numbers that a readings event holds."""
    return [one["seq"] for one in json.loads(event.data).get("readings", [])]


@dataclass
class FakeSink:
    """Answers with what `answers` gives, with 202 after its end; remembers every attempt and what it accepted."""

    answers: Iterator[int | None] = field(default_factory=lambda: iter(()))
    refuses: Callable[[OutgoingEvent], bool] = lambda _event: False
    attempts: list[OutgoingEvent] = field(default_factory=list)
    accepted: list[OutgoingEvent] = field(default_factory=list)

    async def send(self, event: OutgoingEvent) -> Answer:
        self.attempts.append(event)
        status = next(self.answers, 202)
        if status == 202 and self.refuses(event):
            status = 400
        if status == 202:
            self.accepted.append(event)
        return Answer(status, "" if status else "connection refused")

    def kinds(self) -> list[str]:
        return [event.type.removeprefix("es.ahorrater.") for event in self.accepted]

    def sequence(self) -> list[int]:
        return [seq for event in self.accepted for seq in identities(event)]

    def letters(self) -> list[dict[str, str]]:
        return [json.loads(event.data) for event in self.accepted if "rejected" in event.type]


@dataclass
class FakeBroker:
    """Remembers the order of acknowledgements, and what the sink had accepted at each."""

    sink: FakeSink
    acknowledged: list[int] = field(default_factory=list)
    accepted_before: list[int] = field(default_factory=list)

    def acknowledge(self, receipts: Iterable[Receipt]) -> None:
        for receipt in receipts:
            self.acknowledged.append(receipt.mid)
            self.accepted_before.append(len(self.sink.accepted))


@dataclass
class FakeObserver:
    counts: Counter[str] = field(default_factory=Counter)

    def accepted(self, readings: int) -> None:
        self.counts["accepted"] += readings

    def rejected(self, cause: Cause) -> None:
        self.counts[cause] += 1

    def retained_ignored(self, messages: int) -> None:
        self.counts["retained"] += messages

    def retried(self) -> None:
        self.counts["retried"] += 1

    def lost(self, _event: OutgoingEvent) -> None:
        self.counts["lost"] += 1


@dataclass
class FakePause:
    """Remembers the waits; stops the pump at the wait number `stop_at`."""

    waits_s: list[float] = field(default_factory=list)
    stop_at: int | None = None

    async def __call__(self, delay_s: float) -> None:
        self.waits_s.append(delay_s)
        if len(self.waits_s) == self.stop_at:
            raise Stopped


@dataclass
class Bench:
    """A pump among its fakes."""

    sink: FakeSink = field(default_factory=FakeSink)
    pause: FakePause = field(default_factory=FakePause)
    observer: FakeObserver = field(default_factory=FakeObserver)
    parks: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.broker = FakeBroker(self.sink)
        self.pump = Pump(
            interpreter=Interpreter(self.parks, max_payload_bytes=1000),
            sink=self.sink,
            acknowledger=self.broker,
            observer=self.observer,
            backoff=Backoff(0.1, 5.0, chance=lambda: 0.0),
            pause=self.pause,
            clock=lambda: NOON,
        )
