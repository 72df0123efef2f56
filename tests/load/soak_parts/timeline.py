"""The hurried time of a soak, and what each device measures in it: all of it can be computed again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ahorrater.contracts.readings import Reading

BOOT = 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """Real seconds since 1970 `began_s` are `begin`; from then on a real second is `speed` seconds."""

    began_s: float
    begin: datetime
    speed: float
    nodes: tuple[str, ...]
    rate: float
    """Readings of all devices in a real second."""

    @property
    def period(self) -> timedelta:
        """Between two readings of a device, in hurried time."""
        return timedelta(seconds=self.speed * len(self.nodes) / self.rate)

    def at(self, real_s: float) -> datetime:
        """The hurried time of a real moment."""
        return self.begin + timedelta(seconds=(real_s - self.began_s) * self.speed)

    def lag_s(self, moment: datetime, real_s: float) -> float:
        """The real seconds that have passed since a hurried moment."""
        return (self.at(real_s) - moment).total_seconds() / self.speed

    def due(self, real_s: float) -> int:
        """The seq of the next reading at a real moment: so many have been measured."""
        return max(0, int((self.at(real_s) - self.begin) / self.period))

    def reading(self, place: int, seq: int) -> Reading:
        """What the device at `place` measures as number `seq`: a day's arc under clouds."""
        measured_at = self.begin + seq * self.period
        hour = (measured_at - measured_at.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(hours=1)
        sun = max(0.0, math.sin(math.pi * (hour - 6) / 12))
        cloud = 0.6 + 0.35 * math.sin(seq / 200 + 2.1 * place) + 0.05 * math.sin(seq * 1.7)
        voltage_v, current_a = round(12 + 6 * sun, 3), round(3 * sun * cloud, 4)
        node = self.nodes[place]
        return Reading(node=node, boot=BOOT, seq=seq, measured_at=measured_at, voltage_v=voltage_v, current_a=current_a)

    def readings(self, place: int, begin: int, end: int) -> Iterator[Reading]:
        """Those of a device from one seq to another."""
        return (self.reading(place, seq) for seq in range(begin, end))


def midnight(days_ago: float, now: datetime) -> datetime:
    """A midnight so many days ago."""
    return (now.astimezone(UTC) - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
