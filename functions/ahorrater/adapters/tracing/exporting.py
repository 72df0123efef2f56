"""Where spans go: to an OpenTelemetry collector if one is named, otherwise nowhere."""

import logging

from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.adapters.tracing.spans import Export, Span

logger = logging.getLogger(__name__)


class TracingSettings(BaseSettings):
    """OTEL_EXPORTER_OTLP_ENDPOINT: the collector's OTLP/HTTP address, such as `http://collector:4318`. Without it no
    span is sent and OpenTelemetry is not imported; with it, OpenTelemetry reads its other variables itself.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    otel_exporter_otlp_endpoint: str = ""


def nowhere(span: Span) -> None:
    """Nobody collects spans."""


def exporter_of(service: str) -> Export:
    """Sends the spans of `service` where the environment says."""
    if not TracingSettings().otel_exporter_otlp_endpoint:
        return nowhere
    try:
        from ahorrater.adapters.tracing.otlp import OtlpExport
    except ImportError as missing:
        logger.warning("no spans are sent: %s; install opentelemetry-exporter-otlp-proto-http", missing)
        return nowhere
    return OtlpExport(service)
