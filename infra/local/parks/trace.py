"""Measured traces: CSV with a `timestamp` column (ISO 8601 UTC) and a column for each park, plain or gzipped."""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TextIO

from infra.local.parks.samples import Sample

TIMESTAMP = "timestamp"


class TraceError(ValueError):
    """A trace that cannot be played; the message says what is wrong with it and what would do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the value of each node's column, unknown ones left out."""

    at: datetime
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace, ready to be replayed `speed` times as fast as it was measured, again and again where `repeat`."""

    rows: Sequence[Row]
    peak_power_w: float
    speed: float
    repeat: bool

    def samples(self) -> Iterator[Sample]:
        """The parks' power: each column scaled so that its highest value is the panel's peak power; below 0 is 0."""
        peaks = _peaks(self.rows)
        length_s = self._elapsed_s(self.rows[-1]) + self._step_s()
        for turn in count() if self.repeat else (0,):
            for row in self.rows:
                power_w = {
                    node: max(value, 0.0) / peaks[node] * self.peak_power_w for node, value in row.values.items()
                }
                yield Sample((turn * length_s + self._elapsed_s(row)) / self.speed, power_w)

    def _elapsed_s(self, row: Row) -> float:
        return (row.at - self.rows[0].at).total_seconds()

    def _step_s(self) -> float:
        return self._elapsed_s(self.rows[1]) if len(self.rows) > 1 else 1.0


def read_trace(path: Path, nodes: Sequence[str], columns: Sequence[str], start: datetime | None) -> Sequence[Row]:
    """The rows from `start` on, `columns` given to the nodes in order (none named: the file's own first ones).

    Raises TraceError for a file, column, time or number that is not there or not one.
    """
    with _open(path) as file:
        reader = csv.DictReader(file)
        assigned = _assign(path, nodes, columns, reader.fieldnames or ())
        rows = [_row(path, reader.line_num, line, assigned) for line in reader]
    wanted = [row for row in rows if start is None or row.at >= start]
    if not wanted:
        raise TraceError(f"{path} has no rows" + (f" from {start.isoformat()} on" if start else ""))
    return wanted


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise TraceError(f"TRACE={path} cannot be read: {error.strerror or error}") from None


def _assign(path: Path, nodes: Sequence[str], columns: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    available = [name for name in header if name != TIMESTAMP]
    if TIMESTAMP not in header or not available:
        raise TraceError(f"{path} needs a first line with `{TIMESTAMP}` and a column for each park")
    unknown = [name for name in columns if name not in available]
    if unknown:
        raise TraceError(f"{path} has no column {', '.join(unknown)}; it has {', '.join(available)}")
    if len(columns) > len(nodes):
        raise TraceError(f"TRACE_COLUMNS names {len(columns)} columns for {len(nodes)} nodes: name at most one a node")
    return dict(zip(nodes, columns or available, strict=False))


def _row(path: Path, number: int, line: Mapping[str, str | None], assigned: Mapping[str, str]) -> Row:
    try:
        at = datetime.fromisoformat(line[TIMESTAMP] or "")
        values = {node: float(text) for node, column in assigned.items() if (text := line[column])}
    except ValueError as error:
        raise TraceError(f"{path}, line {number}: {error}") from None
    if at.tzinfo is None:
        raise TraceError(f"{path}, line {number}: the time needs an offset, such as a final Z")
    return Row(at, values)


def _peaks(rows: Sequence[Row]) -> dict[str, float]:
    peaks: dict[str, float] = {}
    for row in rows:
        for node, value in row.values.items():
            peaks[node] = max(peaks.get(node, 0.0), value)
    return {node: peak or 1.0 for node, peak in peaks.items()}
