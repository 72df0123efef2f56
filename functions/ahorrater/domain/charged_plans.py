"""Plans where parks have batteries: what one brings, and what the best possible one cannot exceed.

The charge of every park's battery belongs to the state, so that the best plan itself is out of reach: there would be as
many states as nodes times charges of all parks. Its net energy is bounded from above instead. Energy that is kept gets
a price in each battery (Lagrange multipliers of the batteries' balances). At given prices batteries are no longer a
state: what it is worth to be on a park for a moment is a number, and `best_plan` finds the best route over those. Its
value, and what the stored energy is worth at these prices, is never less than what any plan brings, whatever the prices
(weak duality); good prices make it tight. Each battery has two prices a day, from the surplus's end to its beginning
and back. They begin at 0, where a battery gives without end; then they rise where the route takes more than there is,
and fall where it leaves some (subgradient steps of Polyak's length, with momentum).
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ahorrater.domain.battery import Battery, flow
from ahorrater.domain.optimum import best_plan, moves_of

ROUNDS = 40
MOMENTUM = 0.6
PATIENCE, SHORTER = 4, 0.6
"""After so many rounds that brought nothing the steps are made shorter by this."""
DARK_H = 3.0
"""So long without sun is a night."""
Series = Sequence[Sequence[float]]
"""A number for each park and sample."""


class Balance(NamedTuple):
    """The energy of all parks over a plan, Wh: sun = served + stored + spilled + lost. `stored` is what the batteries
    hold more in the end than in the beginning.
    """

    sun_wh: float
    served_wh: float
    stored_wh: float
    spilled_wh: float
    lost_wh: float


@dataclass(frozen=True, slots=True)
class Setting:
    """Parks with batteries and the work: sun_w of each park and sample, no NaN; a battery each, none is one of 0 Wh;
    the load, W; what a move costs, Wh; how long a sample is, hours. Batteries begin at their reserve.
    """

    sun_w: Series
    batteries: Sequence[Battery]
    load_w: float
    move_cost_wh: float
    hours: float


def carry_out(setting: Setting, plan: Sequence[int]) -> Balance:
    """What becomes of the energy if the work is where the plan says."""
    parks = [_carry_out_one(setting, place, plan) for place in range(len(setting.sun_w))]
    return Balance(*(math.fsum(parts) for parts in zip(*parks, strict=True)))


def best_stay(setting: Setting) -> Sequence[int]:
    """The whole time on the one park that serves most."""
    stays = [array("l", [place]) * len(sun_w) for place, sun_w in enumerate(setting.sun_w)]
    return max(stays, key=lambda plan: _carry_out_one(setting, plan[0], plan).served_wh)


def _carry_out_one(setting: Setting, place: int, plan: Sequence[int]) -> Balance:
    battery, hours = setting.batteries[place], setting.hours
    served, spilled, lost = (array("d", bytes(8 * len(plan))) for _ in range(3))
    stored_wh = battery.reserve_wh
    for sample, sun_w in enumerate(setting.sun_w[place]):
        load_w = setting.load_w if plan[sample] == place else 0.0
        stored_wh, served[sample], spilled[sample], lost[sample] = flow(battery, stored_wh, sun_w, load_w, hours)
    sun_wh = math.fsum(setting.sun_w[place]) * hours
    return Balance(sun_wh, math.fsum(served), stored_wh - battery.reserve_wh, math.fsum(spilled), math.fsum(lost))


def ceiling_of_plans(setting: Setting, reached_wh: float, rounds: int = ROUNDS) -> tuple[float, Sequence[int]]:
    """What no plan brings more than, net of its moves, Wh, and the route that this was found on, which takes batteries
    for fuller than they are. `reached_wh`: what some plan does bring, net. O(rounds x samples x parks).
    """
    parks = [_Priced(sun_w, battery, setting) for sun_w, battery in zip(setting.sun_w, setting.batteries, strict=True)]
    ceiling_wh, route = _bound(setting, parks)
    bound_wh, plan, share, idle = ceiling_wh, route, 1.0, 0
    for _ in range(rounds):
        lean = [park.lean(plan, place) for place, park in enumerate(parks)]
        steepness = math.fsum(lean)
        if steepness <= 0.0 or bound_wh <= reached_wh:
            break
        for park in parks:
            park.reprice(share * (bound_wh - reached_wh) / steepness)
        bound_wh, plan = _bound(setting, parks)
        idle = 0 if bound_wh < ceiling_wh else idle + 1
        if bound_wh < ceiling_wh:
            ceiling_wh, route = bound_wh, plan
        if idle == PATIENCE:
            share, idle = share * SHORTER, 0
    return ceiling_wh, route


def _bound(setting: Setting, parks: "Sequence[_Priced]") -> tuple[float, Sequence[int]]:
    rewards = [park.rewards() for park in parks]
    route = best_plan(rewards, setting.move_cost_wh)
    on_the_way_wh = math.fsum(rewards[place][sample] for sample, place in enumerate(route))
    alone_wh = math.fsum(park.left_alone_wh() for park in parks)
    return alone_wh + on_the_way_wh - setting.move_cost_wh * moves_of(route), route


class _Priced:
    """A park, and the prices of what its battery keeps. All in Wh of each sample."""

    def __init__(self, sun_w: Sequence[float], battery: Battery, setting: Setting) -> None:
        hours, load_w = setting.hours, setting.load_w
        self._top = battery.discharge_efficiency
        self._room_wh = battery.capacity_wh - battery.reserve_wh
        most_w, drawable_w = battery.max_charge_w, min(battery.max_discharge_w, self._room_wh * self._top / hours)
        kept = battery.charge_efficiency * hours
        self._direct_wh = array("d", (min(watts, load_w) * hours for watts in sun_w))
        self._drawn_wh = array("d", (min(load_w - min(watts, load_w), drawable_w) * hours for watts in sun_w))
        kept_wh = array("d", (min(max(watts - load_w, 0.0), most_w) * kept for watts in sun_w))
        alone_wh = array("d", (min(watts, most_w) * kept for watts in sun_w))
        self._missed_wh = array("d", (alone - there for alone, there in zip(alone_wh, kept_wh, strict=True)))
        self._periods = _periods(sun_w, load_w, max(1, round(DARK_H / hours)))
        self._alone_wh = [math.fsum(alone_wh[begin:end]) for begin, end in self._periods]
        self._prices = [0.0] * len(self._periods)
        self._momentum = [0.0] * len(self._periods)

    def rewards(self) -> Sequence[float]:
        """What it is worth to be here rather than not, at each sample."""
        rewards = array("d")
        for (begin, end), price in zip(self._periods, self._prices, strict=True):
            given = 1.0 - price / self._top
            there = zip(self._direct_wh[begin:end], self._drawn_wh[begin:end], self._missed_wh[begin:end], strict=True)
            rewards.extend(direct + given * drawn - price * missed for direct, drawn, missed in there)
        return rewards

    def left_alone_wh(self) -> float:
        """What a battery that is never used is worth: what it is charged with, and where its price rises all that it
        can hold.
        """
        charged_wh = math.fsum(price * wh for price, wh in zip(self._prices, self._alone_wh, strict=True))
        return charged_wh + self._room_wh * math.fsum(
            max(after - before, 0.0) for before, after in pairwise(self._prices)
        )

    def lean(self, route: Sequence[int], place: int) -> float:
        """Leans each price to where the route would take as much as there is; how far all lean, squared, Wh^2."""
        begins = [0.0, *(self._room_wh if after > before else 0.0 for before, after in pairwise(self._prices)), 0.0]
        for number, (begin, end) in enumerate(self._periods):
            left_wh = self._alone_wh[number] + begins[number] - begins[number + 1]
            here = [sample for sample in range(begin, end) if route[sample] == place]
            taken_wh = math.fsum(self._missed_wh[sample] + self._drawn_wh[sample] / self._top for sample in here)
            self._momentum[number] = MOMENTUM * self._momentum[number] + left_wh - taken_wh
        return math.fsum(lean * lean for lean in self._momentum)

    def reprice(self, step: float) -> None:
        """Moves the prices as they lean; none is below nothing, nor above what a Wh serves."""
        moved = (price - step * lean for price, lean in zip(self._prices, self._momentum, strict=True))
        self._prices = [min(max(price, 0.0), self._top) for price in moved]


def _periods(sun_w: Sequence[float], load_w: float, dark: int) -> list[tuple[int, int]]:
    """Days and nights, samples: a day is from the first to the last surplus over the load; of mere sun, where there is
    none.
    """
    borders = {0, len(sun_w)}
    for begin, end in pairwise([0, *_evenings(sun_w, dark), len(sun_w)]):
        sunny = [sample for sample in range(begin, end) if sun_w[sample] > 0.0]
        surplus = [sample for sample in sunny if sun_w[sample] > load_w] or sunny
        borders |= {surplus[0], surplus[-1] + 1} if surplus else set()
    return list(pairwise(sorted(borders)))


def _evenings(sun_w: Sequence[float], dark: int) -> list[int]:
    sunny = [sample for sample, watts in enumerate(sun_w) if watts > 0.0]
    return [before + 1 for before, after in pairwise(sunny) if after - before > dark]
