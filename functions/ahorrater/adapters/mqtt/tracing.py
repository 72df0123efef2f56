"""Spans of the events that mqtt-source sends."""

from ahorrater.adapters.tracing import Export, Span, SpanKind, finish
from ahorrater.services.source.events import OutgoingEvent
from ahorrater.services.source.pump import Answer, Sink, Verdict


class TracedSink:
    """The same sink. One event is under way at a time; it is one span, however often it has to be repeated."""

    def __init__(self, sink: Sink, export: Export) -> None:
        self._sink = sink
        self._export = export
        self._span: Span | None = None

    async def send(self, event: OutgoingEvent) -> Answer:
        """The sink's answer."""
        if self._span is None or self._span.context != event.trace:
            self._span = _span_of(event)
        answer = await self._sink.send(event)
        if answer.verdict is not Verdict.UNAVAILABLE:
            self._span.error = str(answer) if answer.verdict is Verdict.REFUSED else ""
            finish(self._span, self._export)
            self._span = None
        return answer


def _span_of(event: OutgoingEvent) -> Span:
    attributes: dict[str, str | int] = {
        "cloudevents.event_id": event.id,
        "cloudevents.event_source": event.source,
        "cloudevents.event_type": event.type,
    }
    return Span(event.type, SpanKind.PRODUCER, event.trace, event.parent, attributes)
