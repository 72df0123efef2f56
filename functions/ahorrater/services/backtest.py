"""Backtest: what each policy would have brought on a trace, against staying put and against the best possible plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from ahorrater.domain.battery import Battery
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy, ThesisPolicy
from ahorrater.domain.replay import Outcome, Trace, Work
from ahorrater.services.judges import Judge, judge_of

STAY_PUT, OPTIMUM = "stay-put", "optimum"


@dataclass(frozen=True, slots=True)
class Backtest:
    """The outcomes by name, and what would have been served had the work been everywhere at once, Wh.

    `is_exact`: the optimum is a plan that is known, and not what no plan exceeds. `sunny_nodes`: how many may share.
    """

    trace: Trace
    ceiling_wh: float
    outcomes: Mapping[str, Outcome]
    is_exact: bool = True
    sunny_nodes: int = 1

    def report(self) -> dict[str, object]:
        """One JSON object; shares are 0 to 1, of the ceiling the energy, of the optimum the net energy."""
        best = self.outcomes[OPTIMUM].net_wh
        sharing = {} if self.sunny_nodes == 1 else {"sunny_nodes": self.sunny_nodes, "optimum_is_exact": self.is_exact}
        return {
            "samples": len(self.trace.times),
            "interval_s": self.trace.interval.total_seconds(),
            "days": self.trace.days,
            **sharing,
            "policies": {
                name: {
                    "energy_wh": one.energy_wh,
                    "net_wh": one.net_wh,
                    "share_of_ceiling": _share(one.energy_wh, self.ceiling_wh),
                    "share_of_optimum": _share(one.net_wh, best),
                    "moves": one.moves,
                    "moves_per_day": one.moves / self.trace.days,
                    **_balance(one),
                }
                for name, one in self.outcomes.items()
            },
        }


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
    trace: Trace,
    work: Work,
    policies: Mapping[str, Policy],
    batteries: Mapping[str, Battery] | None = None,
    *,
    sunny_nodes: int = 1,
    doubt_sensors: bool = False,
) -> Backtest:
    """Replays the trace under each policy, conditions as of `judge_of`. The cost grows with samples times parks."""
    return judged(judge_of(trace, work, batteries, sunny_nodes=sunny_nodes, doubt_sensors=doubt_sensors), policies)


def judged(judge: Judge, policies: Mapping[str, Policy]) -> Backtest:
    """The same, by a judge that is there already."""
    plans = {STAY_PUT: judge.stay_put(), **judge.replay(policies)}
    outcomes = {name: judge.outcome(plan) for name, plan in plans.items()}
    outcomes[OPTIMUM] = judge.optimum(max(one.net_wh for one in outcomes.values()))
    return Backtest(judge.trace, judge.ceiling_wh, outcomes, judge.is_exact, judge.sunny_nodes)


def _balance(one: Outcome) -> dict[str, object]:
    return {"balance": one.balance._asdict()} if one.balance else {}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
