"""Tuning: the parameters that bring most on one part of a trace, reported on the other part, never on the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy
from ahorrater.domain.replay import Outcome, Trace, Work, optimum, outcome, replay, served
from ahorrater.services.backtest import plain_hysteresis, standard_policies

HYSTERESIS_MARGINS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45)
FORECAST_MARGINS = (-0.2, 0.0, 0.2, 0.5, 1.0)
FORECAST_MEMORIES = tuple(timedelta(minutes=minutes) for minutes in (7.5, 15, 30))
Candidate = tuple[Policy, Mapping[str, float]]


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


def margins_of_load(work: Work) -> dict[str, tuple[HysteresisPolicy, Mapping[str, float]]]:
    """Hysteresis at several margins, in shares of the load."""
    plain = plain_hysteresis(work)
    return {
        f"hysteresis {share:g}": (replace(plain, margin_w=share * work.load_w), {"margin_w": share * work.load_w})
        for share in HYSTERESIS_MARGINS
    }


def margins_of_cost(work: Work, memories: Sequence[timedelta]) -> dict[str, tuple[ForecastPolicy, Mapping[str, float]]]:
    """Forecast at several margins, in shares of a move's cost, and for clouds that pass sooner or later."""
    forecast = standard_policies(work)["forecast"]
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


def tune(trace: Trace, work: Work, training_share: float) -> list[Suggestion]:
    """The best hysteresis and the best forecast by net energy over the first `training_share` of the trace, each with
    its score on the rest. What a policy learned before the border it still knows after it, as it would live.
    """
    candidates: dict[str, Candidate] = {**margins_of_load(work), **margins_of_cost(work, FORECAST_MEMORIES)}
    policies: dict[str, Policy] = {name: policy for name, (policy, _) in candidates.items()}
    plans = replay(trace, policies)
    border = round(len(trace.times) * training_share)
    parts = [_Part(trace, work, slice(0, border)), _Part(trace, work, slice(border, len(trace.times)))]
    scores = {name: [part.score(plan) for part in parts] for name, plan in plans.items()}
    return [_suggest(family, candidates, scores) for family in ("hysteresis", "forecast")]


def _suggest(family: str, candidates: Mapping[str, Candidate], scores: Mapping[str, Sequence[Score]]) -> Suggestion:
    names = [name for name in candidates if name.startswith(family)]
    best = max(names, key=lambda name: scores[name][0].share_of_optimum)
    training, held_out = scores[best]
    return Suggestion(family, candidates[best][1], training, held_out)


class _Part:
    """A part of a trace with its own optimum."""

    def __init__(self, trace: Trace, work: Work, samples: slice) -> None:
        part = Trace(trace.nodes, trace.times[samples], [column[samples] for column in trace.power_w], trace.interval)
        self._work, self._samples, self._days = work, samples, part.days
        self._served_wh = served(part, work)
        self._best = self._outcome(optimum(self._served_wh, work))

    def score(self, plan: Sequence[int]) -> Score:
        """What a plan for the whole trace brought in this part."""
        one = self._outcome(plan[self._samples])
        return Score(one.net_wh / self._best.net_wh if self._best.net_wh > 0 else 0.0, one.moves / self._days)

    def _outcome(self, plan: Sequence[int]) -> Outcome:
        return outcome(plan, self._served_wh, self._work)
