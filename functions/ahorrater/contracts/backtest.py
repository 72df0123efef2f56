"""What the backtest function is asked, and the lines that it answers with while it computes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints

from ahorrater.contracts.base import Contract, UtcDatetime

MAX_CSV_CHARACTERS = 3_000_000
"""With JSON's quoting still below what a function takes as a body."""


class PolicyName(StrEnum):
    """The policies that can be replayed."""

    THESIS = "thesis"
    HYSTERESIS = "hysteresis"
    CALM = "calm"
    FORECAST = "forecast"


ParkName = Annotated[str, StringConstraints(min_length=1, max_length=253)]


class SampleTrace(Contract):
    """A synthetic trace of three parks under moving clouds, a sample a minute; always the same."""

    kind: Literal["sample"] = "sample"
    days: Annotated[int, Field(ge=1, le=7)] = 2


class StoredReadings(Contract):
    """The system's own readings of the last days, folded into intervals."""

    kind: Literal["readings"] = "readings"
    days: Annotated[float, Field(gt=0, le=31)] = 7.0
    interval_s: Annotated[int, Field(ge=1, le=3_600)] = 60


class UploadedTrace(Contract):
    """A measured trace: CSV with a column `timestamp` (ISO 8601, UTC if it has no offset) and one for each park, W."""

    kind: Literal["csv"] = "csv"
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CSV_CHARACTERS)]


class ParkBattery(Contract):
    """What each park's battery is like. `hours`: what it feeds the workloads for, reserve apart. `efficiency`: of
    charging, and of discharging. `reserve`: the share that the workloads never get. `max_w`: the limit of each.
    """

    hours: Annotated[float, Field(gt=0, le=168)]
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.95
    reserve: Annotated[float, Field(ge=0, lt=1)] = 0.2
    max_w: Annotated[float, Field(gt=0)] | None = None


class BacktestRequest(Contract):
    """Which trace, of which parks (none named: all), under which policies. `variants`: hysteresis at other margins too.

    `load_fraction`: the power that the workloads need, as a share of a park's peak. `move_cost_minutes`: what a move
    costs, in minutes of that power. `battery`: what each park has; or `sunny_nodes`: at most so many share the work.
    `doubt_sensors`: leave parks whose sensor is not believed, as live.
    """

    trace: Annotated[SampleTrace | StoredReadings | UploadedTrace, Discriminator("kind")] = SampleTrace()
    parks: Annotated[tuple[ParkName, ...], Field(max_length=100)] = ()
    policies: Annotated[tuple[PolicyName, ...], Field(min_length=1, max_length=len(PolicyName))] = tuple(PolicyName)
    variants: bool = False
    load_fraction: Annotated[float, Field(gt=0, le=1)] = 0.3
    move_cost_minutes: Annotated[float, Field(ge=0, le=1_440)] = 3.0
    battery: ParkBattery | None = None
    sunny_nodes: Annotated[int, Field(ge=1, le=3)] = 1
    doubt_sensors: bool = False


class BacktestStarted(Contract):
    """The first line: what is replayed, and in how many steps. `optimum_is_exact`: the best possible plan is known, and
    not only what no plan exceeds.
    """

    kind: Literal["started"] = "started"
    parks: tuple[str, ...]
    since: UtcDatetime
    samples: int
    interval_s: float
    days: float
    load_w: float
    move_cost_wh: float
    ceiling_wh: float
    steps: int
    optimum_is_exact: bool = True


class BacktestOutcome(Contract):
    """A line for each plan that is done. `net_wh` is the energy that served the workloads minus the cost of its moves.

    The last one is the best possible plan, which the others are measured against.
    """

    kind: Literal["outcome"] = "outcome"
    step: int
    name: str
    energy_wh: float
    net_wh: float
    moves: int
    moves_per_day: float


class BacktestFailed(Contract):
    """The last line, if it went wrong after the first one was sent."""

    kind: Literal["failed"] = "failed"
    detail: str


BacktestLine = Annotated[BacktestStarted | BacktestOutcome | BacktestFailed, Discriminator("kind")]
"""One line of the answer (newline-delimited JSON)."""
