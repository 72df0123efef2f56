"""A synthetic sky: a clear day's bell, and clouds that the wind carries over one park after the other.

Everything is a pure function of the seed and the hour, so that any moment can be computed again.
"""

import math
import random
from functools import lru_cache

SUNRISE_H = 5.5
SUNSET_H = 20.5
"""A June day in Castile, solar time."""
CLOUD_PERIODS_H = (2.0, 0.8, 0.2)
"""Cloud banks, clouds, and their ragged edges."""
CLOUD_WEIGHTS = (0.5, 0.35, 0.15)
THIN, THICK = 0.45, 0.58
"""Cover below THIN lets all light through; above THICK only what a thick cloud leaves."""
LIGHT_UNDER_CLOUD = 0.15
PASSAGE_H = 1.5
"""How much later the next park sees the same clouds."""


def power_share(seed: int, park: int, hour: float) -> float:
    """The share of its peak power that the park with this number gives at this hour since the first midnight."""
    return clear_sky(hour % 24.0) * transmission(cover(seed, hour - park * PASSAGE_H))


def clear_sky(hour: float) -> float:
    """The share of the peak power that a cloudless sky gives at `hour` (0..24)."""
    if not SUNRISE_H < hour < SUNSET_H:
        return 0.0
    return math.pow(math.sin(math.pi * (hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H)), 1.2)


def cover(seed: int, hour: float) -> float:
    """How cloudy it is, 0..1: smooth noise of three sizes, correlated over the time that a cloud takes to pass."""
    return sum(
        weight * _noise(seed + size, hour / period)
        for size, (period, weight) in enumerate(zip(CLOUD_PERIODS_H, CLOUD_WEIGHTS, strict=True))
    )


def transmission(cloud_cover: float) -> float:
    """The share of the light that comes through: a cloud has an edge, so it falls steeply between THIN and THICK."""
    depth = _smooth(min(max((cloud_cover - THIN) / (THICK - THIN), 0.0), 1.0))
    return 1.0 - (1.0 - LIGHT_UNDER_CLOUD) * depth


def _noise(seed: int, position: float) -> float:
    left = math.floor(position)
    share = _smooth(position - left)
    return (1.0 - share) * _random(seed, left) + share * _random(seed, left + 1)


@lru_cache(maxsize=4096)
def _random(seed: int, place: int) -> float:
    return random.Random(f"{seed}:{place}").random()  # noqa: S311 -- clouds, not secrets


def _smooth(share: float) -> float:
    return share * share * (3.0 - 2.0 * share)
