"""The backtest function's door: a request becomes a trace, and the lines go out while they are computed."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from io import StringIO
from itertools import chain
from threading import BoundedSemaphore
from typing import Protocol

from starlette.responses import StreamingResponse

from ahorrater.adapters.functions import Operation, Params
from ahorrater.adapters.trace_csv import TraceError
from ahorrater.adapters.traces import own_peaks_w, parsed_trace, scaled, trace_of
from ahorrater.contracts.backtest import BacktestLine, BacktestRequest, StoredReadings, UploadedTrace
from ahorrater.contracts.errors import Reject, RetryLater
from ahorrater.domain.accounting import Interval
from ahorrater.domain.battery import Battery
from ahorrater.domain.policies import Policy
from ahorrater.domain.replay import Trace, Work
from ahorrater.domain.sample_trace import sample_trace
from ahorrater.services.backtest import standard_policies
from ahorrater.services.backtest_steps import backtest_lines
from ahorrater.services.judges import TogetherError, judge_of
from ahorrater.services.tune import margins_of_load

MAX_AT_A_TIME = 2
"""Replays compute without a pause; more of them would only be slower."""
MAX_VALUES = 1_000_000
"""Samples times parks: about a minute of computing for all policies."""
PEAK_W = 100.0
"""Parks are compared as panels of so many watts, as `ahorrater backtest` does."""
MEDIA_TYPE = "application/x-ndjson"


class Readings(Protocol):
    """Where the system's own readings are."""

    def intervals(self, since: datetime, until: datetime, length: timedelta) -> list[Interval]:
        """The mean power of every park in each interval that has readings, oldest first."""


class BacktestStream:
    """Answers with a line for each step. `open_readings` is called when they are first asked for: it is heavy."""

    def __init__(self, open_readings: Callable[[], Readings], clock: Callable[[], datetime]) -> None:
        self._open_readings = open_readings
        self._clock = clock
        self._room = BoundedSemaphore(MAX_AT_A_TIME)

    def operations(self) -> list[Operation]:
        """The one path."""
        summary = "Replays a trace under policies; a line of JSON for each step"
        problems = (413, 503)
        return [
            Operation(
                "POST", "/rest/backtest", summary, self.run, BacktestLine, Params, BacktestRequest, problems, MEDIA_TYPE
            )
        ]

    def run(self, _params: Params, request: BacktestRequest) -> StreamingResponse:
        """Raises Reject for a trace that cannot be replayed, RetryLater while others are computed."""
        if not self._room.acquire(blocking=False):
            raise RetryLater(f"{MAX_AT_A_TIME} backtests are being computed", retry_after_s=10)
        lines = self._lines(request)
        # Whatever becomes of the answer, a generator that has begun gives its place back when it is thrown away.
        return StreamingResponse(chain([next(lines)], lines), media_type=MEDIA_TYPE)

    def _lines(self, request: BacktestRequest) -> Iterator[bytes]:
        try:
            trace, work = self._situation(request)
            batteries = _batteries(request, trace, work)
            judge = judge_of(
                trace, work, batteries, sunny_nodes=request.sunny_nodes, doubt_sensors=request.doubt_sensors
            )
            for line in backtest_lines(judge, work, _policies(request, work, batteries)):
                yield line.model_dump_json().encode() + b"\n"
        except (TraceError, TogetherError) as error:
            raise Reject(str(error)) from None
        finally:
            self._room.release()

    def _situation(self, request: BacktestRequest) -> tuple[Trace, Work]:
        trace = self._trace(request)
        values = len(trace.times) * len(trace.nodes)
        if values > MAX_VALUES:
            raise Reject(f"{values} values are more than {MAX_VALUES}: shorten the trace, or name fewer parks")
        load_w = request.load_fraction * PEAK_W
        return scaled(trace, own_peaks_w(trace), PEAK_W), Work(load_w, load_w * request.move_cost_minutes / 60)

    def _trace(self, request: BacktestRequest) -> Trace:
        wanted = request.trace
        if isinstance(wanted, UploadedTrace):
            return parsed_trace("the trace", StringIO(wanted.text, newline=""), request.parks, MAX_VALUES)
        if isinstance(wanted, StoredReadings):
            if timedelta(days=wanted.days) / timedelta(seconds=wanted.interval_s) > MAX_VALUES:
                raise Reject(f"that is more than {MAX_VALUES} intervals: take fewer days, or longer intervals")
            now, length = self._clock(), timedelta(seconds=wanted.interval_s)
            intervals = self._open_readings().intervals(now - timedelta(days=wanted.days), now, length)
            return trace_of(intervals, request.parks, length)
        return _only(sample_trace(wanted.days), request.parks)


def _batteries(request: BacktestRequest, trace: Trace, work: Work) -> dict[str, Battery]:
    """The same for each park."""
    asked = request.battery
    if asked is None:
        return {}
    each = Battery.lasting(asked.hours, work.load_w, asked.efficiency, asked.reserve, asked.max_w or math.inf)
    return dict.fromkeys(trace.nodes, each)


def _policies(request: BacktestRequest, work: Work, batteries: Mapping[str, Battery]) -> dict[str, Policy]:
    chosen = {name: policy for name, policy in standard_policies(work, batteries).items() if name in request.policies}
    variants = margins_of_load(work, batteries) if request.variants else {}
    return {**chosen, **{name: policy for name, (policy, _) in variants.items()}}


def _only(trace: Trace, parks: tuple[str, ...]) -> Trace:
    unknown = [park for park in parks if park not in trace.nodes]
    if unknown:
        raise TraceError(f"there is no {', '.join(unknown)}; there are {', '.join(trace.nodes)}")
    wanted = parks or trace.nodes
    columns = [trace.power_w[trace.nodes.index(park)] for park in wanted]
    return Trace(wanted, trace.times, columns, trace.interval)
