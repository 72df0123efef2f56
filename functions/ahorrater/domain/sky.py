"""A park's sky, learned from its own readings: the clear-sky envelope of each time of day, and how clear it is now.

No coordinates and no clock are needed: yesterday's best at this time of day stands for the clear sky. The clear-sky
index (power over envelope) persists, reverts to its own running mean, and is the less sure the further ahead. The sky
is looked at once in each five minutes: what is remembered changes no oftener, however fast the readings come.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

SLOT_S = 300
SLOTS_A_DAY = 86_400 // SLOT_S
DAWN_SLOTS = 6
"""Half an hour: days grow longer and shorter."""
QUARTER_SLOTS = 3
"""A quarter of an hour."""
FIRST_INDEX = 0.9
MAX_INDEX = 1.3
"""Clouds' edges can lift power above the clear sky's for a while, hardly by more."""
DARKEST_INDEX = 0.03
"""What is left of the clear sky's power under the darkest cloud."""
LEAST_CHANGE, MOST_CHANGE = 0.02, 0.5
"""Between these, how much the index changes says how long it stays."""


@dataclass(frozen=True, slots=True)
class SkyModel:
    """How a park's sky is learned and foretold. The defaults are the outcome of tuning, see docs/decision.md.

    envelope_decay: what the envelope of a time of day keeps from one day to the next.
    silence_decay: the same where the park said nothing: where a logger sleeps it has become night.
    mean_time, spread_time: over how long the index's own mean and its changes are remembered.
    persistence: how soon the present index fades into its mean under the clear sky, where it changes by `usual_change`.
        A dark cloud stays for longer, and so does a sky that has been calm: overcast is steady, broken clouds pass.
    usual_change: an index's usual change from one slot to the next.
    spread_base, spread_gain, spread_growth: how unsure the index becomes: a part always, a part for its recent changes,
        and how soon in full.
    spread_dark: the share of that which is left under the darkest cloud: a dull day is a steady one.
    spread_low: how unsure the index is where nothing is known but its mean.
    floor: below this share of the envelope's highest value the sun is too low for an index.
    """

    envelope_decay: float = 0.98
    silence_decay: float = 0.8
    mean_time: timedelta = timedelta(minutes=20)
    spread_time: timedelta = timedelta(minutes=33)
    persistence: timedelta = timedelta(minutes=10)
    usual_change: float = 0.1
    spread_base: float = 0.12
    spread_gain: float = 1.7
    spread_growth: timedelta = timedelta(minutes=37)
    spread_dark: float = 0.4
    spread_low: float = 0.5
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
        clear_w = self._clear_w(slot)
        envelope = self._raised(slot, power_w, model)
        first_slot = slot if self.first_slot is None else self.first_slot
        if clear_w <= self.dark_w(model):
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

    def begun_with(self, envelope_w: tuple[float, ...], now: datetime) -> "Sky":
        """The same sky, with what another source knows of clear days, as though it had been seen for a day."""
        known = tuple(max(pair) for pair in zip(self.envelope_w, envelope_w, strict=True))
        return replace(self, envelope_w=known, first_slot=(self.slot or slot_of(now)) - SLOTS_A_DAY)

    def dark_w(self, model: SkyModel = DEFAULT_SKY) -> float:
        """Where the clear sky gives no more, the sun is too low, W."""
        return model.floor * max(self.envelope_w)

    def dark_lately(self, now: datetime, model: SkyModel = DEFAULT_SKY) -> bool:
        """Whether the sun was too low at this time of day or in the half hour before it: days grow shorter, too."""
        slot, dark_w = slot_of(now), self.dark_w(model)
        return any(self.envelope_w[(slot - back) % SLOTS_A_DAY] <= dark_w for back in range(DAWN_SLOTS + 1))

    def now(self, power_w: float) -> "Sky":
        """The same sky, as clear as it is while the park gives `power_w`."""
        return self if self.low_sun else replace(self, index=_index(power_w, self.clear_w))

    def until_dusk_wh(self, since: datetime, model: SkyModel = DEFAULT_SKY) -> float:
        """What is expected from then until the sun is too low, within a day, Wh; nothing if it is too low by then."""
        first, dark_w = slot_of(since), self.dark_w(model)
        day_w = (self._clear_w(first + ahead) for ahead in range(0, SLOTS_A_DAY, QUARTER_SLOTS))
        bright_w = list(takewhile(lambda clear_w: clear_w > dark_w, day_w))
        return self.mean_index * math.fsum(bright_w) * QUARTER_SLOTS * SLOT_S / 3600

    def outlook_w(self) -> float:
        """The mean power that is expected over the two hours after the present slot began, W."""
        begin = datetime.fromtimestamp(self.slot * SLOT_S, UTC)
        return math.fsum(self.expected(begin + ahead, ahead)[0] for ahead in OUTLOOK) / len(OUTLOOK)

    def expected(self, at: datetime, ahead: timedelta, model: SkyModel = DEFAULT_SKY) -> tuple[float, float]:
        """The mean and the standard deviation of the power at `at`, which is `ahead` of the last reading, W."""
        clear_w = self._clear_w(slot_of(at))
        if self.low_sun:
            return self.mean_index * clear_w, model.spread_low * clear_w
        index = self.mean_index + (self.index - self.mean_index) * math.exp(-ahead / self._persistence(model))
        spread = (model.spread_base + model.spread_gain * self.change) * math.sqrt(
            1 - math.exp(-2 * ahead / model.spread_growth)
        )
        return index * clear_w, spread * (model.spread_dark + (1 - model.spread_dark) * min(index, 1.0)) * clear_w

    def _persistence(self, model: SkyModel) -> timedelta:
        """How soon the present index fades into its mean."""
        calmness = math.sqrt(model.usual_change / min(max(self.change, LEAST_CHANGE), MOST_CHANGE))
        return model.persistence * calmness / (self.index + DARKEST_INDEX)

    def _clear_w(self, slot: int) -> float:
        place = slot % SLOTS_A_DAY
        return max(self.envelope_w[place - 1], self.envelope_w[place], self.envelope_w[(place + 1) % SLOTS_A_DAY])

    def _raised(self, slot: int, power_w: float, model: SkyModel) -> tuple[float, ...]:
        envelope = list(self.envelope_w)
        for silent in range(max(self.slot + 1, slot - SLOTS_A_DAY + 1), slot):
            envelope[silent % SLOTS_A_DAY] = round(envelope[silent % SLOTS_A_DAY] * model.silence_decay, 3)
        place = slot % SLOTS_A_DAY
        envelope[place] = round(max(envelope[place] * model.envelope_decay, power_w), 3)
        return tuple(envelope)


def _index(power_w: float, clear_w: float) -> float:
    return min(max(power_w, 0.0) / clear_w, MAX_INDEX)


def _towards(old: float, new: float, time_constant: timedelta) -> float:
    return old + (1 - math.exp(-SLOT_S / time_constant.total_seconds())) * (new - old)
