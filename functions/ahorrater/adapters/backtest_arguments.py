"""What `ahorrater backtest` and `ahorrater tune` are told alike: the trace, what runs on it, under what conditions."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.trace_csv import TraceError
from ahorrater.adapters.traces import own_peaks_w, read_trace, scaled, trace_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.battery import Battery
from ahorrater.domain.replay import Trace, Work
from ahorrater.services.choose import CANDIDATES
from ahorrater.services.judges import Judge, judge_of

REFERENCE_PEAK_W = 100.0
"""Parks that are scaled to their own peaks are compared as panels of so many watts."""
LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Situation:
    """What is replayed: the trace, scaled; the work; the batteries of the parks that have one; how many nodes may share
    the work; whether sensors are doubted.
    """

    trace: Trace
    work: Work
    batteries: Mapping[str, Battery]
    sunny_nodes: int
    doubt_sensors: bool

    def judge(self, trace: Trace | None = None) -> Judge:
        """Of the trace, or of a part of it."""
        return judge_of(
            trace or self.trace,
            self.work,
            self.batteries,
            sunny_nodes=self.sunny_nodes,
            doubt_sensors=self.doubt_sensors,
        )


def add_trace_arguments(parser: argparse.ArgumentParser) -> None:
    """Which trace, how it is scaled, what runs on it."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--trace", type=Path, help="CSV or .csv.gz: `timestamp` and a column a park")
    source.add_argument("--from-db", action="store_true", help="the readings in the database named by DATABASE_URL")
    parser.add_argument("--days", type=_days, default=7.0, help="how far back --from-db goes (7)")
    parser.add_argument("--interval-s", type=_whole, default=60, help="what --from-db folds readings by, s (60)")
    parser.add_argument("--columns", type=_names, default=(), help="the parks, comma separated; all if left out")
    parser.add_argument(
        "--peak-w",
        type=_positives,
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


def add_condition_arguments(parser: argparse.ArgumentParser) -> None:
    """How many nodes may share the work, whether sensors are doubted, and what each park's battery is like."""
    parser.add_argument(
        "--sunny-nodes",
        type=int,
        choices=range(1, CANDIDATES + 1),
        default=1,
        help="at most so many nodes share the work, as POLICY_SUNNY_NODES (1)",
    )
    parser.add_argument(
        "--doubt-sensors", action="store_true", help="leave parks whose sensor is not believed, as live"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--battery-wh", type=_positives, default=(), metavar="WH[,WH...]", help="capacity, all or each")
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


def situation(arguments: argparse.Namespace) -> Situation:
    """What the arguments say. Raises ValueError, which says what is wrong with them or with the trace."""
    trace = _stored(arguments) if arguments.from_db else read_trace(arguments.trace, arguments.columns)
    trace, peak_w = _scaled(trace, arguments.peak_w)
    load_w = arguments.load_w or arguments.load_fraction * peak_w
    cost_wh = arguments.move_cost_wh
    work = Work(load_w, load_w * arguments.move_cost_minutes / 60 if cost_wh is None else cost_wh)
    batteries = dict(zip(trace.nodes, _batteries(arguments, work, len(trace.nodes)), strict=False))
    return Situation(trace, work, batteries, arguments.sunny_nodes, arguments.doubt_sensors)


def _batteries(arguments: argparse.Namespace, work: Work, parks: int) -> Sequence[Battery]:
    efficiency, reserve, limit_w = arguments.battery_efficiency, arguments.battery_reserve, arguments.battery_max_w
    if arguments.battery_hours is not None:
        return [Battery.lasting(arguments.battery_hours, work.load_w, efficiency, reserve, limit_w)] * parks
    sizes_wh = one_each(arguments.battery_wh, parks, "--battery-wh")
    return [Battery(size_wh, efficiency, efficiency, limit_w, limit_w, reserve) for size_wh in sizes_wh]


def _stored(arguments: argparse.Namespace) -> Trace:
    """The database is imported only where it is asked for: it is heavy."""
    from sqlalchemy.exc import SQLAlchemyError

    from ahorrater.adapters.database.accounting import AccountingQueries

    now, length = utc_now(), timedelta(seconds=arguments.interval_s)
    try:
        queries = AccountingQueries(DatabaseSettings().url)
        intervals = queries.intervals(now - timedelta(days=arguments.days), now, length)
    except ValidationError:
        raise TraceError("--from-db needs DATABASE_URL, such as sqlite:////absolute/path.db") from None
    except (RetryLater, SQLAlchemyError):
        raise TraceError("the database does not answer, or `ahorrater migrate` has not been run on it") from None
    return trace_of(intervals, arguments.columns, length)


def _scaled(trace: Trace, peaks_w: Sequence[float]) -> tuple[Trace, float]:
    if not peaks_w:
        return scaled(trace, own_peaks_w(trace), REFERENCE_PEAK_W), REFERENCE_PEAK_W
    if len(peaks_w) == 1:
        return trace, peaks_w[0]
    return scaled(trace, one_each(peaks_w, len(trace.nodes), "--peak-w"), max(peaks_w)), max(peaks_w)


def one_each(numbers: Sequence[float], parks: int, option: str) -> Sequence[float]:
    """A number for each park, where one was given for all; none where none was. Raises TraceError."""
    if len(numbers) not in (0, 1, parks):
        raise TraceError(f"{option} has {len(numbers)} numbers for {parks} parks: give one, or one each")
    return list(numbers) * parks if len(numbers) == 1 else list(numbers)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _positives(text: str) -> tuple[float, ...]:
    return tuple(_positive(part) for part in text.split(","))


def number(text: str) -> float:
    """What argparse shows people if it is none."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _positive(text: str) -> float:
    value = number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _not_negative(text: str) -> float:
    value = number(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return value


def _efficiency(text: str) -> float:
    share = number(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share above 0, 1 at most")
    return share


def _reserve(text: str) -> float:
    share = number(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share below 1: nothing would be left for the work")
    return share


def _days(text: str) -> float:
    days = _positive(text)
    if days > LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is more than {LONGEST_DAYS} days")
    return days


def _whole(text: str) -> int:
    value = _positive(text)
    if not (value.is_integer() and value <= 86_400):
        raise argparse.ArgumentTypeError(f"{text} is no whole number of seconds, a day at most")
    return int(value)
