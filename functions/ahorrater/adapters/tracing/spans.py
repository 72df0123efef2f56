"""Spans. The ids travel with the events whether or not anybody collects spans."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from ahorrater.contracts.trace_context import TraceContext, continued

Value = str | int


class SpanKind(StrEnum):
    """OpenTelemetry's words: who sends an event, and who hears one."""

    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(slots=True)
class Span:
    """Something that took its time. Moments in ns since 1970; `error` says what went wrong, if anything did."""

    name: str
    kind: SpanKind
    context: TraceContext
    parent: TraceContext | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    started_ns: int = field(default_factory=time.time_ns)
    ended_ns: int = 0
    error: str = ""


Export = Callable[[Span], None]
"""Takes a span that has ended. Neither blocks nor raises."""

_current: ContextVar[Span | None] = ContextVar("span", default=None)


@contextmanager
def hearing(name: str, parent: TraceContext | None, attributes: Mapping[str, Value], export: Export) -> Iterator[Span]:
    """A span of whoever hears an event, below its sender's; the current one for the rest of the task."""
    span = Span(name, SpanKind.CONSUMER, continued(parent), parent, dict(attributes))
    _current.set(span)
    try:
        yield span
    except Exception as error:
        span.error = str(error) or type(error).__name__
        raise
    finally:
        finish(span, export)


def finish(span: Span, export: Export) -> None:
    """The span ends now. What nobody wants sampled is not exported."""
    span.ended_ns = time.time_ns()
    if span.context.sampled:
        export(span)


def annotate(attributes: Mapping[str, Value | None]) -> None:
    """Adds to the current span, if there is one, what is known of these."""
    if (span := _current.get()) is not None:
        span.attributes.update({name: value for name, value in attributes.items() if value is not None})


def current_trace_id() -> str | None:
    """The trace that this task or thread works for."""
    span = _current.get()
    return None if span is None else span.context.trace_id
