"""A park's power by the hour, and its best hours now against its best hours before."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ahorrater.domain.health import ClearHour

RECENT = timedelta(days=7)
PAST = timedelta(days=28)
SUNNY_SHARE = 0.1
"""Below this share of the best hour the sun is too low to compare by."""


@dataclass(frozen=True, slots=True)
class PowerMean:
    """The mean power of the interval that begins at `at`, W."""

    at: datetime
    power_w: float


def best_hours(means: Iterable[PowerMean], now: datetime) -> list[ClearHour]:
    """For each hour of the day the best of the last week, against the best of the three weeks before it. Hours in which
    nothing was heard are left out: unknown is not zero.
    """
    hourly_wh = _hourly_wh(means)
    recent = _best({hour: wh for hour, wh in hourly_wh.items() if now - RECENT <= hour})
    past = _best({hour: wh for hour, wh in hourly_wh.items() if now - PAST <= hour < now - RECENT})
    least_wh = SUNNY_SHARE * max(past.values(), default=math.inf)
    day = now.toordinal()
    return [ClearHour(day, at, recent[at], wh) for at, wh in sorted(past.items()) if wh > least_wh and at in recent]


def _hourly_wh(means: Iterable[PowerMean]) -> dict[datetime, float]:
    hours: dict[datetime, list[float]] = {}
    for mean in means:
        hours.setdefault(mean.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), []).append(mean.power_w)
    return {hour: math.fsum(powers) / len(powers) for hour, powers in hours.items()}


def _best(hourly_wh: Mapping[datetime, float]) -> dict[int, float]:
    best: dict[int, float] = {}
    for at, wh in hourly_wh.items():
        best[at.hour] = max(wh, best.get(at.hour, 0.0))
    return best
