"""Whether a park's sensor can be believed: what it says is looked at, never corrected.

A few counters a park, whatever was read before; a reading costs the same however many there were. How often an honest
sensor is suspected was measured, see docs/decision.md.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ahorrater.domain.places import Place
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import DAWN_SLOTS, SLOTS_A_DAY, Glance, Sky, slot_of

DAYLIGHT_SLOTS: Final = 48
"""Four hours: the shortest day, but for the polar night."""
DEEP_NIGHT_SLOTS: Final = 24
"""Two hours before and after the opposite of the day's middle: dark wherever there are nights at all."""


class Doubt(StrEnum):
    """What is wrong with a sensor."""

    SATURATED = "saturated"
    FROZEN = "frozen"
    JUMP = "impossible-jump"
    NIGHT_POWER = "night-power"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a sensor is not believed, since when, and when that was last seen."""

    doubt: Doubt
    evidence: str
    since: datetime
    last_seen_at: datetime

    def __str__(self) -> str:
        return f"{self.doubt}: {self.evidence}"


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What a sensor and a panel can do.

    full_voltage_v, full_current_a: the sensor's full scale (INA219: 26 V; 3.2 A over 0.1 ohm).
    dark_w, dark_share: more than this, and than this share of the park's best, is no darkness.
    frozen_for, frozen_readings: the same again in sunlight for so long and so often is no measurement. Who was silent
        for as long has not said the same meanwhile.
    leap_share, leap_w, leap_within: what is lost or won of the greater of two readings that close, and at least how
        much, that no cloud's edge does again and again.
    strikes: so many readings at full scale, or leaps, more than sound ones.
    excess: what a panel never exceeds, as a share of its peak, where that is known.
    probation, night_probation: a sensor is believed again when nothing of the kind was seen for so long; power in the
        dark is only seen at night.
    """

    full_voltage_v: float = 26.0
    full_current_a: float = 3.2
    dark_w: float = 0.5
    dark_share: float = 0.02
    frozen_for: timedelta = timedelta(minutes=10)
    frozen_readings: int = 60
    leap_share: float = 0.6
    leap_w: float = 1.0
    leap_within: timedelta = timedelta(seconds=10)
    strikes: int = 8
    excess: float = 1.5
    peak_w: float = math.inf
    probation: timedelta = timedelta(minutes=10)
    night_probation: timedelta = timedelta(hours=26)

    def at(self, place: Place | None) -> "Plausibility":
        """The same, for a panel whose peak is known."""
        return self if place is None else replace(self, peak_w=place.peak_w)


@dataclass(frozen=True, slots=True)
class Trust:
    """What is remembered of one park's sensor; its size never grows.

    `same_since`, `repeats`: since when it has said the same, and how often again. `full`, `leaps`: readings at full
    scale and leaps, each sound reading taking one off.
    """

    same_since: datetime | None = None
    repeats: int = 0
    full: int = 0
    leaps: int = 0
    quarantine: Quarantine | None = None

    def after(self, before: ParkSample | None, sample: ParkSample, rules: Plausibility) -> "Trust":
        """The trust after one more reading, `before` being the one before it."""
        repeated = before is not None and _is_again(before, sample, rules)
        full, leap = _is_full(sample, rules), _is_leap(before, sample, rules)
        if self is SPOTLESS and not (repeated or full or leap):
            return self
        counted = Trust(
            same_since=(self.same_since or before.seen_at) if before is not None and repeated else None,
            repeats=self.repeats + 1 if repeated else 0,
            full=_struck(self.full, rules, again=full),
            leaps=_struck(self.leaps, rules, again=leap),
            quarantine=self._still(sample.seen_at, rules),
        )
        found = counted._suspicion(sample, rules)
        return counted._doubted(*found, sample.seen_at) if found else counted

    def after_night(self, glance: Glance) -> "Trust":
        """The trust after power was seen in the dark."""
        return self._doubted(Doubt.NIGHT_POWER, f"{glance.power_w:.1f} W though the sun is down", glance.at)

    def _suspicion(self, sample: ParkSample, rules: Plausibility) -> tuple[Doubt, str] | None:
        if self.full >= rules.strikes:
            return Doubt.SATURATED, "most of the last readings are at the sensor's full scale"
        if self.leaps >= rules.strikes:
            return Doubt.JUMP, "most of the last readings leap to and fro, or exceed what the panel can give"
        lasted = sample.seen_at - self.same_since if self.same_since else timedelta(0)
        if self.repeats >= rules.frozen_readings and lasted >= rules.frozen_for and sample.power_w > rules.dark_w:
            return Doubt.FROZEN, f"exactly {sample.power_w:.3f} W in each reading for more than {rules.frozen_for}"
        return None

    def _doubted(self, doubt: Doubt, evidence: str, at: datetime) -> "Trust":
        known = self.quarantine
        if known and known.doubt is Doubt.NIGHT_POWER and doubt is not Doubt.NIGHT_POWER:
            return self
        since = known.since if known else at
        return replace(self, quarantine=Quarantine(doubt, evidence, since, at))

    def _still(self, now: datetime, rules: Plausibility) -> Quarantine | None:
        known = self.quarantine
        if known is None:
            return None
        probation = rules.night_probation if known.doubt is Doubt.NIGHT_POWER else rules.probation
        return known if now - known.last_seen_at < probation else None


