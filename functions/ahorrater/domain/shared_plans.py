"""Plans where up to `most` parks share the work: what one brings, and what the best possible one would have.

Together the parks of a group serve what they give, up to the load. Shares of pods follow the sun only roughly, so this
is what sharing brings at its best, for every plan alike. Each change of the group is a rollout and counts as a move; a
change of who comes first within it does not. Then groups are like parks: the best plan over all groups of `most` is the
best of all plans, since a further park in a group never serves less, and to keep it there spares a move.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import combinations

from ahorrater.domain.groups import group_of, number_of
from ahorrater.domain.optimum import best_plan
from ahorrater.domain.replay import Outcome, Work

MOST_CELLS = 10_000_000
"""Groups times samples: beyond that the best plan is not looked for. Some eight seconds and 100 MB."""


@dataclass(frozen=True, slots=True)
class SharedWork:
    """sun_w: of each park and sample, no NaN, W. work: what the parks share. hours: how long a sample is. most: at most
    so many parks at a time.
    """

    sun_w: Sequence[Sequence[float]]
    work: Work
    hours: float
    most: int

    @property
    def _parks(self) -> int:
        return len(self.sun_w)

    @property
    def _together(self) -> int:
        return min(self.most, self._parks)

    def outcome(self, plan: Sequence[int]) -> Outcome:
        """The account of a plan of groups."""
        groups = {number: group_of(number, self._parks) for number in set(plan)}
        served_wh = (self._served_wh(groups[number], sample) for sample, number in enumerate(plan))
        return Outcome.of(plan, math.fsum(served_wh), self.work)

    def stay_put(self) -> Sequence[int]:
        """The whole time on the park that serves most, with the one that adds most to it, and so on."""
        group: list[int] = []
        while len(group) < self._together:
            others = [park for park in range(self._parks) if park not in group]
            group.append(max(others, key=lambda park: math.fsum(self._column_wh((*group, park)))))
        return array("q", [number_of(sorted(group), self._parks)]) * len(self.sun_w[0])

    def ceiling_wh(self) -> float:
        """What would be served if moves were free, Wh."""
        best_w = (sum(nlargest(self._together, sample_w)) for sample_w in zip(*self.sun_w, strict=True))
        return math.fsum(self.work.served_wh(power_w, self.hours) for power_w in best_w)

    @property
    def is_exact(self) -> bool:
        """Whether there are few enough groups for the best plan to be found."""
        return math.comb(self._parks, self._together) * len(self.sun_w[0]) <= MOST_CELLS

    def optimum(self) -> Outcome:
        """What a clairvoyant would have done; where there are too many groups, what none exceeds: moves are free."""
        if not self.is_exact:
            ceiling_wh = self.ceiling_wh()
            return Outcome((), ceiling_wh, ceiling_wh, 0)
        groups = list(combinations(range(self._parks), self._together))
        plan = best_plan([self._column_wh(group) for group in groups], self.work.move_cost_wh)
        numbers = [number_of(group, self._parks) for group in groups]
        return self.outcome(array("q", (numbers[place] for place in plan)))

    def _column_wh(self, group: Sequence[int]) -> Sequence[float]:
        return array("d", (self._served_wh(group, sample) for sample in range(len(self.sun_w[0]))))

    def _served_wh(self, group: Sequence[int], sample: int) -> float:
        return self.work.served_wh(sum(self.sun_w[park][sample] for park in group), self.hours)
