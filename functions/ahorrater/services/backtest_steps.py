"""A backtest told step by step: each plan is a step, and its outcome a line as soon as it is there."""

import logging
from collections.abc import Iterator, Mapping, Sequence

from ahorrater.contracts.backtest import BacktestFailed, BacktestLine, BacktestOutcome, BacktestStarted
from ahorrater.domain.policies import Policy
from ahorrater.domain.replay import Trace, Work, optimum, outcome, replay, served, stay_put
from ahorrater.services.backtest import OPTIMUM, STAY_PUT, ceiling_wh

logger = logging.getLogger(__name__)


def backtest_lines(trace: Trace, work: Work, policies: Mapping[str, Policy]) -> Iterator[BacktestLine]:
    """What is replayed, then the outcome of each plan: stay-put, the policies, the optimum. A fault ends it, told."""
    try:
        served_wh = served(trace, work)
        yield _started(trace, work, ceiling_wh(served_wh), steps=len(policies) + 2)
        for step, (name, plan) in enumerate(_plans(trace, work, policies, served_wh), start=1):
            result = outcome(plan, served_wh, work)
            yield BacktestOutcome(
                step=step,
                name=name,
                energy_wh=result.energy_wh,
                net_wh=result.net_wh,
                moves=result.moves,
                moves_per_day=result.moves / trace.days,
            )
    except Exception:
        logger.exception("a backtest failed")
        yield BacktestFailed(detail="something went wrong in the replay; the log says what")


def _plans(
    trace: Trace, work: Work, policies: Mapping[str, Policy], served_wh: Sequence[Sequence[float]]
) -> Iterator[tuple[str, Sequence[int]]]:
    yield STAY_PUT, stay_put(served_wh)
    for name, policy in policies.items():
        yield from replay(trace, {name: policy}).items()
    yield OPTIMUM, optimum(served_wh, work)


def _started(trace: Trace, work: Work, ceiling: float, steps: int) -> BacktestStarted:
    return BacktestStarted(
        parks=trace.nodes,
        since=trace.times[0],
        samples=len(trace.times),
        interval_s=trace.interval.total_seconds(),
        days=trace.days,
        load_w=work.load_w,
        move_cost_wh=work.move_cost_wh,
        ceiling_wh=ceiling,
        steps=steps,
    )
