"""Backtest: what each policy would have brought on a trace, against staying put and against the best possible plan."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy, ThesisPolicy
from ahorrater.domain.replay import Outcome, Trace, Work, optimum, outcome, replay, served, stay_put

STAY_PUT, OPTIMUM = "stay-put", "optimum"


@dataclass(frozen=True, slots=True)
class Backtest:
    """The outcomes by name, and what would have been served had the work been everywhere at once, Wh."""

    trace: Trace
    ceiling_wh: float
    outcomes: Mapping[str, Outcome]

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
                }
                for name, one in self.outcomes.items()
            },
        }


def standard_policies(work: Work) -> dict[str, Policy]:
    """The policies that are compared, fitted to a load and the cost of a move."""
    calm = HysteresisPolicy(
        workloads_power_w=work.load_w, move_cost_wh=work.move_cost_wh, margin_w=0.1 * work.load_w, margin_fraction=0
    )
    return {
        "thesis": ThesisPolicy(),
        "hysteresis": plain_hysteresis(work),
        "calm": calm,
        "forecast": ForecastPolicy(
            workloads_power_w=work.load_w, move_cost_wh=work.move_cost_wh, fallback=_before_a_day_is_known(calm)
        ),
    }


def _before_a_day_is_known(calm: HysteresisPolicy) -> HysteresisPolicy:
    """An advantage is trusted to last ten minutes: the best of many parks at this moment is mostly the luckiest."""
    hold = timedelta(minutes=5)
    return replace(calm, hold=hold, failing_hold=hold, horizon=timedelta(minutes=10))


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


def backtest(trace: Trace, work: Work, policies: Mapping[str, Policy]) -> Backtest:
    """Replays the trace under each policy. The cost grows with samples times parks."""
    served_wh = served(trace, work)
    plans: dict[str, Sequence[int]] = {STAY_PUT: stay_put(served_wh), **replay(trace, policies)}
    plans[OPTIMUM] = optimum(served_wh, work)
    return Backtest(trace, ceiling_wh(served_wh), {name: outcome(p, served_wh, work) for name, p in plans.items()})


def ceiling_wh(served_wh: Sequence[Sequence[float]]) -> float:
    """What would be served if the work were everywhere at once, Wh."""
    return math.fsum(map(max, zip(*served_wh, strict=True))) if len(served_wh) > 1 else math.fsum(served_wh[0])


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
