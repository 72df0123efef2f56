"""Measured traces on an even grid: from CSV files, plain or gzipped, and from stored readings."""

import gzip
import math
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import TextIO

from ahorrater.adapters.trace_csv import Cells, TraceError, read_cells
from ahorrater.domain.accounting import Interval
from ahorrater.domain.replay import Trace

MAX_SAMPLES = 10_000_000
"""Of one park: four months of seconds. A row that is far from the others makes a grid as long as it is far."""


def read_trace(path: Path, columns: Sequence[str]) -> Trace:
    """The columns (none named: all of them) as they are, W. Empty cells, and rows that are left out, are unknown.

    Raises TraceError for a file, column, time or number that is not there or not one.
    """
    with _open(path) as file:
        return parsed_trace(str(path), file, columns)


def parsed_trace(source: str, text: Iterable[str], columns: Sequence[str], max_samples: int = MAX_SAMPLES) -> Trace:
    """The same, of lines of text; `source` is what an error calls them."""
    return gridded(read_cells(source, text, columns), max_samples)


def gridded(cells: Cells, max_samples: int = MAX_SAMPLES) -> Trace:
    """The trace on an even grid: rows that a logger left out at night become unknown samples. The interval is the
    usual distance of two rows. Raises TraceError for fewer than two rows, rows that disagree, or too long a time.
    """
    rows = _in_order(cells)
    if len(rows) < 2:
        raise TraceError("a trace needs two rows at least, of different times")
    times = [cells.times[row] for row in rows]
    interval_s = median((after - before).total_seconds() for before, after in pairwise(times))
    places = [round((time - times[0]).total_seconds() / interval_s) for time in times]
    if places[-1] >= max_samples:
        raise TraceError(f"{places[-1] + 1} samples of {interval_s:g} s are more than {max_samples}: shorten the trace")
    interval = timedelta(seconds=interval_s)
    grid = [times[0] + place * interval for place in range(places[-1] + 1)]
    return Trace(
        cells.nodes, grid, [_spread((column[row] for row in rows), places) for column in cells.columns], interval
    )


def trace_of(intervals: Sequence[Interval], columns: Sequence[str], length: timedelta) -> Trace:
    """The trace of stored readings, folded into intervals. Raises TraceError for too few, or no such park."""
    available = sorted({node for interval in intervals for node in interval.power_w})
    unknown = [name for name in columns if name not in available]
    if unknown:
        raise TraceError(f"no readings of {', '.join(unknown)}; there are some of {', '.join(available) or 'nobody'}")
    if len(intervals) < 2:
        raise TraceError("fewer than two intervals have readings: wait, or ask for more with --days")
    nodes, begin = tuple(columns) or tuple(available), intervals[0].at
    places = [round((interval.at - begin) / length) for interval in intervals]
    known = [array("d", (interval.power_w.get(node, math.nan) for interval in intervals)) for node in nodes]
    grid = [begin + place * length for place in range(places[-1] + 1)]
    return Trace(nodes, grid, [_spread(column, places) for column in known], length)


def scaled(trace: Trace, peaks_w: Sequence[float], to_w: float) -> Trace:
    """Every park as if its peak were `to_w`. `peaks_w`: the peak of each park now, W."""
    power_w = [
        array("d", (watts * to_w / peak_w for watts in column))
        for column, peak_w in zip(trace.power_w, peaks_w, strict=True)
    ]
    return Trace(trace.nodes, trace.times, power_w, trace.interval)


def own_peaks_w(trace: Trace) -> list[float]:
    """The highest value of each park, W; infinite for one that never gives anything, which then counts as nothing.
    Raises TraceError where none does.
    """
    peaks_w = [max((watts for watts in column if not math.isnan(watts)), default=0.0) for column in trace.power_w]
    if max(peaks_w) <= 0:
        raise TraceError(f"{', '.join(trace.nodes[:5])}: none of {len(peaks_w)} parks ever gives anything")
    return [peak_w if peak_w > 0 else math.inf for peak_w in peaks_w]


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8", newline="") as file
        ):
            yield file
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise TraceError(f"{path} cannot be read: {error}") from None


def _in_order(cells: Cells) -> list[int]:
    """The rows by time; one that says again what another says is left out. Raises TraceError for two that disagree."""
    order = sorted(range(len(cells.times)), key=cells.times.__getitem__)
    rows = order[:1]
    for row in order[1:]:
        if cells.times[row] != cells.times[rows[-1]]:
            rows.append(row)
        elif any(_differ(column[row], column[rows[-1]]) for column in cells.columns):
            raise TraceError(f"two rows of {cells.times[row].isoformat()} disagree: leave one out")
    return rows


def _differ(one: float, other: float) -> bool:
    return one != other and not (math.isnan(one) and math.isnan(other))


def _spread(column: Iterable[float], places: Sequence[int]) -> Sequence[float]:
    """The mean where several rows fall into one sample."""
    spread, several = array("d", [math.nan]) * (places[-1] + 1), dict[int, list[float]]()
    for place, watts in zip(places, column, strict=True):
        if math.isnan(spread[place]):
            spread[place] = watts
        elif not math.isnan(watts):
            several.setdefault(place, [spread[place]]).append(watts)
    for place, all_watts in several.items():
        spread[place] = fmean(all_watts)
    return spread
