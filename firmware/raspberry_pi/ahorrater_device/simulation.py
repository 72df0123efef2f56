"""An INA219 as its registers show it, for `--simulate` and for tests."""

from ahorrater_device import ina219

POWER_REGISTER = 3
READY_BIT = 2


class SimulatedIna219:
    """Answers as a bus with one chip would. `connected` false: nobody answers."""

    def __init__(self, *, always_ready: bool = True) -> None:
        self.connected = True
        self.ready = False
        self._always_ready = always_ready
        self._configuration = ina219.RESET_CONFIGURATION
        self._bus = self._shunt = 0

    def set(self, bus_uv: int, shunt_uv: int) -> None:
        """What it measures from now on, microvolts."""
        self._bus = (bus_uv // 4_000) << 3
        self._shunt = (shunt_uv // 10) & 0xFFFF

    def reset(self) -> None:
        """Forgets its configuration, as after a brown-out."""
        self._configuration = ina219.RESET_CONFIGURATION

    def read(self, _address: int, register: int) -> int:
        """The register's value."""
        self._answer()
        ready = self.ready or self._always_ready
        if register == POWER_REGISTER:
            self.ready = False
        values = (self._configuration, self._shunt, self._bus | (READY_BIT if ready else 0), 0)
        return values[register]

    def write(self, _address: int, register: int, value: int) -> None:
        """Sets the configuration, which begins a new conversion."""
        self._answer()
        if register == 0:
            self._configuration = value
            self.ready = False

    def _answer(self) -> None:
        if not self.connected:
            raise OSError("no answer")
