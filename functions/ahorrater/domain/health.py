"""A panel's health: measured against clear sky, over the clear hours of many days."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Ailment(StrEnum):
    """What a panel may suffer from, told by the shape of what is missing."""

    SOILING = "soiling"
    SHADE = "shade"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class ClearHour:
    """One hour without clouds: which hour of the day, what was measured and what a clean panel gives, Wh."""

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
    """An ailment with its evidence."""

    ailment: Ailment
    evidence: str


@dataclass(frozen=True, slots=True)
class HealthRules:
    """failure_below: a panel (or string) that gives less than this share of clear sky has failed. loss: what must be
    missing before soiling or shade is said. hours: fewer clear hours prove nothing.
    """

    failure_below: float = 0.5
    loss: float = 0.15
    hours: int = 12


def findings(hours: Sequence[ClearHour], rules: HealthRules) -> tuple[Finding, ...]:
    """What the clear hours tell, the gravest only: failure of the whole, soiling (every hour lacks), or shade (some
    hours of the day lack, the others do not).
    """
    sunny = [hour for hour in hours if hour.expected_wh > 0]
    if len(sunny) < rules.hours:
        return ()
    overall = median(hour.ratio for hour in sunny)
    said = f"{overall:.0%} of clear sky over {len(sunny)} clear hours"
    if overall < rules.failure_below:
        return (Finding(Ailment.FAILURE, said),)
    if overall < 1 - rules.loss:
        return (Finding(Ailment.SOILING, said),)
    return _shade(sunny, overall, rules)


def _shade(sunny: Sequence[ClearHour], overall: float, rules: HealthRules) -> tuple[Finding, ...]:
    by_hour: dict[int, list[float]] = {}
    for hour in sunny:
        by_hour.setdefault(hour.hour, []).append(hour.ratio)
    dark = {at: median(ratios) for at, ratios in by_hour.items() if len(ratios) >= 3}
    lacking = [f"{at:02}:00 {ratio:.0%}" for at, ratio in sorted(dark.items()) if ratio < overall - rules.loss]
    if not lacking:
        return ()
    return (Finding(Ailment.SHADE, f"{', '.join(lacking)} of clear sky, {overall:.0%} at other hours"),)
