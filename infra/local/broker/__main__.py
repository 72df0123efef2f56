"""The broker as a process of its own: `python -m infra.local.broker`, settings from the environment."""

import asyncio
import logging
import signal
import sys
from contextlib import suppress

import uvloop

from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.ingress import Ingress, serve
from infra.local.broker.routing import Brokers, build_brokers
from infra.local.broker.settings import BrokerSettings
from infra.local.broker.subscribers import new_session
from infra.local.manifests.objects import PingSource
from infra.local.manifests.wiring import ManifestError, read_wiring
from infra.local.pings.ticker import tick


def _sink(source: PingSource, brokers: Brokers) -> Dispatcher:
    reference = source.spec.sink.ref
    broker = None
    if reference is not None and reference.kind == "Broker":
        broker = brokers.get((reference.namespace or source.namespace, reference.name))
    if broker is None:
        raise ManifestError(f"PingSource {source.name}: its sink must be one of the Brokers of the same manifests")
    return broker


async def run(settings: BrokerSettings) -> None:
    """Serves the brokers and plays the clocks until SIGTERM or SIGINT."""
    wiring = read_wiring(settings.wiring)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with new_session() as session:
        brokers = build_brokers(wiring, settings, session)
        clocks = [(source, _sink(source, brokers)) for source in wiring.of(PingSource)]
        ingress = Ingress(brokers, settings.max_under_way, settings.request_s)
        server = await serve(ingress, settings.host, settings.port, settings.max_event_bytes)
        ticking = [asyncio.create_task(tick(source, sink.receive)) for source, sink in clocks]
        await stopped.wait()
        for task in ticking:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await server.cleanup()


def main() -> int:
    """Runs the broker; a manifest that cannot be played ends it with the reason."""
    settings = BrokerSettings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        uvloop.run(run(settings))
    except (ManifestError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