SPOTLESS: Final = Trust()
"""Nothing is wrong: nearly every reading leaves it as it is."""


def in_the_dark(glance: Glance, sky: Sky, place: Place | None, rules: Plausibility) -> bool:
    """Whether there is power though the sun is down for certain.

    By the park's place; where nobody has told it by what its sky has taught: nothing for half an hour before and after,
    in the middle of the night.
    """
    if glance.power_w <= max(rules.dark_w, rules.dark_share * max(sky.envelope_w)):
        return False
    if place is not None:
        return place.is_night(glance.at)
    slot = slot_of(glance.at)
    return sky.learned and _dark_around(slot, sky) and _has_days(sky) and _in_deep_night(slot, sky)


def _has_days(sky: Sky) -> bool:
    """A park that never gave anything has not shown when its nights are."""
    dark_w = sky.dark_w()
    return sum(power_w > dark_w for power_w in sky.envelope_w) >= DAYLIGHT_SLOTS


def _in_deep_night(slot: int, sky: Sky) -> bool:
    angles = [2 * math.pi * place / SLOTS_A_DAY for place in range(SLOTS_A_DAY)]
    east = math.fsum(power_w * math.cos(angle) for power_w, angle in zip(sky.envelope_w, angles, strict=True))
    north = math.fsum(power_w * math.sin(angle) for power_w, angle in zip(sky.envelope_w, angles, strict=True))
    noon = math.atan2(north, east) / (2 * math.pi) * SLOTS_A_DAY
    from_noon = abs((slot - noon + SLOTS_A_DAY / 2) % SLOTS_A_DAY - SLOTS_A_DAY / 2)
    return from_noon > SLOTS_A_DAY / 2 - DEEP_NIGHT_SLOTS


def _dark_around(slot: int, sky: Sky) -> bool:
    dark_w, nearby = sky.dark_w(), range(slot - DAWN_SLOTS, slot + DAWN_SLOTS + 1)
    return all(sky.envelope_w[place % SLOTS_A_DAY] <= dark_w for place in nearby)


def _is_again(before: ParkSample, sample: ParkSample, rules: Plausibility) -> bool:
    same_current, same_voltage = sample.current_a == before.current_a, sample.voltage_v == before.voltage_v
    is_same = sample.power_w == before.power_w and same_current and same_voltage
    return is_same and sample.seen_at - before.seen_at < rules.frozen_for


def _struck(strikes: int, rules: Plausibility, *, again: bool) -> int:
    return min(strikes + 1, rules.strikes) if again else max(strikes - 1, 0)


def _is_full(sample: ParkSample, rules: Plausibility) -> bool:
    at_limit = abs(sample.current_a) >= rules.full_current_a or sample.voltage_v >= rules.full_voltage_v
    return sample.overflow or at_limit


def _is_leap(before: ParkSample | None, sample: ParkSample, rules: Plausibility) -> bool:
    if sample.power_w > rules.excess * rules.peak_w:
        return True
    if before is None or abs(sample.power_w - before.power_w) <= rules.leap_w:
        return False
    leap_w, greater_w = abs(sample.power_w - before.power_w), max(sample.power_w, before.power_w)
    return leap_w > rules.leap_share * greater_w and sample.seen_at - before.seen_at <= rules.leap_within
