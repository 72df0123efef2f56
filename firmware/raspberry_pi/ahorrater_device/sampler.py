"""From conversions to one measurement: means, in the units that a reading speaks of."""

from dataclasses import dataclass

from ahorrater_device.ina219 import Conversion, Ina219

MAX_VOLTAGE_V = 26.0
MAX_CURRENT_A = 3.2
"""What a reading may say (the contract of `ahorrater/v1/<node>/telemetry`); beyond it, it is cut and marked."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Means. The power is the mean of products, not the product of means."""

    voltage_v: float
    current_a: float
    power_w: float
    overflow: bool


class Sampler:
    """Collects conversions. `shunt_ohm` is the shunt's resistance, above 0; 0.1 is usual."""

    def __init__(self, sensor: Ina219, shunt_ohm: float) -> None:
        self._sensor, self._shunt_ohm = sensor, shunt_ohm
        self._samples: list[Measurement] = []

    def poll(self) -> None:
        """Takes the sensor's conversion, if there is a new one."""
        conversion = self._sensor.read()
        if isinstance(conversion, Conversion):
            self._samples.append(self._measure(conversion))

    def take(self) -> Measurement | None:
        """The means since the last call; None when the sensor said nothing, which is not zero."""
        samples, self._samples = self._samples, []
        if not samples:
            return None
        count = len(samples)
        return Measurement(
            voltage_v=sum(sample.voltage_v for sample in samples) / count,
            current_a=sum(sample.current_a for sample in samples) / count,
            power_w=sum(sample.power_w for sample in samples) / count,
            overflow=any(sample.overflow for sample in samples),
        )

    def _measure(self, conversion: Conversion) -> Measurement:
        # The bus is measured behind the shunt: the panel has both. A reversed shunt can make a dark panel's negative.
        panel_v = max(0.0, (conversion.bus_uv + conversion.shunt_uv) / 1e6)
        shunt_a = conversion.shunt_uv / 1e6 / self._shunt_ohm
        voltage_v = min(panel_v, MAX_VOLTAGE_V)
        current_a = min(max(shunt_a, -MAX_CURRENT_A), MAX_CURRENT_A)
        cut = voltage_v != panel_v or current_a != shunt_a
        return Measurement(voltage_v, current_a, voltage_v * current_a, conversion.overflow or cut)
