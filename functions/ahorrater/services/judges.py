"""Judges of plans on a trace, one for each kind of plan: what it brought, and what the best possible one would have."""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Protocol

from ahorrater.domain.battery import Bank, Battery
from ahorrater.domain.charged_plans import Setting, best_stay, carry_out, ceiling_of_plans
from ahorrater.domain.optimum import moves_of
from ahorrater.domain.policies import Policy
from ahorrater.domain.replay import Outcome, Trace, Work, optimum, outcome, replay, served, stay_put
from ahorrater.domain.shared_plans import SharedWork
from ahorrater.domain.spread import Spread
from ahorrater.domain.trust import Plausibility

NO_BATTERY = Battery(0.0)
Plan = Sequence[int]


class Judge(Protocol):
    """Replays policies on a trace and judges plans."""

    @property
    def trace(self) -> Trace:
        """What is replayed."""

    @property
    def is_exact(self) -> bool:
        """Whether the optimum is a plan that is known, and not what no plan exceeds."""

    @property
    def sunny_nodes(self) -> int:
        """How many nodes may share the work."""

    @property
    def ceiling_wh(self) -> float:
        """What would be served if the work were everywhere at once, Wh."""

    def replay(self, policies: Mapping[str, Policy]) -> Mapping[str, Plan]:
        """The plan of each policy."""

    def stay_put(self) -> Plan:
        """The best plan without a move."""

    def outcome(self, plan: Plan) -> Outcome:
        """What a plan brought."""

    def optimum(self, reached_wh: float) -> Outcome:
        """The best possible, or what nothing exceeds. `reached_wh`: what some plan does bring, net."""


class TogetherError(ValueError):
    """Conditions that cannot be judged together."""


def judge_of(
    trace: Trace,
    work: Work,
    batteries: Mapping[str, Battery] | None = None,
    *,
    sunny_nodes: int = 1,
    doubt_sensors: bool = False,
) -> Judge:
    """The judge of what is asked for. `batteries`: of the parks that have one. `sunny_nodes`: at most so many share the
    work. `doubt_sensors`: as live a park whose sensor is not believed is left; what it gave counts all the same.

    Raises TogetherError for batteries and several nodes at once: who draws how much of which battery is known of one
    sunny node only.
    """
    plausibility = Plausibility() if doubt_sensors else None
    if batteries and sunny_nodes > 1:
        raise TogetherError("several sunny nodes and batteries cannot be replayed together: leave one of them out")
    if batteries:
        return ChargedJudge(trace, work, batteries, plausibility)
    if sunny_nodes > 1:
        return SharedJudge(trace, work, sunny_nodes, plausibility)
    return SunJudge(trace, work, plausibility)


class SunJudge:
    """One park at a time, no batteries. `optimum` is the best plan."""

    is_exact, sunny_nodes = True, 1

    def __init__(self, trace: Trace, work: Work, plausibility: Plausibility | None) -> None:
        self.trace, self._work, self._plausibility = trace, work, plausibility
        self._served_wh = served(trace, work)

    @property
    def ceiling_wh(self) -> float:
        """What would be served if the work were everywhere at once, Wh."""
        columns = self._served_wh
        return math.fsum(map(max, zip(*columns, strict=True))) if len(columns) > 1 else math.fsum(columns[0])

    def replay(self, policies: Mapping[str, Policy]) -> Mapping[str, Plan]:
        """The plan of each policy."""
        return replay(self.trace, policies, plausibility=self._plausibility)

    def stay_put(self) -> Plan:
        """The whole time on the park that serves most."""
        return stay_put(self._served_wh)

    def outcome(self, plan: Plan) -> Outcome:
        """What a plan brought."""
        return outcome(plan, self._served_wh, self._work)

    def optimum(self, reached_wh: float) -> Outcome:  # noqa: ARG002 -- what others brought does not matter here
        """The best plan."""
        return self.outcome(optimum(self._served_wh, self._work))


class ChargedJudge:
    """Parks with batteries, which begin at their reserve. `optimum` is what no plan exceeds, not one that is known (see
    `ahorrater.domain.charged_plans`): its energy is that bound and the cost of its route's moves.
    """

    is_exact, sunny_nodes = False, 1

    def __init__(
        self, trace: Trace, work: Work, batteries: Mapping[str, Battery], plausibility: Plausibility | None
    ) -> None:
        self.trace, self._work, self._plausibility = trace, work, plausibility
        self._bank = Bank(batteries, work.load_w)
        each = [batteries.get(node, NO_BATTERY) for node in trace.nodes]
        self._setting = Setting(sun_of(trace), each, work.load_w, work.move_cost_wh, trace.interval_h)

    @property
    def ceiling_wh(self) -> float:
        """All that the work needs, Wh."""
        return self._work.load_w * self.trace.interval_h * len(self.trace.times)

    def replay(self, policies: Mapping[str, Policy]) -> Mapping[str, Plan]:
        """The plan of each policy."""
        return replay(self.trace, policies, bank=self._bank, plausibility=self._plausibility)

    def stay_put(self) -> Plan:
        """The whole time on the park that serves most."""
        return best_stay(self._setting)

    def outcome(self, plan: Plan) -> Outcome:
        """What a plan brought."""
        balance = carry_out(self._setting, plan)
        return Outcome.of(plan, balance.served_wh, self._work, balance)

    def optimum(self, reached_wh: float) -> Outcome:
        """What no plan exceeds."""
        most_wh, route = ceiling_of_plans(self._setting, reached_wh)
        moves = moves_of(route)
        return Outcome(route, most_wh + moves * self._work.move_cost_wh, most_wh, moves)


class SharedJudge:
    """Several parks share the work (see `ahorrater.domain.shared_plans`). `optimum` is the best plan, or what no plan
    exceeds where there are too many groups.
    """

    def __init__(self, trace: Trace, work: Work, sunny_nodes: int, plausibility: Plausibility | None) -> None:
        self.trace, self.sunny_nodes, self._plausibility = trace, sunny_nodes, plausibility
        self._spread = Spread(sunny_nodes, work.load_w)
        self._shared = SharedWork(sun_of(trace), work, trace.interval_h, sunny_nodes)

    @property
    def is_exact(self) -> bool:
        """Whether the best plan was looked for."""
        return self._shared.is_exact

    @property
    def ceiling_wh(self) -> float:
        """What would be served if moves were free, Wh."""
        return self._shared.ceiling_wh()

    def replay(self, policies: Mapping[str, Policy]) -> Mapping[str, Plan]:
        """The plan of each policy."""
        return replay(self.trace, policies, spread=self._spread, plausibility=self._plausibility)

    def stay_put(self) -> Plan:
        """The whole time on the group that serves most, one found after the other."""
        return self._shared.stay_put()

    def outcome(self, plan: Plan) -> Outcome:
        """What a plan brought."""
        return self._shared.outcome(plan)

    def optimum(self, reached_wh: float) -> Outcome:  # noqa: ARG002 -- what others brought does not matter here
        """The best plan, or what none exceeds."""
        return self._shared.optimum()


def sun_of(trace: Trace) -> list[Sequence[float]]:
    """The power of each park, W; what is unknown is no sun."""
    return [array("d", (0.0 if math.isnan(watts) else max(watts, 0.0) for watts in column)) for column in trace.power_w]
