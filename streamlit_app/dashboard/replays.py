"""A backtest as one person runs it: which trace, what came back so far, and how policies compare."""

import gzip
import io
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ahorrater.contracts.backtest import (
    MAX_CSV_CHARACTERS,
    BacktestFailed,
    BacktestLine,
    BacktestOutcome,
    BacktestStarted,
)
from dashboard.client import Away

OPTIMUM = "optimum"


class TraceKind(StrEnum):
    """Where a trace comes from."""

    SAMPLE = "sample"
    READINGS = "readings"
    UPLOAD = "csv"


class TraceFileError(ValueError):
    """A file that is no text, or too long; the message says why."""


def text_of(name: str, content: bytes) -> str:
    """The CSV of an uploaded file, unpacked if need be, never beyond the bound. Raises TraceFileError."""
    try:
        with gzip.open(io.BytesIO(content)) if name.endswith(".gz") else io.BytesIO(content) as file:
            raw = file.read(MAX_CSV_CHARACTERS + 1)
    except (OSError, EOFError) as error:
        raise TraceFileError(str(error)) from None
    if len(raw) > MAX_CSV_CHARACTERS:
        raise TraceFileError(f"more than {MAX_CSV_CHARACTERS} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TraceFileError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Scored:
    """A plan beside the best possible one: shares of its net energy, moves a day."""

    name: str
    energy_wh: float
    net_wh: float
    moves_per_day: float
    share_of_optimum: float


def scored(outcomes: Sequence[BacktestOutcome]) -> list[Scored]:
    """The plans in their order; none before the best possible one is known, which the others are measured by."""
    best = next((one.net_wh for one in outcomes if one.name == OPTIMUM), 0.0)
    if best <= 0:
        return []
    return [Scored(one.name, one.energy_wh, one.net_wh, one.moves_per_day, one.net_wh / best) for one in outcomes]


def frontier(policies: Sequence[Scored]) -> list[Scored]:
    """Those that no other beats: none brings at least as much with fewer moves, or more with as many.

    The best possible plan stands apart, since it knows the future.
    """
    rivals = [one for one in policies if one.name != OPTIMUM]
    return [one for one in rivals if not any(_beats(other, one) for other in rivals)]


def _beats(other: Scored, one: Scored) -> bool:
    at_least_as_good = other.moves_per_day <= one.moves_per_day and other.net_wh >= one.net_wh
    return at_least_as_good and (other.moves_per_day, other.net_wh) != (one.moves_per_day, one.net_wh)


@dataclass
class Replay:
    """The lines of a backtest that came so far, read by the page while another thread goes on receiving."""

    begun_at: datetime
    started: BacktestStarted | None = None
    outcomes: list[BacktestOutcome] = field(default_factory=list)
    trouble: Away | BacktestFailed | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def receive(self, lines: Iterable[BacktestLine | Away]) -> None:
        """Takes the lines until the last one."""
        try:
            for line in lines:
                if isinstance(line, BacktestStarted):
                    self.started = line
                elif isinstance(line, BacktestOutcome):
                    self.outcomes.append(line)
                else:
                    self.trouble = line
        finally:
            self.over.set()
