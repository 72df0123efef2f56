"""`ahorrater-device [--simulate WATTS]`: runs until SIGTERM; settings are environment variables (settings.py)."""

import argparse
import logging
import signal
import sys
import threading

from ahorrater_device.buffer import Buffer
from ahorrater_device.clock import Clock
from ahorrater_device.device import Device
from ahorrater_device.ina219 import I2c
from ahorrater_device.settings import Settings, read_settings
from ahorrater_device.simulation import SimulatedIna219

PANEL_V = 18.0
RESTART = 75
"""EX_TEMPFAIL: systemd starts the program again."""


def main() -> None:
    """The program."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    parser = argparse.ArgumentParser(description="A solar park's device: INA219 over I2C, readings over MQTT.")
    parser.add_argument("--simulate", type=float, metavar="WATTS", help="a made-up panel instead of the sensor")
    arguments = parser.parse_args()
    try:
        settings = read_settings()
    except ValueError as error:
        parser.error(f"{error} (environment variables; see ahorrater_device/settings.py)")
    sys.exit(_run(settings, arguments.simulate))


def _run(settings: Settings, simulated_w: float | None) -> int:
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    buffer = Buffer(settings.state_directory / "readings.db")
    device = Device(settings, _bus(settings, simulated_w), buffer, Clock(trusted=settings.clock_trusted))
    device.run(over.wait)
    buffer.close()
    return RESTART if device.restart_wanted else 0


def _bus(settings: Settings, simulated_w: float | None) -> I2c:
    if simulated_w is None:
        from ahorrater_device.smbus import SmbusI2c

        return SmbusI2c(settings.i2c_bus)
    chip = SimulatedIna219()
    chip.set(round(PANEL_V * 1e6), round(simulated_w / PANEL_V * settings.shunt_ohm * 1e6))
    return chip


if __name__ == "__main__":
    main()
