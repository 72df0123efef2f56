"""One stored reading, as far as the running state of its park cares."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParkSample:
    """`seen_at` is when it was measured, but never later than when it was received: a device whose clock is ahead would
    otherwise look alive after it fell silent.
    """

    seen_at: datetime
    boot: int
    seq: int
    voltage_v: float
    current_a: float
    power_w: float
    battery_soc: float | None = None
    overflow: bool = False

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Readings of one park follow each other in time, then as the device counted them."""
        return self.seen_at, self.boot, self.seq
