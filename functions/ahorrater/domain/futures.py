"""Imagined futures of the parks: what a place to work is worth if clouds come and go as they have lately.

Each park's power wanders around what is expected of it. The futures are the same ones at every decision (common random
numbers), so that two decisions differ by what was measured and not by chance. For each future the best plan is worked
out with that future known (hindsight optimization), and the mean over the futures is what a place is worth. Unlike one
plan for the mean future, this knows that one may wait: the cloud may pass, and the move can be made later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from random import Random
from statistics import NormalDist

Deviations = Sequence[float]
"""By how many standard deviations a park's power is off in each step."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a park gives in a step, mean and standard deviation, and how much of it the workloads can use; W or Wh."""

    mean: float
    spread: float
    limit: float

    def over(self, step: timedelta) -> "Expected":
        """Of powers in W the energies in Wh."""
        hours = step.total_seconds() / 3600.0
        return Expected(self.mean * hours, self.spread * hours, self.limit * hours)

    def served(self, deviation: float) -> float:
        """What the workloads get of it in a future that is so many standard deviations off."""
        return min(max(self.mean + self.spread * deviation, 0.0), self.limit)


def served(expected: Sequence[Expected], deviations: Deviations) -> list[float]:
    """What the workloads get in each step of a future."""
    return [step.served(deviation) for step, deviation in zip(expected, deviations, strict=True)]


def worth_wh(served_wh: Sequence[Sequence[float]], move_cost_wh: float) -> list[float]:
    """For each park what the best plan that begins there serves, where what each serves in each step is known, Wh.

    Only two things can be best: to stay, or to go where it is best of all.
    """
    worth = [0.0] * len(served_wh)
    for step_wh in reversed(list(zip(*served_wh, strict=True))):
        arriving = max(worth) - move_cost_wh
        worth = [wh + max(kept, arriving) for wh, kept in zip(step_wh, worth, strict=True)]
    return worth


@cache
def middles(steps: tuple[timedelta, ...]) -> list[timedelta]:
    """How far ahead the middle of each step is."""
    return [sum(steps[:place], step / 2) for place, step in enumerate(steps)]


@cache
def imagined(parks: int, futures: int, steps: tuple[timedelta, ...], memory: timedelta) -> list[list[Deviations]]:
    """For each future and park its deviations: normal, each park's own, a first-order Markov chain that forgets within
    `memory`. Every second future mirrors the one before, so that their mean is what is expected; their variance is 1.
    """
    moments = [timedelta(0), *middles(steps)]
    kept = [math.exp(-(after - before) / memory) for before, after in pairwise(moments)]
    random = Random(1)  # noqa: S311 -- no secret: the same futures everywhere
    walks = [_to_variance_1([_walk(kept, random) for _ in range(futures // 2)]) for _ in range(parks)]
    half = [list(future) for future in zip(*walks, strict=True)]
    return [one for future in half for one in (future, _mirrored(future))]


def _mirrored(future: Sequence[Deviations]) -> list[Deviations]:
    return [[-step for step in walk] for walk in future]


def _walk(kept: Sequence[float], random: Random) -> Deviations:
    deviation, walk = _normal(random), []
    for share in kept:
        deviation = share * deviation + math.sqrt(1 - share * share) * _normal(random)
        walk.append(deviation)
    return walk


def _to_variance_1(walks: Sequence[Deviations]) -> list[Deviations]:
    sizes = [math.sqrt(math.fsum(step * step for step in steps) / len(walks)) for steps in zip(*walks, strict=True)]
    return [[step / size for step, size in zip(walk, sizes, strict=True)] for walk in walks]


def _normal(random: Random) -> float:
    return NormalDist().inv_cdf(random.uniform(0.0005, 0.9995))
