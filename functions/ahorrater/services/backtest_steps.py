"""A backtest told step by step: each plan is a step, and its outcome a line as soon as it is there."""

import logging
from collections.abc import Iterator, Mapping

from ahorrater.contracts.backtest import BacktestFailed, BacktestLine, BacktestOutcome, BacktestStarted
from ahorrater.domain.policies import Policy
from ahorrater.domain.replay import Outcome, Work
from ahorrater.services.backtest import OPTIMUM, STAY_PUT
from ahorrater.services.judges import Judge

logger = logging.getLogger(__name__)


def backtest_lines(judge: Judge, work: Work, policies: Mapping[str, Policy]) -> Iterator[BacktestLine]:
    """What is replayed, then the outcome of each plan: stay-put, the policies, the optimum. A fault ends it, told."""
    try:
        yield _started(judge, work, steps=len(policies) + 2)
        days = judge.trace.days
        for step, (name, result) in enumerate(_outcomes(judge, policies), start=1):
            yield BacktestOutcome(
                step=step,
                name=name,
                energy_wh=result.energy_wh,
                net_wh=result.net_wh,
                moves=result.moves,
                moves_per_day=result.moves / days,
            )
    except Exception:
        logger.exception("a backtest failed")
        yield BacktestFailed(detail="something went wrong in the replay; the log says what")


def _outcomes(judge: Judge, policies: Mapping[str, Policy]) -> Iterator[tuple[str, Outcome]]:
    staying = judge.outcome(judge.stay_put())
    yield STAY_PUT, staying
    reached_wh = staying.net_wh
    for name, policy in policies.items():
        result = judge.outcome(judge.replay({name: policy})[name])
        reached_wh = max(reached_wh, result.net_wh)
        yield name, result
    yield OPTIMUM, judge.optimum(reached_wh)


def _started(judge: Judge, work: Work, steps: int) -> BacktestStarted:
    trace = judge.trace
    return BacktestStarted(
        parks=trace.nodes,
        since=trace.times[0],
        samples=len(trace.times),
        interval_s=trace.interval.total_seconds(),
        days=trace.days,
        load_w=work.load_w,
        move_cost_wh=work.move_cost_wh,
        ceiling_wh=judge.ceiling_wh,
        steps=steps,
        optimum_is_exact=judge.is_exact,
    )
