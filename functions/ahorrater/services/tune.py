"""Tuning: the parameters that bring most on one part of a trace, reported on the other part, never on the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ahorrater.domain.battery import Battery
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy
from ahorrater.domain.replay import Outcome, Trace, Work
from ahorrater.services.backtest import plain_hysteresis, standard_policies
from ahorrater.services.judges import Judge, Plan

HYSTERESIS_MARGINS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45)
FORECAST_MARGINS = (-0.2, 0.0, 0.2, 0.5, 1.0)
FORECAST_MEMORIES = tuple(timedelta(minutes=minutes) for minutes in (7.5, 15, 30))
FAMILIES = ("hysteresis", "forecast")
Candidate = tuple[Policy, Mapping[str, float]]
Batteries = Mapping[str, Battery]
NO_BATTERIES: Batteries = {}


@dataclass(frozen=True, slots=True)
class Score:
    """A candidate on one part of the trace: net energy as a share of the optimum's, and moves a day."""

    share_of_optimum: float
    moves_per_day: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The best of a family on the training part, what it is worth there, and what it is worth where it was not seen."""

    family: str
    parameters: Mapping[str, float]
    training: Score
    held_out: Score


def margins_of_load(
    work: Work, batteries: Batteries = NO_BATTERIES
) -> dict[str, tuple[HysteresisPolicy, Mapping[str, float]]]:
    """Hysteresis at several margins, in shares of the load."""
    plain = replace(plain_hysteresis(work), batteries=batteries)
    return {
        f"hysteresis {share:g}": (replace(plain, margin_w=share * work.load_w), {"margin_w": share * work.load_w})
        for share in HYSTERESIS_MARGINS
    }


def margins_of_cost(
    work: Work, memories: Sequence[timedelta], batteries: Batteries = NO_BATTERIES
) -> dict[str, tuple[ForecastPolicy, Mapping[str, float]]]:
    """Forecast at several margins, in shares of a move's cost, and for clouds that pass sooner or later."""
    forecast = standard_policies(work, batteries)["forecast"]
    if not isinstance(forecast, ForecastPolicy):
        raise TypeError("the standard forecast is a ForecastPolicy")
    return {
        f"forecast {margin:g} {memory}": (
            replace(forecast, margin=margin, memory=memory),
            {"margin": margin, "memory_s": memory.total_seconds()},
        )
        for margin in FORECAST_MARGINS
        for memory in memories
    }


def candidates(work: Work, batteries: Batteries = NO_BATTERIES) -> dict[str, Candidate]:
    """All that are tried; the names begin with the family's."""
    return {**margins_of_load(work, batteries), **margins_of_cost(work, FORECAST_MEMORIES, batteries)}


def trade_offs(judge: Judge, work: Work, batteries: Batteries = NO_BATTERIES) -> dict[str, list[Outcome]]:
    """What hysteresis and forecast bring at several margins, a curve of energy against moves for each."""
    families: dict[str, Mapping[str, Candidate]] = {
        "hysteresis, margin": margins_of_load(work, batteries),
        "forecast, margin": margins_of_cost(work, FORECAST_MEMORIES[1:2], batteries),
    }
    plans = judge.replay({name: policy for of in families.values() for name, (policy, _) in of.items()})
    return {label: [judge.outcome(plans[name]) for name in of] for label, of in families.items()}


def tune(
    trace: Trace, judge: Callable[[Trace], Judge], tried: Mapping[str, Candidate], training_share: float
) -> list[Suggestion]:
    """The best hysteresis and the best forecast by net energy over the first `training_share` of the trace, each with
    its score on the rest. What a policy learned before the border it still knows after it, as it would live; batteries
    begin at their reserve again. `judge`: of a trace. Raises ValueError where a part has no sample.
    """
    border = round(len(trace.times) * training_share)
    if not 0 < border < len(trace.times):
        raise ValueError(f"{len(trace.times)} samples are too few to be parted at {training_share:g}")
    plans = judge(trace).replay({name: policy for name, (policy, _) in tried.items()})
    training, held_out = (
        _scores(judge(_part(trace, samples)), {name: plan[samples] for name, plan in plans.items()})
        for samples in (slice(0, border), slice(border, len(trace.times)))
    )
    return [_suggest(family, tried, training, held_out) for family in FAMILIES]


def _part(trace: Trace, samples: slice) -> Trace:
    return Trace(trace.nodes, trace.times[samples], [column[samples] for column in trace.power_w], trace.interval)


def _scores(judge: Judge, plans: Mapping[str, Plan]) -> dict[str, Score]:
    outcomes = {name: judge.outcome(plan) for name, plan in plans.items()}
    best_wh, days = judge.optimum(max(one.net_wh for one in outcomes.values())).net_wh, judge.trace.days
    return {
        name: Score(one.net_wh / best_wh if best_wh > 0 else 0.0, one.moves / days) for name, one in outcomes.items()
    }


def _suggest(
    family: str, tried: Mapping[str, Candidate], training: Mapping[str, Score], held_out: Mapping[str, Score]
) -> Suggestion:
    names = [name for name in tried if name.startswith(family)]
    best = max(names, key=lambda name: training[name].share_of_optimum)
    return Suggestion(family, tried[best][1], training[best], held_out[best])
