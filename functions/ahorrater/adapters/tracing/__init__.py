"""One trace from reading to label: spans that continue what an event brings, and where they are sent."""

from ahorrater.adapters.tracing.exporting import exporter_of
from ahorrater.adapters.tracing.spans import Export, Span, SpanKind, annotate, current_trace_id, finish, hearing

__all__ = ["Export", "Span", "SpanKind", "annotate", "current_trace_id", "exporter_of", "finish", "hearing"]
