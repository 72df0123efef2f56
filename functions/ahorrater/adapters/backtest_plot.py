"""The pictures of a backtest: share of the optimum against moves a day, and a day's timeline."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ahorrater.domain.replay import Outcome, Work
from ahorrater.services.backtest import OPTIMUM, Backtest, backtest
from ahorrater.services.tune import FORECAST_MEMORIES, margins_of_cost, margins_of_load


def draw(result: Backtest, work: Work, path: Path) -> None:
    """Writes a PNG: above, every policy as a point; below, the parks' power and where each policy was."""
    figure = Figure(figsize=(10, 9), layout="constrained")
    trade, power, places = figure.subplots(3, 1, height_ratios=(3, 2, 2))
    _trade(trade, result, work)
    day = _liveliest_day(result)
    _power(power, result, work, day)
    _places(places, result, day)
    places.sharex(power)
    figure.savefig(path, dpi=110)


def _trade(axes: Axes, result: Backtest, work: Work) -> None:
    """Regret on a logarithmic scale: the best policies differ by tenths of a percent."""
    best, days = result.outcomes[OPTIMUM], result.trace.days
    for label, style, policies in (
        ("hysteresis, margin", "s-", margins_of_load(work)),
        ("forecast, margin", "o-", margins_of_cost(work, FORECAST_MEMORIES[1:2])),
    ):
        variants = backtest(result.trace, work, {name: policy for name, (policy, _) in policies.items()}).outcomes
        points = [_point(variants[name], best, days) for name in policies]
        axes.plot(*zip(*points, strict=True), style, label=label, markersize=4)
    for name, one in result.outcomes.items():
        if one.net_wh < best.net_wh:
            at = _point(one, best, days)
            axes.plot(*at, "k.")
            axes.annotate(name, at, textcoords="offset points", xytext=(6, -3))
    axes.axvline(best.moves / days, color="black", linewidth=0.8, linestyle="--", label="optimum's moves")
    axes.set(xlabel="moves a day", ylabel="regret, % of the optimum's net energy", yscale="log")
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize="small")


def _point(one: Outcome, best: Outcome, days: float) -> tuple[float, float]:
    return one.moves / days, max(100 * (1 - one.net_wh / best.net_wh), 1e-3) if best.net_wh > 0 else 100.0


def _liveliest_day(result: Backtest) -> slice:
    """The day on which the best plan moves most: there is something to see."""
    samples = max(1, min(round(1 / (result.trace.days / len(result.trace.times))), len(result.trace.times)))
    plan = result.outcomes[OPTIMUM].plan
    days = [slice(first, first + samples) for first in range(0, len(plan), samples)]
    return max(days, key=lambda day: _changes(plan, day))


def _changes(plan: Sequence[int], day: slice) -> int:
    return sum(before != after for before, after in pairwise(plan[day]))


def _power(axes: Axes, result: Backtest, work: Work, day: slice) -> None:
    for node, column in zip(result.trace.nodes, result.trace.power_w, strict=True):
        axes.plot(_moments(result, day), column[day], linewidth=1, label=node)
    axes.axhline(work.load_w, color="black", linewidth=0.8, linestyle="--", label="load")
    axes.xaxis_date()
    axes.set(ylabel="power, W")
    if len(result.trace.nodes) <= 8:
        axes.legend(fontsize="small", ncols=4)


def _places(axes: Axes, result: Backtest, day: slice) -> None:
    for row, (name, one) in enumerate(result.outcomes.items()):
        _bar(axes, row, one, result, day)
        axes.text(-0.01, row, name, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize="small")
    axes.set(yticks=[], xlabel="UTC; each colour is a park, as above")


def _moments(result: Backtest, day: slice) -> list[float]:
    """Days since 1970, matplotlib's own count."""
    return [time.timestamp() / 86_400 for time in result.trace.times[day]]


def _bar(axes: Axes, row: int, one: Outcome, result: Backtest, day: slice) -> None:
    places = [f"C{place % 10}" if place >= 0 else "white" for place in one.plan[day]]
    axes.scatter(_moments(result, day), [row] * len(places), c=places, marker="|", s=90)
