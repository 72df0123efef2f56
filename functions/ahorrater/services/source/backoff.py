"""How long to wait before the next attempt."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential from `first_s` to `longest_s`, each wait cut at random by up to a half so that crowds disperse."""

    first_s: float
    longest_s: float
    chance: Callable[[], float] = random.random

    def delay_s(self, attempt: int) -> float:
        """Seconds before repetition number `attempt`, counted from 0."""
        full_s = min(self.longest_s, self.first_s * 2.0 ** min(attempt, 63))
        return full_s * (1 - self.chance() / 2)
