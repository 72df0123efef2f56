"""Spans to an OpenTelemetry collector by OTLP over HTTP, from a thread of OpenTelemetry's own.

A collector that is away costs nothing but the spans: the queue is bounded, and what does not fit is dropped.
"""

import atexit
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ahorrater.adapters.tracing.spans import Span
from ahorrater.contracts.trace_context import TraceContext

TIMEOUT_S = 2
"""Of one attempt: what a process that ends waits for a collector that does not answer."""


class OtlpExport:
    """Queues spans; what is queued when the process ends is sent first."""

    def __init__(self, service: str) -> None:
        self._resource = Resource.create({"service.name": service, "service.version": version("ahorrater")})
        self._processor = BatchSpanProcessor(OTLPSpanExporter(timeout=TIMEOUT_S))
        atexit.register(self._processor.shutdown)

    def __call__(self, span: Span) -> None:
        """Puts the span into the queue."""
        self._processor.on_end(self._readable(span))

    def _readable(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.context),
            parent=None if span.parent is None else _context(span.parent, is_remote=True),
            resource=self._resource,
            attributes=span.attributes,
            kind=SpanKind[span.kind.name],
            status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
            start_time=span.started_ns,
            end_time=span.ended_ns,
        )


def _context(context: TraceContext, *, is_remote: bool = False) -> SpanContext:
    return SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote,
        TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT),
    )
