"""Policies are data: every number that shapes a decision, with its unit and its reason.

`ranks` are the numbers of a park's running state by which a policy's candidates are found: the best few by each.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from ahorrater.domain.battery import Battery
from ahorrater.domain.futures import Expected, imagined, middles, worth_wh
from ahorrater.domain.operating_rules import NO_RULES, OperatingRules
from ahorrater.domain.parks import Park
from ahorrater.domain.prospect import Charge, Prospect

BRIEFLY = timedelta(minutes=5)
"""A battery that feeds the workloads for so long still is enough not to leave."""
LONG_NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class ThesisPolicy:
    """The original algorithm, kept as the baseline: the highest mean of the last readings wins, at once."""

    stale_after: timedelta = timedelta(seconds=30)
    rules: OperatingRules = NO_RULES
    name: str = "thesis"
    ranks: ClassVar[tuple[str, ...]] = ("mean_power_w",)
    NEEDS_SKY: ClassVar[bool] = False

    def score_w(self, park: Park) -> float:
        """The mean power of the last readings, W."""
        return park.mean_power_w


@dataclass(frozen=True, slots=True)
class HysteresisPolicy:
    """Calm up, quick down: a better node must stay better, by a margin, for a while; a failing one is left soon.

    stale_after: a park silent for longer is never chosen; 15 readings of the usual 2 s.
    margin_fraction, margin_w: how much more another park must give: this share of the present one's power and at least
        this many watts, so that noise near zero moves nothing.
    hold: how long the margin must hold without a break. Clouds pass in a minute or two.
    failing_fraction: the present node fails when it gives less than this share of the best.
    failing_hold: how long it must fail without a break. A bird is no cloud.
    minimum_stay: no calm move sooner after the last one; failing and silence do not wait for it.
    move_cost_wh, horizon: what a move costs, and the time over which the gain must pay for it.
    workloads_power_w: what the workloads need; a park that gives it is not worth leaving. None: the more the better.
    batteries: of the parks that have one. What it can give over the horizon counts as power; as long as it feeds the
        workloads its park is not left.
    """

    stale_after: timedelta = timedelta(seconds=30)
    margin_fraction: float = 0.10
    margin_w: float = 0.5
    hold: timedelta = timedelta(seconds=120)
    failing_fraction: float = 0.5
    failing_hold: timedelta = timedelta(seconds=15)
    minimum_stay: timedelta = timedelta(seconds=300)
    move_cost_wh: float = 0.05
    horizon: timedelta = timedelta(hours=1)
    workloads_power_w: float | None = None
    batteries: Mapping[str, Battery] = field(default_factory=dict)
    rules: OperatingRules = NO_RULES
    name: str = "hysteresis"
    NEEDS_SKY: ClassVar[bool] = False

    @property
    def ranks(self) -> tuple[str, ...]:
        """A dark park with a charged battery may be the best."""
        return ("smoothed_power_w", "battery_wh") if self.batteries else ("smoothed_power_w",)

    def score_w(self, park: Park) -> float:
        """The smoothed power and what the battery gives, capped at what the workloads can use, W."""
        power_w = power_for_w(park, self.batteries, self.horizon)
        return power_w if self.workloads_power_w is None else min(power_w, self.workloads_power_w)

    def feeds_the_workloads(self, park: Park) -> bool:
        """Whether it gives all that the workloads need, as far as that is known."""
        need_w = self.workloads_power_w
        return need_w is not None and power_for_w(park, self.batteries, BRIEFLY) >= need_w

    def margin_over_w(self, present_w: float) -> float:
        """How much more than `present_w` another park must give, W."""
        return max(self.margin_w, self.margin_fraction * max(present_w, 0.0))

    def gain_wh(self, gain_w: float) -> float:
        """The energy that a gain in power brings over the horizon, Wh."""
        return gain_w * self.horizon.total_seconds() / 3600.0


def power_for_w(park: Park, batteries: Mapping[str, Battery], during: timedelta) -> float:
    """What a park gives now, and its battery over so long, without touching the reserve, W."""
    battery = batteries.get(park.node)
    if battery is None:
        return park.smoothed_power_w
    return park.smoothed_power_w + min(battery.max_discharge_w, park.battery_wh / (during / timedelta(hours=1)))


@cache
def _hours(steps: tuple[timedelta, ...]) -> list[float]:
    return [step / timedelta(hours=1) for step in steps]


def _minutes(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


@dataclass(frozen=True, slots=True)
class ForecastPolicy:
    """Weighs the energy of the coming time against the cost of a move, by each park's own learned sky.

    For each of some imagined futures the best plan over the steps, moves and their cost included, is worked out anew at
    each decision; a move is made when starting elsewhere is worth `1 + margin` moves more than starting here, in the
    mean of the futures.

    stale_after: a park silent for longer is never chosen.
    workloads_power_w: what the workloads need. None: the more the better.
    move_cost_wh: what a move costs.
    margin: by how much of a move's cost the gain must exceed it: a forecast errs.
    gain_fraction: how much more another park must promise at least, as a share of what the present one does. For loads
        that nobody has told: where the more is the better, every breath of wind would be worth a move.
    steps: the coming time in parts, the near ones shorter.
    futures: how many are imagined, an even number.
    batteries: of the parks that have one. charge_worth: what a Wh that a battery holds at dusk is worth, as a share of
        one that is served: it may be needed at night, or not. charge_margin: the margin where there are batteries:
        what they hold makes up for many a cloud.
    memory: how soon a future's deviation from what is expected is forgotten: how long clouds take to pass.
    fallback: decides until each park that can be chosen has been seen for a day.
    """

    stale_after: timedelta = timedelta(seconds=30)
    workloads_power_w: float | None = None
    move_cost_wh: float = 0.05
    margin: float = 0.0
    gain_fraction: float = 0.0
    steps: tuple[timedelta, ...] = _minutes(5, 5, 5, 5, 10, 10, 20, 30, 30)
    futures: int = 32
    memory: timedelta = timedelta(minutes=15)
    batteries: Mapping[str, Battery] = field(default_factory=dict)
    charge_worth: float = 0.5
    charge_margin: float = 0.5
    fallback: HysteresisPolicy = field(default_factory=HysteresisPolicy)
    rules: OperatingRules = NO_RULES
    name: str = "forecast"
    NEEDS_SKY: ClassVar[bool] = True

    @property
    def ranks(self) -> tuple[str, ...]:
        """A park that gives much, that will, or that has a charged battery may be the best."""
        sun = ("smoothed_power_w", "outlook_w")
        return (*sun, "battery_wh") if self.batteries else sun

    def score_w(self, park: Park) -> float:
        """The smoothed power and what the battery gives, capped at what the workloads can use, W."""
        return min(power_for_w(park, self.batteries, self.outlook), self._limit_w)

    def prospect(self, park: Park, now: datetime) -> Prospect:
        """What a park is expected to give, and what its battery holds."""
        return Prospect(self.expected(park, now), _hours(self.steps), self._charge(park, now))

    def _charge(self, park: Park, now: datetime) -> Charge | None:
        battery, soc = self.batteries.get(park.node), park.battery_soc
        if battery is None or soc is None:
            return None
        later_wh = park.sky.until_dusk_wh(now + self.outlook) if park.sky else 0.0
        return Charge(battery, soc * battery.capacity_wh, later_wh, self.charge_worth)

    def expected(self, park: Park, now: datetime) -> list[Expected]:
        """What a park is expected to give in each of the steps. Nothing without a sky."""
        if park.sky is None or park.seen_at is None:
            return [Expected(0.0, 0.0, self._limit_w)] * len(self.steps)
        sky, lag = park.sky.now(self._harvestable_w(park)), now - park.seen_at + self.steps[0] / 2
        return [
            Expected(*sky.expected(now + middle + self.steps[0] / 2, middle + lag), self._limit_w).over(step)
            for middle, step in zip(middles(self.steps), self.steps, strict=True)
        ]

    def tempts_from(self, present: str, prospects: Mapping[str, Prospect]) -> bool:
        """Whether another park serves so much more in the first step that a move may pay. If none does, the same move
        made a step later is no worse.
        """
        nodes = sorted(prospects)
        futures = imagined(len(nodes), self.futures, self.steps, self.memory)
        first_wh = {
            node: sum(prospects[node].first_wh(future[place][0]) for future in futures) / self.futures
            for place, node in enumerate(nodes)
        }
        return max(first_wh.values()) - first_wh[present] > self._margin * self.move_cost_wh

    def promises_wh(self, prospects: Mapping[str, Prospect]) -> dict[str, float]:
        """For each park what the best plan that begins there is worth in the mean of the futures, Wh."""
        nodes = sorted(prospects)
        promised = dict.fromkeys(nodes, 0.0)
        for deviations in imagined(len(nodes), self.futures, self.steps, self.memory):
            by_step = [prospects[node].worth_wh(of_park) for node, of_park in zip(nodes, deviations, strict=True)]
            for node, wh in zip(nodes, worth_wh(by_step, self.move_cost_wh), strict=True):
                promised[node] += wh / self.futures
        return promised

    @property
    def outlook(self) -> timedelta:
        """How far it looks ahead."""
        return sum(self.steps, timedelta(0))

    def needed_wh(self, present_wh: float) -> float:
        """What a move must bring, Wh, where the present park promises `present_wh`."""
        return max((1 + self._margin) * self.move_cost_wh, self.gain_fraction * present_wh)

    def tonight_wh(self, park: Park) -> float:
        """What its battery gives the workloads in a night, Wh."""
        return min(park.battery_wh, self._limit_w * LONG_NIGHT / timedelta(hours=1))

    @property
    def _margin(self) -> float:
        return max(self.margin, self.charge_margin) if self.batteries else self.margin

    def _harvestable_w(self, park: Park) -> float:
        return park.harvestable_w if park.node in self.batteries else park.smoothed_power_w

    @property
    def _limit_w(self) -> float:
        return math.inf if self.workloads_power_w is None else self.workloads_power_w


Policy = ThesisPolicy | HysteresisPolicy | ForecastPolicy
