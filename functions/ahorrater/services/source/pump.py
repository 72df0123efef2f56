"""The pump of mqtt-source: what MQTT brought goes to the sink, and is acknowledged when the sink has it.

Whatever arrived while the last event was under way makes the next one, so a lone reading never waits and batches grow
with the load. One event is under way at a time: order holds.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from http import HTTPStatus
from typing import Protocol

from ahorrater.contracts.events import MAX_READINGS, DeviceStatus, ParkStatus
from ahorrater.contracts.trace_context import TraceContext
from ahorrater.services.source.backoff import Backoff
from ahorrater.services.source.events import OutgoingEvent, readings_event, rejection_event, status_event
from ahorrater.services.source.inbox import Inbox
from ahorrater.services.source.messages import Cause, Interpreter, Message, Receipt, Refusal, Taken, refuse

log = logging.getLogger(__name__)


class Verdict(Enum):
    """What an answer of the sink means for the event."""

    ACCEPTED = auto()
    REFUSED = auto()
    UNAVAILABLE = auto()


ABOUT_THE_SENDER = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""4xx that say nothing against the event: an expired token, a sink not there yet or too busy. They pass with time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The sink's answer. `status` is None where there was none; `detail` says in words what went wrong."""

    status: int | None
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        """2xx: accepted. 4xx about the event: refused. All else: not now."""
        if self.status is None:
            return Verdict.UNAVAILABLE
        if 200 <= self.status < 300:
            return Verdict.ACCEPTED
        if 400 <= self.status < 500 and self.status not in ABOUT_THE_SENDER:
            return Verdict.REFUSED
        return Verdict.UNAVAILABLE

    def __str__(self) -> str:
        return f"{self.status or ''} {self.detail}".strip()


class Sink(Protocol):
    """Where events go."""

    async def send(self, event: OutgoingEvent) -> Answer:
        """POST the event once. Never raises for trouble of the network or of the sink."""


class Acknowledger(Protocol):
    """What tells the MQTT broker that messages are safe."""

    def acknowledge(self, receipts: Iterable[Receipt]) -> None:
        """Acknowledge in this order. Receipts of an earlier connection are void: the broker sends those again."""


class Observer(Protocol):
    """What counts."""

    def accepted(self, readings: int) -> None:
        """The sink took an event of so many readings."""

    def rejected(self, cause: Cause) -> None:
        """The sink took a dead letter."""

    def retained_ignored(self, messages: int) -> None:
        """So many retained messages were no readings."""

    def retried(self) -> None:
        """The sink was not available; the same event goes again."""

    def lost(self, event: OutgoingEvent) -> None:
        """The sink refused an event that cannot be cut smaller or told otherwise."""


class Stopped(Exception):  # noqa: N818 -- an order, not an error
    """The process is to end; what is under way stays unacknowledged."""


Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds; raises Stopped when the process is to end."""


class Pump:
    """Takes messages from the inbox, sends events, acknowledges."""

    def __init__(
        self,
        *,
        interpreter: Interpreter,
        sink: Sink,
        acknowledger: Acknowledger,
        observer: Observer,
        backoff: Backoff,
        pause: Pause,
        clock: Callable[[], datetime],
    ) -> None:
        self._interpreter = interpreter
        self._sink = sink
        self._acknowledger = acknowledger
        self._observer = observer
        self._backoff = backoff
        self._pause = pause
        self._clock = clock
        self._last_status: dict[str, tuple[DeviceStatus, int]] = {}

    async def run(self, inbox: Inbox) -> None:
        """Deliver until the inbox is closed or Stopped."""
        try:
            while messages := await inbox.take(MAX_READINGS):
                await self.deliver(messages)
        except Stopped:
            log.info("stopping with the last batch unacknowledged: the MQTT broker sends it again")

    async def deliver(self, messages: Sequence[Message]) -> None:
        """Send all that the messages hold, then acknowledge them in order of arrival."""
        batch = self._interpreter.sort(messages)
        if batch.retained:
            self._observer.retained_ignored(len(batch.retained))
        refused_by_sink = await self._send_readings(batch.taken) if batch.taken else []
        for refusal in batch.refusals + refused_by_sink:
            await self._send_refusal(refusal)
        for status in batch.statuses:
            await self._send_status(status)
        self._acknowledger.acknowledge(message.receipt for message in messages)

    async def _send_readings(self, taken: Sequence[Taken]) -> list[Refusal]:
        """Send as one event; if the sink refuses it, halve it until only the culprits are left, and give those back."""
        answer = await self._settle(readings_event([one.reading for one in taken], self._clock(), _trace_of(taken)))
        if answer.verdict is Verdict.ACCEPTED:
            self._observer.accepted(len(taken))
            return []
        if len(taken) == 1:
            return [refuse(taken[0].message, Cause.REFUSED_BY_SINK, f"the sink refused it: {answer}")]
        middle = len(taken) // 2
        return await self._send_readings(taken[:middle]) + await self._send_readings(taken[middle:])

    async def _send_refusal(self, refusal: Refusal) -> None:
        if await self._sent_alone(rejection_event(refusal.letter)):
            self._observer.rejected(refusal.cause)

    async def _send_status(self, status: ParkStatus) -> None:
        """Send a change; a state that was sent already is no news."""
        state = (status.status, status.boot)
        if self._last_status.get(status.node) != state and await self._sent_alone(status_event(status)):
            self._last_status[status.node] = state

    async def _sent_alone(self, event: OutgoingEvent) -> bool:
        """Whether the sink took an event that cannot be cut smaller. If not, the log is all that is left to tell."""
        answer = await self._settle(event)
        if answer.verdict is Verdict.ACCEPTED:
            return True
        self._observer.lost(event)
        log.error("the sink refused an event of type %s (%s): %s", event.type, answer, event.data.decode())
        return False

    async def _settle(self, event: OutgoingEvent) -> Answer:
        """Repeat the event until the sink has accepted or refused it."""
        attempts = 0
        while (answer := await self._sink.send(event)).verdict is Verdict.UNAVAILABLE:
            if not attempts:
                log.warning("the sink is not available (%s); repeating, nothing is acknowledged meanwhile", answer)
            self._observer.retried()
            await self._pause(self._backoff.delay_s(attempts))
            attempts += 1
        if attempts:
            log.info("the sink answers again, after %d repetitions", attempts)
        return answer


def _trace_of(taken: Sequence[Taken]) -> TraceContext | None:
    """An event has one trace: that of the first of its messages that brings one."""
    return next((one.message.trace for one in taken if one.message.trace is not None), None)
