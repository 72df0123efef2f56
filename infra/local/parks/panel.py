"""From power to what an INA219 sensor measures at the panel."""

from dataclasses import dataclass

NIGHT_POWER_W = 0.001
LOWEST_VOLTAGE_V = 17.0
PEAK_VOLTAGE_V = 20.0
"""A 36-cell panel at its maximum power point; 60 W are 3 A then, within the sensor's 3.2 A."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Voltage, current and power, rounded as the sensor resolves them (4 mV, 0.1 mA)."""

    voltage_v: float
    current_a: float
    power_w: float


def measure(power_w: float, peak_power_w: float) -> Measurement:
    """What the sensor says while the panel gives `power_w`; a dark panel has neither voltage nor current."""
    if power_w < NIGHT_POWER_W:
        return Measurement(0.0, 0.0, 0.0)
    voltage_v = round(LOWEST_VOLTAGE_V + (PEAK_VOLTAGE_V - LOWEST_VOLTAGE_V) * min(power_w / peak_power_w, 1.0), 3)
    current_a = round(power_w / voltage_v, 4)
    return Measurement(voltage_v, current_a, round(voltage_v * current_a, 3))
