"""The INA219 (Texas Instruments, SBOS448G) without its calibration register.

Current is the shunt's voltage over its resistance: that survives a reset of the chip and wraps nowhere.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

DEFAULT_ADDRESS = 0x40
RESET_CONFIGURATION = 0x399F
CONFIGURATION = 0x3FFF
"""32 V range, 320 mV shunt range, the mean of 128 samples of each (68 ms each), continuously."""
SHUNT_FULL_SCALE = 32_000
"""320 mV is 3.2 A on 0.1 ohm and the end of the scale; the chip's own overflow flag does not say so."""

_CONFIGURATION, _SHUNT, _BUS, _POWER = range(4)
_OVERFLOW_BIT, _READY_BIT = 1 << 0, 1 << 1
_BUS_STEP_UV, _SHUNT_STEP_UV = 4_000, 10


class I2c(Protocol):
    """The bus. Registers are 16 bits, the most significant byte first; both raise OSError when nobody answers."""

    def read(self, address: int, register: int) -> int:
        """The register's value, 0 to 65535."""

    def write(self, address: int, register: int, value: int) -> None:
        """Sets the register."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Microvolts. `overflow`: the chip's, or the shunt's full scale was reached."""

    bus_uv: int
    shunt_uv: int
    overflow: bool


class Outcome(Enum):
    """Why there is no conversion."""

    NOT_READY = auto()
    RESTARTED = auto()
    NO_ANSWER = auto()


def decode(bus: int, shunt: int) -> Conversion:
    """What the two registers mean."""
    steps = shunt - 0x10000 if shunt & 0x8000 else shunt
    saturated = abs(steps) >= SHUNT_FULL_SCALE
    return Conversion((bus >> 3) * _BUS_STEP_UV, steps * _SHUNT_STEP_UV, saturated or bool(bus & _OVERFLOW_BIT))


class Ina219:
    """The sensor. `restarts` counts how often its configuration was found lost, the first setting included."""

    def __init__(self, bus: I2c, address: int = DEFAULT_ADDRESS) -> None:
        self._bus, self._address = bus, address
        self.restarts = 0
        self.failures = 0

    def read(self) -> Conversion | Outcome:
        """The conversion finished since the last call. Puts the configuration back where the chip lost it."""
        try:
            return self._read()
        except OSError:
            self.failures += 1
            return Outcome.NO_ANSWER

    def _read(self) -> Conversion | Outcome:
        if self._register(_CONFIGURATION) != CONFIGURATION:
            self._bus.write(self._address, _CONFIGURATION, CONFIGURATION)
            self.restarts += 1
            return Outcome.RESTARTED
        bus = self._register(_BUS)
        if not bus & _READY_BIT:
            return Outcome.NOT_READY
        shunt = self._register(_SHUNT)
        self._register(_POWER)  # Reading it is what clears the ready bit.
        return decode(bus, shunt)

    def _register(self, register: int) -> int:
        return self._bus.read(self._address, register)
