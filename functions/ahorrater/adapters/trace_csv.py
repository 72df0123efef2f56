"""The cells of a measured trace: CSV with a `timestamp` column and a column for each park."""

import csv
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ahorrater.contracts.base import to_utc

TIMESTAMP = "timestamp"
MOST_W = 1e12
"""More than all the world's panels."""
BYTE_ORDER_MARK = "\ufeff"


class TraceError(ValueError):
    """A trace that cannot be replayed; the message says what is wrong with it and what would do."""


class Cells(NamedTuple):
    """The rows as they come: a time each, and for each node its power, W; NaN where it is unknown."""

    nodes: tuple[str, ...]
    times: Sequence[datetime]
    columns: Sequence[Sequence[float]]


def read_cells(source: str, text: Iterable[str], columns: Sequence[str]) -> Cells:
    """The columns (none named: all that have a name) of lines of text; `source` is what an error calls them.

    Empty lines say nothing. A time without an offset is UTC. Raises TraceError for a column, time or number that is not
    there or not one, UnicodeDecodeError for what is no text.
    """
    lines = csv.reader(_without_mark(text), skipinitialspace=True)
    rows = (row for row in lines if any(row))
    try:
        header = [name.strip() for name in next(rows, [])]
        wanted = _wanted(source, header, columns)
        return Cells(wanted, *_cells(rows, header, wanted))
    except (TraceError, UnicodeDecodeError):
        raise
    except (csv.Error, ValueError) as error:
        raise TraceError(f"{source}, line {lines.line_num}: {error}") from None


def _without_mark(text: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(text):
        yield line if number else line.removeprefix(BYTE_ORDER_MARK)


def _wanted(source: str, header: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    available = [name for name in header if name and name != TIMESTAMP]
    if TIMESTAMP not in header or not available:
        raise TraceError(f"{source} needs a first line with `{TIMESTAMP}` and a column for each park, comma separated")
    twice = sorted({name for names in (header, columns) for name in names if name and names.count(name) > 1})
    if twice:
        raise TraceError(f"{source}: {', '.join(twice)} is named twice")
    unknown = [name for name in columns if name not in available]
    if unknown:
        raise TraceError(f"{source} has no column {', '.join(unknown)}; it has {', '.join(available)}")
    return tuple(columns or available)


def _cells(
    rows: Iterable[list[str]], header: Sequence[str], wanted: Sequence[str]
) -> tuple[list[datetime], Sequence[Sequence[float]]]:
    time_place, places = header.index(TIMESTAMP), [header.index(name) for name in wanted]
    times: list[datetime] = []
    columns = [array("d") for _ in places]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells where the first line has {len(header)}")
        times.append(_moment(row[time_place]))
        for column, place in zip(columns, places, strict=True):
            column.append(_watts(row[place]))
    return times, columns


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    if not 1900 <= moment.year < 3000:
        raise ValueError(f"{text} is no time of a measurement")
    return to_utc(moment) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _watts(text: str) -> float:
    watts = float(text) if text.strip() else math.nan
    if abs(watts) > MOST_W:
        raise ValueError(f"{text} is no power in W")
    return watts
