"""A park's sky, learned from its own readings: the clear-sky envelope of each time of day, and how clear it is now.

No coordinates and no clock are needed: yesterday's best at this time of day stands for the clear sky. The clear-sky
index (power over envelope) persists, reverts to its own running mean, and is the less sure the further ahead. The sky
is looked at once in each five minutes: what is remembered changes no oftener, however fast the readings come.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

SLOT_S = 300
SLOTS_A_DAY = 86_400 // SLOT_S
FIRST_INDEX = 0.9
LOW_SUN_SPREAD = 0.25
MAX_INDEX = 1.3
"""Clouds' edges can lift power above the clear sky's for a while, hardly by more."""


@dataclass(frozen=True, slots=True)
class SkyModel:
    """How a park's sky is learned and foretold. The defaults are the outcome of tuning, see docs/decision.md.

    envelope_decay: what the envelope of a time of day keeps from one day to the next.
    mean_time, spread_time: over how long the index's own mean and its changes are remembered.
    persistence: how soon the present index fades into its mean.
    spread_base, spread_gain, spread_growth: how unsure the index becomes: a part always, a part for its recent changes,
        and how soon in full.
    floor: below this share of the envelope's highest value the sun is too low for an index.
    """

    envelope_decay: float = 0.97
    mean_time: timedelta = timedelta(minutes=36)
    spread_time: timedelta = timedelta(minutes=39)
    persistence: timedelta = timedelta(minutes=17)
    spread_base: float = 0.09
    spread_gain: float = 0.92
    spread_growth: timedelta = timedelta(minutes=42)
    floor: float = 0.003


DEFAULT_SKY = SkyModel()
OUTLOOK = tuple(timedelta(minutes=minutes) for minutes in (15, 45, 75, 105))
"""The middles of the coming two hours' quarters."""


def slot_of(at: datetime) -> int:
    """The number of the five minutes of the calendar that `at` is in."""
    return int(at.timestamp() // SLOT_S)


@dataclass(frozen=True, slots=True)
class Glance:
    """The power that a park gives when a slot begins, W."""

    at: datetime
    power_w: float


@dataclass(frozen=True, slots=True)
class Sky:
    """What is remembered of one park's sky; its size never grows. Powers in W, indices without unit.

    `clear_w` is the envelope of the present slot as it was before the slot began; `low_sun`: too little for an index.
    The envelope is kept to a milliwatt.
    """

    envelope_w: tuple[float, ...] = (0.0,) * SLOTS_A_DAY
    first_slot: int | None = None
    slot: int = 0
    clear_w: float = 0.0
    low_sun: bool = True
    index: float = FIRST_INDEX
    mean_index: float = FIRST_INDEX
    change: float = 0.1

    def absorb(self, glance: Glance, model: SkyModel = DEFAULT_SKY) -> "Sky":
        """The sky after one more glance. One that is not of a new slot teaches nothing."""
        slot, power_w = slot_of(glance.at), glance.power_w
        if slot <= self.slot:
            return self
        place = slot % SLOTS_A_DAY
        clear_w = self._clear_w(slot)
        envelope = self._raised(place, round(max(self.envelope_w[place] * model.envelope_decay, power_w), 3))
        first_slot = slot if self.first_slot is None else self.first_slot
        if clear_w <= model.floor * max(self.envelope_w):
            return replace(self, envelope_w=envelope, first_slot=first_slot, slot=slot, clear_w=clear_w, low_sun=True)
        index = _index(power_w, clear_w)
        return Sky(
            envelope_w=envelope,
            first_slot=first_slot,
            slot=slot,
            clear_w=clear_w,
            low_sun=False,
            index=index,
            mean_index=_towards(self.mean_index, index, model.mean_time),
            change=_towards(self.change, abs(index - self.index), model.spread_time),
        )

    @property
    def learned(self) -> bool:
        """Whether a whole day has been seen."""
        return self.first_slot is not None and self.slot - self.first_slot >= SLOTS_A_DAY

    def now(self, power_w: float) -> "Sky":
        """The same sky, as clear as it is while the park gives `power_w`."""
        return self if self.low_sun else replace(self, index=_index(power_w, self.clear_w))

    def outlook_w(self) -> float:
        """The mean power that is expected over the two hours after the present slot began, W."""
        begin = datetime.fromtimestamp(self.slot * SLOT_S, UTC)
        return math.fsum(self.expected(begin + ahead, ahead)[0] for ahead in OUTLOOK) / len(OUTLOOK)

    def expected(self, at: datetime, ahead: timedelta, model: SkyModel = DEFAULT_SKY) -> tuple[float, float]:
        """The mean and the standard deviation of the power at `at`, which is `ahead` of the last reading, W."""
        clear_w = self._clear_w(slot_of(at))
        if self.low_sun:
            return self.mean_index * clear_w, LOW_SUN_SPREAD * clear_w
        index = self.mean_index + (self.index - self.mean_index) * math.exp(-ahead / model.persistence)
        spread = model.spread_base + model.spread_gain * self.change
        return index * clear_w, spread * math.sqrt(1 - math.exp(-2 * ahead / model.spread_growth)) * clear_w

    def _clear_w(self, slot: int) -> float:
        place = slot % SLOTS_A_DAY
        return max(self.envelope_w[place - 1], self.envelope_w[place], self.envelope_w[(place + 1) % SLOTS_A_DAY])

    def _raised(self, place: int, power_w: float) -> tuple[float, ...]:
        return (*self.envelope_w[:place], power_w, *self.envelope_w[place + 1 :])


def _index(power_w: float, clear_w: float) -> float:
    return min(max(power_w, 0.0) / clear_w, MAX_INDEX)


def _towards(old: float, new: float, time_constant: timedelta) -> float:
    return old + (1 - math.exp(-SLOT_S / time_constant.total_seconds())) * (new - old)


def expected_minimum(mean: float, spread: float, limit: float) -> float:
    """E[min(X, limit)], not below 0, of a normal X: what a load of `limit` gets of an unsure power."""
    if spread <= 1e-9 or math.isinf(limit):
        return max(min(mean, limit), 0.0)
    distance = (mean - limit) / spread
    below = 0.5 * (1 + math.erf(distance / math.sqrt(2)))
    density = math.exp(-0.5 * distance * distance) / math.sqrt(2 * math.pi)
    return max(mean - ((mean - limit) * below + spread * density), 0.0)
