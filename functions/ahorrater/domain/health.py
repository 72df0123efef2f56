"""A panel's health: what it gave on clear days, hour by hour, against what a clean panel gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Health(StrEnum):
    """What the clear hours tell of a panel; an ailment is told by the shape of what is missing."""

    OK = "ok"
    SOILING = "soiling"
    SHADE = "shade"
    FAILURE = "failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClearHour:
    """One hour of a clear day: which day, which hour of it (UTC), what was measured and what was expected, Wh."""

    day: int
    hour: int
    measured_wh: float
    expected_wh: float

    @property
    def ratio(self) -> float:
        """Measured against expected."""
        return self.measured_wh / self.expected_wh


@dataclass(frozen=True, slots=True)
class Finding:
    """The flag with its evidence."""

    flag: Health
    evidence: str


@dataclass(frozen=True, slots=True)
class HealthRules:
    """failure_below: a panel (or string) that gives less than this share of what is expected has failed. loss: what
    must be missing before soiling or shade is said. hours: fewer clear hours prove nothing. repeats: an hour of the day
    must have been seen on so many clear days.
    """

    failure_below: float = 0.5
    loss: float = 0.15
    hours: int = 12
    repeats: int = 3


def finding(hours: Sequence[ClearHour], rules: HealthRules) -> Finding:
    """What clear hours tell, the gravest only: failure of the whole, soiling (every hour lacks), or shade (some hours
    of the day lack, the others do not).
    """
    sunny = [hour for hour in hours if hour.expected_wh > 0]
    if len(sunny) < rules.hours:
        return Finding(Health.UNKNOWN, f"{len(sunny)} clear hours of the {rules.hours} that are needed")
    by_hour = _by_hour(sunny, rules)
    overall = median(hour.ratio for hour in sunny)
    said = f"{overall:.0%} of clear sky over {len(sunny)} clear hours"
    if overall < rules.failure_below:
        return Finding(Health.FAILURE, said)
    best = max(by_hour.values(), default=overall)
    lacking = [f"{at:02}:00 {ratio:.0%}" for at, ratio in sorted(by_hour.items()) if ratio < best - 2 * rules.loss]
    if lacking:
        return Finding(Health.SHADE, f"{', '.join(lacking)} of clear sky (UTC), {best:.0%} at the best hour")
    return Finding(Health.SOILING if overall < 1 - rules.loss else Health.OK, said)


def against_own_past(recent: Sequence[ClearHour], rules: HealthRules) -> Finding:
    """What the best recent hours tell, each against the best of the same hour of the day before.

    Only failure is told: the sun itself gets weaker over the weeks, and a week may have no clear hour at all. Dirt and
    shade that were always there are not seen.
    """
    sunny = [hour for hour in recent if hour.expected_wh > 0]
    if not sunny:
        return Finding(Health.UNKNOWN, "neither a place nor a past to compare with")
    best = max(hour.ratio for hour in sunny)
    said = f"never more than {best:.0%} of what the same hours gave before"
    if best < rules.failure_below:
        return Finding(Health.FAILURE, said)
    return Finding(Health.UNKNOWN, f"{said}; without a place, dirt and shade are not seen")


def _by_hour(hours: Sequence[ClearHour], rules: HealthRules) -> dict[int, float]:
    ratios: dict[int, list[float]] = {}
    for hour in hours:
        ratios.setdefault(hour.hour, []).append(hour.ratio)
    return {at: median(seen) for at, seen in ratios.items() if len(seen) >= rules.repeats}
