"""When each reading is due, fixed in advance.

Whoever waits for the system before sending the next request measures nothing while it is slow (coordinated omission).
So readings are due at moments that depend on nothing, and every delay counts from there, the sender's own too.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """`rate` readings/s of all devices together: number n is due n / rate seconds after the beginning, from device
    n mod devices, as its seq n div devices.
    """

    devices: int
    rate: float
    seconds: float

    @property
    def readings(self) -> int:
        """All of them."""
        return round(self.rate * self.seconds)

    def due_by(self, elapsed_s: float) -> int:
        """How many are due so many seconds after the beginning."""
        return max(0, min(self.readings, int(elapsed_s * self.rate) + 1))

    def due_s(self, device: int, seq: int) -> float:
        """When this one is due, in seconds after the beginning."""
        return (seq * self.devices + device) / self.rate

    def of_device(self, device: int) -> int:
        """How many are this device's."""
        return len(range(device, self.readings, self.devices))
