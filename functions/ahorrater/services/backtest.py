"""Backtest: what each policy would have brought on a trace, against staying put and against the best possible plan."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ahorrater.domain.battery import Bank, Battery
from ahorrater.domain.charged_plans import Balance, Setting, best_stay, carry_out, ceiling_of_plans
from ahorrater.domain.optimum import moves_of
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy, ThesisPolicy
from ahorrater.domain.replay import Outcome, Trace, Work, optimum, outcome, replay, served, stay_put

STAY_PUT, OPTIMUM = "stay-put", "optimum"
NO_BATTERY = Battery(0.0)


@dataclass(frozen=True, slots=True)
class Backtest:
    """The outcomes by name, and what would have been served had the work been everywhere at once, Wh. `balances`: where
    all of the parks' energy went, where they have batteries.
    """

    trace: Trace
    ceiling_wh: float
    outcomes: Mapping[str, Outcome]
    balances: Mapping[str, Balance] = field(default_factory=dict)

    def report(self) -> dict[str, object]:
        """One JSON object; shares are 0 to 1, of the ceiling the energy, of the optimum the net energy."""
        best = self.outcomes[OPTIMUM].net_wh
        return {
            "samples": len(self.trace.times),
            "interval_s": self.trace.interval.total_seconds(),
            "days": self.trace.days,
            "policies": {
                name: {
                    "energy_wh": one.energy_wh,
                    "net_wh": one.net_wh,
                    "share_of_ceiling": _share(one.energy_wh, self.ceiling_wh),
                    "share_of_optimum": _share(one.net_wh, best),
                    "moves": one.moves,
                    "moves_per_day": one.moves / self.trace.days,
                    **self._balance(name),
                }
                for name, one in self.outcomes.items()
            },
        }

    def _balance(self, name: str) -> dict[str, object]:
        return {"balance": self.balances[name]._asdict()} if name in self.balances else {}


def standard_policies(work: Work, batteries: Mapping[str, Battery] | None = None) -> dict[str, Policy]:
    """The policies that are compared, fitted to a load, the cost of a move and the parks' batteries."""
    held = dict(batteries or {})
    calm = HysteresisPolicy(
        workloads_power_w=work.load_w,
        move_cost_wh=work.move_cost_wh,
        margin_w=0.1 * work.load_w,
        margin_fraction=0,
        batteries=held,
    )
    return {
        "thesis": ThesisPolicy(),
        "hysteresis": replace(plain_hysteresis(work), batteries=held),
        "calm": calm,
        "forecast": ForecastPolicy(
            workloads_power_w=work.load_w,
            move_cost_wh=work.move_cost_wh,
            batteries=held,
            fallback=_before_a_day_is_known(calm),
        ),
    }


def _before_a_day_is_known(calm: HysteresisPolicy) -> HysteresisPolicy:
    """What has been better for ten minutes is trusted to be so for twenty: the best of many parks at this moment is
    mostly the luckiest.
    """
    hold = timedelta(minutes=10)
    return replace(calm, hold=hold, failing_hold=hold, horizon=2 * hold)


def plain_hysteresis(work: Work) -> HysteresisPolicy:
    """Leave at once when the load is not fed and another park gives a tenth of the load more."""
    none = timedelta(0)
    return HysteresisPolicy(
        margin_fraction=0,
        margin_w=0.1 * work.load_w,
        hold=none,
        failing_hold=none,
        minimum_stay=none,
        move_cost_wh=0,
        workloads_power_w=work.load_w,
    )


def backtest(
    trace: Trace, work: Work, policies: Mapping[str, Policy], batteries: Mapping[str, Battery] | None = None
) -> Backtest:
    """Replays the trace under each policy. The cost grows with samples times parks.

    `batteries`: of the parks that have one. They begin at their reserve, and then `optimum` is what no plan exceeds,
    not one that is known (see `ahorrater.domain.charged_plans`): its energy is that bound and the cost of its route's
    moves.
    """
    return _with_batteries(trace, work, policies, batteries) if batteries else _on_sun(trace, work, policies)


def _on_sun(trace: Trace, work: Work, policies: Mapping[str, Policy]) -> Backtest:
    served_wh = served(trace, work)
    plans: dict[str, Sequence[int]] = {STAY_PUT: stay_put(served_wh), **replay(trace, policies)}
    plans[OPTIMUM] = optimum(served_wh, work)
    return Backtest(trace, ceiling_wh(served_wh), {name: outcome(p, served_wh, work) for name, p in plans.items()})


def _with_batteries(
    trace: Trace, work: Work, policies: Mapping[str, Policy], batteries: Mapping[str, Battery]
) -> Backtest:
    setting = _setting(trace, work, batteries)
    plans = {STAY_PUT: best_stay(setting), **replay(trace, policies, bank=Bank(batteries, work.load_w))}
    balances = {name: carry_out(setting, plan) for name, plan in plans.items()}
    outcomes = {name: Outcome.of(plan, balances[name].served_wh, work) for name, plan in plans.items()}
    most_wh, route = ceiling_of_plans(setting, max(one.net_wh for one in outcomes.values()))
    moves = moves_of(route)
    outcomes[OPTIMUM] = Outcome(route, most_wh + moves * work.move_cost_wh, most_wh, moves)
    return Backtest(trace, work.load_w * trace.interval_h * len(trace.times), outcomes, balances)


def _setting(trace: Trace, work: Work, batteries: Mapping[str, Battery]) -> Setting:
    """What is unknown is no sun; a battery gives all the same."""
    sun_w = [
        array("d", (0.0 if math.isnan(watts) else max(watts, 0.0) for watts in column)) for column in trace.power_w
    ]
    each = [batteries.get(node, NO_BATTERY) for node in trace.nodes]
    return Setting(sun_w, each, work.load_w, work.move_cost_wh, trace.interval_h)


def ceiling_wh(served_wh: Sequence[Sequence[float]]) -> float:
    """What would be served if the work were everywhere at once, Wh."""
    return math.fsum(map(max, zip(*served_wh, strict=True))) if len(served_wh) > 1 else math.fsum(served_wh[0])


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
