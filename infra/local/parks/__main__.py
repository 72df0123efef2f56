"""Simulated parks as a process of their own: `python -m infra.local.parks`, settings from the environment."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from infra.local.parks.boots import next_boot
from infra.local.parks.device import Device
from infra.local.parks.panel import measure
from infra.local.parks.samples import Sample
from infra.local.parks.settings import ParksSettings
from infra.local.parks.trace import TraceError

log = logging.getLogger("parks")


def play(samples: Iterable[Sample], devices: Sequence[Device], peak_power_w: float, stop: threading.Event) -> None:
    """Publishes each sample when it is due, until they end or `stop` is set."""
    started = time.monotonic()
    for sample in samples:
        if stop.wait(max(0.0, started + sample.due_s - time.monotonic())):
            return
        now = datetime.now(UTC)
        for device in devices:
            if device.node in sample.power_w:
                device.publish(measure(sample.power_w[device.node], peak_power_w), now)


def run(settings: ParksSettings, stop: threading.Event) -> None:
    """Connects the devices and plays; at the end of a trace that is not repeated they stay connected, silent."""
    samples = settings.samples()
    devices = [
        Device(node, next_boot(settings.boots, node), settings.park_passwords.get(node)) for node in settings.parks
    ]
    for device in devices:
        device.start(settings.mqtt_host, settings.mqtt_port)
    play(samples, devices, settings.peak_power_w, stop)
    if not stop.is_set():
        log.info("the trace is at its end")
        stop.wait()
    for device in devices:
        device.stop()


def main() -> int:
    """Runs until SIGTERM or SIGINT; settings or a trace that are wrong end it with the reason."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(ParksSettings(), stop)
    except (ValidationError, TraceError) as error:
        log.critical("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
