"""What every source of simulated power yields."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """The power of each park, W, `due_s` seconds after the start. A park that is not in it says nothing."""

    due_s: float
    power_w: Mapping[str, float]
