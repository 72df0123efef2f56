"""`ahorrater backtest`: its arguments, what it reads and what it prints."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.traces import TraceError, own_peaks_w, read_trace, scaled, trace_of
from ahorrater.domain.battery import Battery
from ahorrater.domain.policies import Policy
from ahorrater.domain.replay import Trace, Work
from ahorrater.services.backtest import Backtest, judged, standard_policies
from ahorrater.services.choose import CANDIDATES
from ahorrater.services.judges import judge_of

REFERENCE_PEAK_W = 100.0
"""Parks that are scaled to their own peaks are compared as panels of so many watts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `ahorrater backtest`."""
    add_trace_arguments(parser)
    parser.add_argument(
        "--policy",
        action="append",
        choices=["thesis", "hysteresis", "calm", "forecast"],
        default=[],
        help="show this one (again for more) beside stay-put and the optimum; all if left out",
    )
    add_condition_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--plot", type=Path, help="draw shares, moves and the timeline of one day into this PNG")


def add_condition_arguments(parser: argparse.ArgumentParser) -> None:
    """How many nodes may share the work, and what each park's battery is like."""
    parser.add_argument(
        "--sunny-nodes",
        type=int,
        choices=range(1, CANDIDATES + 1),
        default=1,
        help="at most so many nodes share the work, as POLICY_SUNNY_NODES (1)",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--battery-wh", type=_watts, default=(), metavar="WH[,WH...]", help="capacity, for all or each")
    size.add_argument(
        "--battery-hours", type=_positive, help="the same: what feeds the load for so long, reserve apart"
    )
    parser.add_argument(
        "--battery-efficiency", type=_efficiency, default=0.95, help="of charging, and of discharging (0.95)"
    )
    parser.add_argument(
        "--battery-reserve", type=_reserve, default=0.2, help="the share that the work never gets (0.2)"
    )
    parser.add_argument("--battery-max-w", type=_positive, default=float("inf"), help="limit of each (none)")


def add_trace_arguments(parser: argparse.ArgumentParser) -> None:
    """Which trace, how it is scaled, what runs on it."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--trace", type=Path, help="CSV or .csv.gz: `timestamp` and a column a park")
    source.add_argument("--from-db", action="store_true", help="the readings in the database named by DATABASE_URL")
    parser.add_argument("--days", type=_positive, default=7.0, help="how far back --from-db goes (7)")
    parser.add_argument("--interval-s", type=_whole, default=60, help="what --from-db folds readings by, s (60)")
    parser.add_argument("--columns", type=_names, default=(), help="the parks, comma separated; all if left out")
    parser.add_argument(
        "--peak-w",
        type=_watts,
        default=(),
        metavar="W[,W...]",
        help="the parks' peak, one for all or one each; each park's own highest value if left out",
    )
    load = parser.add_mutually_exclusive_group()
    load.add_argument("--load-w", type=_positive, help="power that the workloads need, W")
    load.add_argument("--load-fraction", type=_positive, default=0.3, help="the same, as a share of the peak (0.3)")
    cost = parser.add_mutually_exclusive_group()
    cost.add_argument("--move-cost-wh", type=_not_negative, help="what a move costs, Wh")
    cost.add_argument(
        "--move-cost-minutes", type=_not_negative, default=3.0, help="the same, in minutes of the workloads' power (3)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Replays, prints, draws. 2 and a sentence on stderr for a trace that cannot be replayed."""
    try:
        trace, work = situation(arguments)
        batteries = batteries_of(arguments, trace, work)
        judge = judge_of(trace, work, batteries, sunny_nodes=arguments.sunny_nodes)
    except ValueError as error:
        sys.stderr.write(f"ahorrater backtest: {error}\n")
        return 2
    result = judged(judge, _chosen(standard_policies(work, batteries), arguments.policy))
    sys.stdout.write(json.dumps(result.report()) + "\n" if arguments.json else table(result))
    if arguments.plot:
        from ahorrater.adapters.backtest_plot import draw

        draw(result, work, arguments.plot)
    return 0


def situation(arguments: argparse.Namespace) -> tuple[Trace, Work]:
    """The trace, scaled, and the work, as the arguments say. Raises TraceError."""
    trace = _stored(arguments) if arguments.from_db else read_trace(arguments.trace, arguments.columns)
    trace, peak_w = _scaled(trace, arguments.peak_w)
    load_w = arguments.load_w or arguments.load_fraction * peak_w
    cost_wh = arguments.move_cost_wh
    return trace, Work(load_w, load_w * arguments.move_cost_minutes / 60 if cost_wh is None else cost_wh)


def batteries_of(arguments: argparse.Namespace, trace: Trace, work: Work) -> dict[str, Battery]:
    """What each park's battery is like; none if nothing is said of them. Raises TraceError."""
    sizes_wh = _sizes_wh(arguments, work)
    if not sizes_wh:
        return {}
    if len(sizes_wh) not in (1, len(trace.nodes)):
        raise TraceError(
            f"--battery-wh has {len(sizes_wh)} numbers for {len(trace.nodes)} parks: give one, or one each"
        )
    each = sizes_wh * len(trace.nodes) if len(sizes_wh) == 1 else sizes_wh
    efficiency, limit_w = arguments.battery_efficiency, arguments.battery_max_w
    return {
        node: Battery(size_wh, efficiency, efficiency, limit_w, limit_w, arguments.battery_reserve)
        for node, size_wh in zip(trace.nodes, each, strict=True)
    }


def _sizes_wh(arguments: argparse.Namespace, work: Work) -> tuple[float, ...]:
    if arguments.battery_hours is None:
        return tuple(arguments.battery_wh)
    given = arguments.battery_efficiency * (1 - arguments.battery_reserve)
    return (arguments.battery_hours * work.load_w / given,)


def _stored(arguments: argparse.Namespace) -> Trace:
    """The database is imported only where it is asked for: it is heavy."""
    from ahorrater.adapters.database.accounting import AccountingQueries

    now, length = utc_now(), timedelta(seconds=arguments.interval_s)
    queries = AccountingQueries(DatabaseSettings().url)
    return trace_of(queries.intervals(now - timedelta(days=arguments.days), now, length), arguments.columns, length)


def _scaled(trace: Trace, peaks_w: Sequence[float]) -> tuple[Trace, float]:
    if not peaks_w:
        return scaled(trace, own_peaks_w(trace), REFERENCE_PEAK_W), REFERENCE_PEAK_W
    if len(peaks_w) == 1:
        return trace, peaks_w[0]
    if len(peaks_w) != len(trace.nodes):
        raise TraceError(f"--peak-w has {len(peaks_w)} numbers for {len(trace.nodes)} parks: give one, or one each")
    return scaled(trace, peaks_w, max(peaks_w)), max(peaks_w)


def _chosen(policies: Mapping[str, Policy], names: Sequence[str]) -> dict[str, Policy]:
    return {name: policy for name, policy in policies.items() if not names or name in names}


def table(result: Backtest) -> str:
    """The report for people."""
    best = result.outcomes["optimum"].net_wh
    sharing = "" if result.sunny_nodes == 1 else f", at most {result.sunny_nodes} of which share the work"
    lines = [
        f"{len(result.trace.times)} samples, {result.trace.days:.2f} days, {len(result.trace.nodes)} parks{sharing}",
        f"{'policy':<12}{'energy Wh':>12}{'net Wh':>12}{'of optimum':>12}{'regret':>9}{'moves/day':>11}",
    ]
    for name, one in result.outcomes.items():
        share = one.net_wh / best if best > 0 else 0.0
        lines.append(
            f"{name:<12}{one.energy_wh:>12.1f}{one.net_wh:>12.1f}{share:>12.2%}{1 - share:>9.2%}"
            f"{one.moves / result.trace.days:>11.2f}"
        )
    if not result.is_exact:
        lines.append("optimum: what no plan exceeds, not a plan that is known")
    return "\n".join(lines) + "\n"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _watts(text: str) -> tuple[float, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _efficiency(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share above 0, 1 at most")
    return share


def _reserve(text: str) -> float:
    share = float(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share below 1: nothing would be left for the work")
    return share


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number
