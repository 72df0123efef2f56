"""mqtt-source, wired: `python -m mqtt_source.main`."""

import asyncio
import logging
import signal
import sys
from contextlib import suppress

import uvloop
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from pydantic_settings import SettingsError

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.mqtt.client import MqttClient
from ahorrater.adapters.mqtt.metrics import SourceMetrics, serve_status
from ahorrater.adapters.mqtt.settings import SourceSettings
from ahorrater.adapters.mqtt.sink import BearerToken, HttpSink
from ahorrater.adapters.mqtt.tracing import TracedSink
from ahorrater.adapters.tracing import exporter_of
from ahorrater.adapters.tracing.logs import write_logs
from ahorrater.services.source.backoff import Backoff
from ahorrater.services.source.inbox import Inbox
from ahorrater.services.source.messages import Interpreter
from ahorrater.services.source.pump import Pump, Stopped

log = logging.getLogger("mqtt_source")


class Shutdown:
    """SIGTERM and SIGINT, as something to wait for."""

    def __init__(self) -> None:
        self._requested = asyncio.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, self._requested.set)

    async def requested(self) -> None:
        """Return when one of the two has come."""
        await self._requested.wait()

    async def pause(self, delay_s: float) -> None:
        """Wait so many seconds; Stopped as soon as the process is to end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._requested.wait(), delay_s)
            raise Stopped


def build_sink(settings: SourceSettings) -> HttpSink:
    """The sink that Knative names."""
    return HttpSink(
        str(settings.k_sink),
        timeout_s=settings.sink_timeout_s,
        token=BearerToken(settings.oidc_token_file),
        extensions=settings.k_ce_overrides.extensions,
        ca_pem=settings.k_ca_certs,
    )


async def run(settings: SourceSettings) -> None:
    """Pump until SIGTERM or SIGINT; then end the POST under way, acknowledge it, disconnect."""
    shutdown = Shutdown()
    inbox = Inbox(settings.mqtt_receive_maximum)
    registry = CollectorRegistry()
    metrics = SourceMetrics(registry, queue_depth=lambda: len(inbox))
    client = MqttClient(settings, inbox, metrics, shutdown.pause, utc_now)
    pump = Pump(
        interpreter=Interpreter(settings.parks, settings.mqtt_max_payload_bytes),
        sink=TracedSink(metrics.timed(sink := build_sink(settings)), exporter_of("mqtt-source")),
        acknowledger=client,
        observer=metrics,
        backoff=Backoff(settings.sink_retry_first_s, settings.sink_retry_longest_s),
        pause=shutdown.pause,
        clock=utc_now,
    )
    status = serve_status(settings.metrics_host, settings.metrics_port, registry, lambda: client.is_ready)
    log.info("status at http://%s:%d: /healthz, /readyz, /metrics", *status.server_address[:2])

    reading = asyncio.create_task(client.run())
    pumping = asyncio.create_task(pump.run(inbox))
    await asyncio.wait(
        [reading, pumping, asyncio.create_task(shutdown.requested())], return_when=asyncio.FIRST_COMPLETED
    )
    log.info("stopping: the POST under way has %g s", settings.shutdown_grace_s)
    inbox.close()
    await asyncio.wait([pumping], timeout=settings.shutdown_grace_s)
    client.disconnect()
    sink.close()
    await end(reading, pumping)
    log.info("disconnected; the MQTT broker keeps what is unacknowledged")


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel what still runs; raise what a task failed with."""
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError, Stopped):
            await task


def main() -> int:
    """Exit code 0 after a signal, 2 where the settings are wrong."""
    write_logs("INFO")
    try:
        settings = SourceSettings()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except (ValidationError, SettingsError) as error:
        log.critical("set the environment right: %s", error)
        return 2
    except OSError as error:
        log.critical("cannot start: %s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
