"""The device: measures at its interval, puts every reading on disk, and lets the publisher bring them to the broker."""

import logging
from collections.abc import Callable

from ahorrater_device import __version__
from ahorrater_device.buffer import Buffer, Reading
from ahorrater_device.clock import Clock
from ahorrater_device.ina219 import I2c, Ina219
from ahorrater_device.messages import Command
from ahorrater_device.publisher import Publisher
from ahorrater_device.sampler import Sampler
from ahorrater_device.settings import Settings

log = logging.getLogger(__name__)
POLL_S = 0.05
INFO_S = 300.0


class Device:
    """Call `step` some twenty times a second."""

    def __init__(self, settings: Settings, i2c: I2c, buffer: Buffer, clock: Clock) -> None:
        self._sensor = Ina219(i2c, settings.i2c_address)
        self._sampler = Sampler(self._sensor, settings.shunt_ohm)
        self._buffer, self._clock = buffer, clock
        self._interval_s = buffer.kept_interval_s() or settings.interval_s
        self._boot = buffer.next_boot()
        self._seq = 0
        self._publisher = Publisher(settings, self._boot, buffer, clock)
        self._next_reading_s = clock.now().uptime_s + self._interval_s
        self._next_info_s = 0.0
        self.restart_wanted = False

    def step(self) -> None:
        """Everything that is due now."""
        uptime_s = self._clock.now().uptime_s
        self._measure(uptime_s)
        self._publisher.step(uptime_s)
        while self._publisher.commands:
            self._obey(self._publisher.commands.popleft(), uptime_s)
        if uptime_s >= self._next_info_s and self._publisher.tell(self._information()):
            self._next_info_s = uptime_s + INFO_S

    def run(self, wait: Callable[[float], bool]) -> None:
        """Until `wait` says that it is over, or a restart is wanted; then leaves the broker politely."""
        while not self.restart_wanted and not wait(POLL_S):
            self.step()
        self._publisher.leave()

    def _measure(self, uptime_s: float) -> None:
        self._sampler.poll()
        if uptime_s < self._next_reading_s:
            return
        self._next_reading_s = max(self._next_reading_s + self._interval_s, uptime_s)
        measurement = self._sampler.take()
        if measurement is not None:
            self._buffer.push(Reading(self._boot, self._seq, self._clock.now(), measurement))
            self._seq += 1

    def _obey(self, command: Command, uptime_s: float) -> None:
        if command.interval_s is not None:
            log.info("kept: interval %.0f ms", 1000 * command.interval_s)
            self._buffer.keep_interval(command.interval_s)
            self._interval_s = command.interval_s
            self._next_reading_s = uptime_s + command.interval_s
        self.restart_wanted = self.restart_wanted or command.restart
        self._next_info_s = uptime_s

    def _information(self) -> dict[str, object]:
        return {
            "firmware": __version__,
            "boot": self._boot,
            "interval_s": self._interval_s,
            "sensor_restarts": self._sensor.restarts,
            "sensor_failures": self._sensor.failures,
            "waiting": len(self._buffer),
            "dropped": self._buffer.dropped,
            "last_command": self._publisher.last_command,
        }
