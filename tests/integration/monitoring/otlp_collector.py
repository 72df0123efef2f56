"""A tiny OpenTelemetry collector: OTLP over HTTP, protobuf; it keeps every span."""

from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.integration.http_server import HttpServer, QuietHandler


@dataclass(frozen=True)
class CollectedSpan:
    """One span, and the service that sent it. Ids in hexadecimal; `parent_id` is empty for the first of a trace."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    began_ns: int
    attributes: dict[str, str | int]


@dataclass
class OtlpCollector(HttpServer):
    """Listens on a free port until the end of the `with`."""

    spans: list[CollectedSpan] = field(default_factory=list)

    def __post_init__(self) -> None:
        collector = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 -- the base class's name
                request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                collector.spans.extend(_spans_of(request))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.answer(200 if self.path == "/v1/traces" else 404, answer, "application/x-protobuf")

        super().__init__(Handler)

    def trace(self, trace_id: str) -> list[CollectedSpan]:
        """The spans of one trace, by the moment at which they began."""
        return sorted((span for span in list(self.spans) if span.trace_id == trace_id), key=lambda span: span.began_ns)


def _spans_of(request: ExportTraceServiceRequest) -> list[CollectedSpan]:
    return [
        CollectedSpan(
            service=str(_values(resource.resource.attributes)["service.name"]),
            name=span.name,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            began_ns=span.start_time_unix_nano,
            attributes=_values(span.attributes),
        )
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _values(pairs: "list[KeyValue]") -> dict[str, str | int]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in pairs}
