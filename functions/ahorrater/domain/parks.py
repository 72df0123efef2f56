"""The running state of a park: what a decision needs, kept at a cost that does not grow with history."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ahorrater.domain.battery import FULL
from ahorrater.domain.places import Place
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import Glance, Sky, slot_of
from ahorrater.domain.trust import SPOTLESS, Plausibility, Trust, in_the_dark


class Freshness(StrEnum):
    """How far a park's last value can be trusted. Unknown is not zero."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How readings become the numbers that policies compare.

    `window` readings make the mean (10: the thesis); `time_constant_s` is the exponential smoothing's. A time constant,
    not a count: a device that sends twice as often must not be believed twice as fast.
    """

    window: int = 10
    time_constant_s: float = 30.0

    def smooth(self, smoothed_w: float, power_w: float, elapsed: timedelta) -> float:
        """One step of a first-order low-pass over unevenly spaced samples, W."""
        weight = 1.0 - math.exp(-elapsed.total_seconds() / self.time_constant_s) if self.time_constant_s > 0 else 1.0
        return smoothed_w + weight * (power_w - smoothed_w)


@dataclass(frozen=True, slots=True)
class Park:
    """What a decision sees of a park, powers in W. None: `seen_at` never heard of, `sky` not learned or not asked for.

    `outlook_w`: what its sky promises for the coming two hours, in the mean. `battery_wh`: what its battery can give
    above its reserve. `quarantine`: why its sensor is not believed.
    """

    node: str
    seen_at: datetime | None = None
    power_w: float = 0.0
    mean_power_w: float = 0.0
    smoothed_power_w: float = 0.0
    battery_soc: float | None = None
    outlook_w: float = 0.0
    battery_wh: float = 0.0
    quarantine: str | None = None
    sky: Sky | None = None

    def age(self, now: datetime) -> timedelta | None:
        """How old the last value is."""
        return None if self.seen_at is None else max(now - self.seen_at, timedelta(0))

    @property
    def harvestable_w(self) -> float:
        """What its panel could give, W. A full battery lets it give only what is used: then the mean of its sky counts,
        at least.
        """
        if self.sky is None or self.battery_soc is None or self.battery_soc < FULL:
            return self.smoothed_power_w
        return max(self.smoothed_power_w, self.sky.mean_index * self.sky.clear_w)

    def asleep(self, now: datetime) -> bool:
        """Whether its silence, if it is silent, is the night's."""
        return self.sky is not None and self.sky.learned and self.sky.dark_lately(now)

    def freshness(self, now: datetime, stale_after: timedelta) -> Freshness:
        """Fresh up to and including `stale_after`, stale beyond it, missing if never heard of."""
        age = self.age(now)
        if age is None:
            return Freshness.MISSING
        return Freshness.FRESH if age <= stale_after else Freshness.STALE

    def believed(self, now: datetime, stale_after: timedelta) -> bool:
        """Whether it is fresh, and its sensor not in quarantine."""
        return self.freshness(now, stale_after) is Freshness.FRESH and self.quarantine is None


@dataclass(frozen=True, slots=True)
class ParkState:
    """The last readings of a park, in order, and their smoothed power. The last of `recent` is the latest.

    The sky is kept apart, for it changes seldom: `outlook_w` is what it promises, `sky_slot` the last slot that it was
    looked at in, `glances` what it has not been taught yet. `trust`: whether the sensor can be believed. `battery_wh`:
    what the battery, if there is one, can give above its reserve.
    """

    node: str
    recent: tuple[ParkSample, ...] = ()
    smoothed_power_w: float = 0.0
    outlook_w: float = 0.0
    sky_slot: int = 0
    glances: tuple[Glance, ...] = ()
    trust: Trust = SPOTLESS
    battery_wh: float = 0.0

    @property
    def latest(self) -> ParkSample | None:
        """The newest reading by its own time."""
        return self.recent[-1] if self.recent else None

    def mean(self, quantity: str) -> float:
        """The mean over the window of `power_w`, `voltage_v` or `current_a`."""
        values = [getattr(sample, quantity) for sample in self.recent]
        return math.fsum(values) / len(values) if values else 0.0

    def absorb(
        self, samples: Iterable[ParkSample], smoothing: Smoothing, rules: Plausibility | None = None
    ) -> "ParkState":
        """The state after new readings, in whatever order they come; the cost is theirs, not history's. Without `rules`
        every sensor is believed.

        A reading that is older than the latest joins the window where it belongs; the smoothed power, which has passed
        that moment, stays.
        """
        state = self
        for sample in sorted(samples, key=lambda sample: sample.order):
            state = state._absorb_one(sample, smoothing, rules)
        return state

    def _absorb_one(self, sample: ParkSample, smoothing: Smoothing, rules: Plausibility | None) -> "ParkState":
        latest = self.latest
        if latest is None:
            return self._with_latest((sample,), sample.power_w, self._judged(sample, rules))
        if sample.order < latest.order:
            window = tuple(sorted((*self.recent, sample), key=lambda sample: sample.order))
            return replace(self, recent=window[-smoothing.window :])
        smoothed_w = smoothing.smooth(self.smoothed_power_w, sample.power_w, sample.seen_at - latest.seen_at)
        recent = (*self.recent, sample)[-smoothing.window :]
        return self._with_latest(recent, smoothed_w, self._judged(sample, rules))

    def _judged(self, sample: ParkSample, rules: Plausibility | None) -> Trust:
        return self.trust if rules is None else self.trust.after(self.latest, sample, rules)

    def _with_latest(self, recent: tuple[ParkSample, ...], smoothed_w: float, trust: Trust) -> "ParkState":
        latest, glances = recent[-1], self.glances
        slot = slot_of(latest.seen_at)
        if slot > self.sky_slot:
            glances = (*glances, Glance(latest.seen_at, smoothed_w))
        sky_slot = max(slot, self.sky_slot)
        return ParkState(self.node, recent, smoothed_w, self.outlook_w, sky_slot, glances, trust)

    def teach(self, sky: Sky, place: Place | None = None, rules: Plausibility | None = None) -> tuple["ParkState", Sky]:
        """The state that has nothing left to teach, and the sky that has learned it. A sensor that is not believed
        teaches nothing.
        """
        trust = self.trust
        for glance in self.glances:
            if rules is not None and in_the_dark(glance, sky, place, rules):
                trust = trust.after_night(glance)
            sky = sky if trust.quarantine else sky.absorb(glance)
        return replace(self, glances=(), outlook_w=sky.outlook_w(), trust=trust), sky

    def park(self) -> Park:
        """What a decision sees of this state."""
        latest = self.latest
        if latest is None:
            return Park(self.node)
        return Park(
            node=self.node,
            seen_at=latest.seen_at,
            power_w=latest.power_w,
            mean_power_w=self.mean("power_w"),
            smoothed_power_w=self.smoothed_power_w,
            battery_soc=latest.battery_soc,
            outlook_w=self.outlook_w,
            battery_wh=self.battery_wh,
            quarantine=str(self.trust.quarantine) if self.trust.quarantine else None,
        )
