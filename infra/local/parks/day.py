"""A synthetic day, as long as the run wants it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ahorrater.domain.synthetic_sky import power_share
from infra.local.parks.samples import Sample


@dataclass(frozen=True, slots=True)
class SyntheticDay:
    """Days without end: `day_s` seconds each, the first from `start_h` o'clock on, a sample every `period_s`."""

    nodes: Sequence[str]
    peak_power_w: float
    day_s: float
    period_s: float
    start_h: float
    seed: int

    def samples(self) -> Iterator[Sample]:
        """The parks' power, for ever."""
        for number in count():
            due_s = number * self.period_s
            yield Sample(due_s, {node: self.power_w(park, due_s) for park, node in enumerate(self.nodes)})

    def power_w(self, park: int, elapsed_s: float) -> float:
        """The power of the park with this number at this moment, W."""
        hour = self.start_h + elapsed_s / self.day_s * 24.0
        return self.peak_power_w * power_share(self.seed, park, hour)
