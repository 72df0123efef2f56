"""The pictures of a backtest: share of the optimum against moves a day, and a day's timeline."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ahorrater.domain.groups import group_of
from ahorrater.domain.replay import Outcome
from ahorrater.services.backtest import OPTIMUM, Backtest


def draw(result: Backtest, curves: Mapping[str, Sequence[Outcome]], load_w: float, path: Path) -> None:
    """Writes a PNG: above, every policy as a point, and `curves` of more of them, by name; below, the parks' power and
    where each policy was.
    """
    figure = Figure(figsize=(10, 9), layout="constrained")
    trade, power, places = figure.subplots(3, 1, height_ratios=(3, 2, 2))
    _trade(trade, result, curves)
    day = _liveliest_day(result)
    _power(power, result, load_w, day)
    _places(places, result, day)
    places.sharex(power)
    figure.savefig(path, dpi=110)


def _trade(axes: Axes, result: Backtest, curves: Mapping[str, Sequence[Outcome]]) -> None:
    """Regret on a logarithmic scale: the best policies differ by tenths of a percent."""
    best, days = result.outcomes[OPTIMUM], result.trace.days
    for style, (label, outcomes) in zip(("s-", "o-"), curves.items(), strict=True):
        points = [_point(one, best, days) for one in outcomes]
        axes.plot(*zip(*points, strict=True), style, label=label, markersize=4)
    for name, one in result.outcomes.items():
        if one.net_wh < best.net_wh:
            at = _point(one, best, days)
            axes.plot(*at, "k.")
            axes.annotate(name, at, textcoords="offset points", xytext=(6, -3))
    if result.is_exact:
        axes.axvline(best.moves / days, color="black", linewidth=0.8, linestyle="--", label="optimum's moves")
    whole = "the optimum's net energy" if result.is_exact else "what no plan exceeds"
    axes.set(xlabel="moves a day", ylabel=f"regret, % of {whole}", yscale="log")
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize="small")


def _point(one: Outcome, best: Outcome, days: float) -> tuple[float, float]:
    return one.moves / days, max(100 * (1 - one.net_wh / best.net_wh), 1e-3) if best.net_wh > 0 else 100.0


def _liveliest_day(result: Backtest) -> slice:
    """The day on which the best plan that is known moves most: there is something to see."""
    samples = max(1, min(round(1 / (result.trace.days / len(result.trace.times))), len(result.trace.times)))
    plan = max(_known(result).values(), key=lambda one: one.net_wh).plan
    days = [slice(first, first + samples) for first in range(0, len(plan), samples)]
    return max(days, key=lambda day: _changes(plan, day))


def _known(result: Backtest) -> dict[str, Outcome]:
    """The plans that are plans: the optimum may be a bound only."""
    return {name: one for name, one in result.outcomes.items() if name != OPTIMUM or result.is_exact}


def _changes(plan: Sequence[int], day: slice) -> int:
    return sum(before != after for before, after in pairwise(plan[day]))


def _power(axes: Axes, result: Backtest, load_w: float, day: slice) -> None:
    for node, column in zip(result.trace.nodes, result.trace.power_w, strict=True):
        axes.plot(_moments(result, day), column[day], linewidth=1, label=node)
    axes.axhline(load_w, color="black", linewidth=0.8, linestyle="--", label="load")
    axes.xaxis_date()
    axes.set(ylabel="power, W")
    if len(result.trace.nodes) <= 8:
        axes.legend(fontsize="small", ncols=4)


def _places(axes: Axes, result: Backtest, day: slice) -> None:
    for row, (name, one) in enumerate(_known(result).items()):
        _bar(axes, row, one, result, day)
        axes.text(-0.01, row, name, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize="small")
    axes.set(yticks=[], xlabel="UTC; each colour is a park, as above")


def _moments(result: Backtest, day: slice) -> list[float]:
    """Days since 1970, matplotlib's own count."""
    return [time.timestamp() / 86_400 for time in result.trace.times[day]]


def _bar(axes: Axes, row: int, one: Outcome, result: Backtest, day: slice) -> None:
    """A mark for each park that the work is on; those that share it lie one above the other."""
    moments, parks, most = _moments(result, day), len(result.trace.nodes), result.sunny_nodes
    groups = [group_of(number, parks) for number in one.plan[day]]
    marks = [
        (moment, row + (place + 0.5) / len(group) - 0.5, park)
        for moment, group in zip(moments, groups, strict=True)
        for place, park in enumerate(group)
    ]
    heights = [row + 0.7 * (height - row) for _, height, _ in marks]
    colours = [f"C{park % 10}" for _, _, park in marks]
    axes.scatter([moment for moment, _, _ in marks], heights, c=colours, marker="|", s=90 / most**2)
