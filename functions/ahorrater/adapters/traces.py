"""Measured traces: CSV with a `timestamp` column (ISO 8601 UTC) and a column for each park, plain or gzipped."""

import csv
import gzip
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TextIO

from ahorrater.contracts.base import to_utc
from ahorrater.domain.accounting import Interval
from ahorrater.domain.replay import Trace

TIMESTAMP = "timestamp"
MAX_SAMPLES = 10_000_000
"""Of one park: four months of seconds. A row that is far from the others makes a grid as long as it is far."""


class TraceError(ValueError):
    """A trace that cannot be replayed; the message says what is wrong with it and what would do."""


def read_trace(path: Path, columns: Sequence[str]) -> Trace:
    """The columns (none named: all of them) as they are, W. Empty cells, and rows that are left out, are unknown.

    Raises TraceError for a file, column, time or number that is not there or not one.
    """
    with _open(path) as file:
        return parsed_trace(str(path), file, columns)


def parsed_trace(source: str, text: Iterable[str], columns: Sequence[str], max_samples: int = MAX_SAMPLES) -> Trace:
    """The same, of lines of text; `source` is what an error calls them."""
    lines = csv.reader(text)
    try:
        header = next(lines, [])
        wanted = _wanted(source, header, columns)
        times, values = _cells(source, lines, header.index(TIMESTAMP), [header.index(name) for name in wanted])
    except csv.Error as error:
        raise TraceError(f"{source}, line {lines.line_num}: {error}") from None
    return gridded(tuple(wanted), times, values, max_samples)


def gridded(
    nodes: tuple[str, ...],
    times: Sequence[datetime],
    columns: Sequence[Sequence[float]],
    max_samples: int = MAX_SAMPLES,
) -> Trace:
    """The trace on an even grid: rows that a logger left out at night become unknown samples. The interval is the
    usual distance of two rows. Raises TraceError for fewer than two rows, times that do not grow, or too long a time.
    """
    if len(times) < 2:
        raise TraceError("a trace needs two rows at least")
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    if min(gaps) <= 0:
        raise TraceError(f"the times must grow: after {times[gaps.index(min(gaps))].isoformat()} they do not")
    interval_s = median(gaps)
    places = [round((time - times[0]).total_seconds() / interval_s) for time in times]
    if places[-1] >= max_samples:
        raise TraceError(f"{places[-1] + 1} samples of {interval_s:g} s are more than {max_samples}: shorten the trace")
    interval = timedelta(seconds=interval_s)
    grid = [times[0] + place * interval for place in range(places[-1] + 1)]
    return Trace(nodes, grid, [_spread(column, places) for column in columns], interval)


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
    """The highest value of each park, W. Raises TraceError for a park that never gave anything."""
    peaks = [max((watts for watts in column if not math.isnan(watts)), default=0.0) for column in trace.power_w]
    for node, peak_w in zip(trace.nodes, peaks, strict=True):
        if peak_w <= 0:
            raise TraceError(f"{node} never gives anything: leave it out with --columns")
    return peaks


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TraceError(f"{path} cannot be read: {error}") from None


def _wanted(source: str, header: Sequence[str], columns: Sequence[str]) -> list[str]:
    available = [name for name in header if name != TIMESTAMP]
    if TIMESTAMP not in header or not available:
        raise TraceError(f"{source} needs a first line with `{TIMESTAMP}` and a column for each park")
    unknown = [name for name in columns if name not in available]
    if unknown:
        raise TraceError(f"{source} has no column {', '.join(unknown)}; it has {', '.join(available)}")
    return list(columns) or available


def _cells(
    source: str, lines: Iterable[list[str]], time_place: int, places: Sequence[int]
) -> tuple[list[datetime], Sequence[Sequence[float]]]:
    times: list[datetime] = []
    columns = [array("d") for _ in places]
    for number, line in enumerate(lines, start=2):
        try:
            times.append(_moment(line[time_place]))
            for column, place in zip(columns, places, strict=True):
                column.append(_watts(line[place]))
        except (ValueError, IndexError) as error:
            raise TraceError(f"{source}, line {number}: {error}") from None
    return times, columns


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the time needs an offset, such as a final Z")
    return to_utc(moment)


def _watts(text: str) -> float:
    watts = float(text) if text.strip() else math.nan
    if math.isinf(watts):
        raise ValueError(f"{text} is no power")
    return watts


def _spread(column: Sequence[float], places: Sequence[int]) -> Sequence[float]:
    spread = array("d", [math.nan]) * (places[-1] + 1)
    for place, watts in zip(places, column, strict=True):
        spread[place] = watts
    return spread
