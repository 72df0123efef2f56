"""Rates of readings up to saturation, the knee, and twice as much as the knee for five minutes."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.made_up import Run, make_up
from tests.load.machine import memory_mib
from tests.load.mqtt_load import counters, devices
from tests.load.mqtt_load.arrivals import Arrivals, rows_of
from tests.load.mqtt_load.schedule import Schedule
from tests.load.processes import processes_of

DEVICES = 20
RATES = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
STEP_S = 8.0
HOLDS_P99_S = 1.0
"""A rate holds where 99 of 100 readings are visible within a second, and none is lost."""
OVERLOAD_S = 300.0
OVERLOAD_FACTOR = 2
LOOK_EVERY_S = 1.0
DRAIN_S = 1200.0
UNTOUCHED = {"kubernetes", "dashboard", "runner"}
"""The processes that are neither on the readings' way nor functions."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One rate. Latencies are from the due moment to the visible row; `late_s`: the sender's own worst."""

    rate: float
    published: int
    accepted: int
    stored: int
    duplicates: int
    rejected: int
    late_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    longest_s: float
    drain_s: float
    histogram: dict[str, int]

    @property
    def lost(self) -> int:
        return self.accepted - self.stored - self.rejected

    @property
    def holds(self) -> bool:
        return self.lost <= 0 and self.accepted == self.published and self.p99_s <= HOLDS_P99_S


@dataclass(frozen=True)
class Moment:
    """A second of an overload: readings due, stored, and the memory of each process, MiB."""

    at_s: float
    due: int
    stored: int
    memory_mib: dict[str, float]


@dataclass(frozen=True)
class Overload:
    """Past the knee. `normal_after_s`: from the end of the overload until nothing waits; `afterwards`: a step then."""

    step: Step
    moments: list[Moment]
    normal_after_s: float
    afterwards: Step

    @property
    def stored_rate(self) -> float:
        """Readings/s that were stored while the overload lasted."""
        seconds = self.step.published / self.step.rate
        last = max((moment for moment in self.moments if moment.at_s <= seconds), key=lambda moment: moment.at_s)
        return last.stored / last.at_s


@dataclass
class Playing:
    """A running system whose only parks are ours. Each run of devices has a boot of its own."""

    run: Run
    say: Say
    boot: int = 0
    pids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        processes = processes_of(self.run.process.pid)
        self.pids = {name: pid for name, pid in processes.items() if name not in UNTOUCHED}

    @property
    def database(self) -> Path:
        return self.run.home / "ahorrater.db"

    def step(
        self, rate: float, seconds: float, watch: Callable[[Schedule, float, Arrivals], None] | None = None
    ) -> Step:
        """Publishes at `rate` and waits until all is stored."""
        self.boot += 1
        schedule = Schedule(DEVICES, rate, seconds)
        begin, before = time.monotonic() + 1.5, counters.read(self.run)
        port = int(str(self.run.addresses["mosquitto"]).rpartition(":")[2])
        arrivals = Arrivals(self.database, self.boot, begin, schedule)
        with devices.playing(port, self.boot, begin, schedule) as sender:
            arrivals.start()
            if watch:
                watch(schedule, begin, arrivals)
            sent = devices.result(sender)
        arrivals.join(DRAIN_S)
        arrivals.give_up()
        counted = counters.read(self.run).since(before)
        drain_s = max(0.0, arrivals.last_at - begin - seconds)
        return _step(rate, schedule, sent, arrivals, rows_of(self.database, self.boot), counted, drain_s)

    def memory(self) -> dict[str, float]:
        """Of each process, MiB."""
        return {name: memory_mib(pid) for name, pid in self.pids.items()}


@contextmanager
def playing(home: Path, say: Say) -> Iterator[Playing]:
    """A `make up` without simulated parks."""
    parks = ",".join(devices.node(number) for number in range(DEVICES))
    with make_up(home, SIMULATED_PARKS="false", PARKS=parks) as run:
        yield Playing(run, say)


def ladder(system: Playing, rates: Sequence[float] = RATES) -> list[Step]:
    """Up to the first rate that does not hold, then once more in between."""
    system.step(RATES[0], 2)  # what starts up with the first reading is not measured
    steps = []
    for rate in rates:
        steps.append(_told(system, system.step(rate, STEP_S)))
        if not steps[-1].holds:
            break
    if len(steps) > 1 and not steps[-1].holds:
        between = round(math.sqrt(steps[-2].rate * steps[-1].rate), -1)
        steps.append(_told(system, system.step(between, STEP_S)))
    return sorted(steps, key=lambda step: step.rate)


def knee(steps: Sequence[Step]) -> float | None:
    """The highest rate that held below the first that did not; None if not even the lowest held."""
    held = None
    for step in sorted(steps, key=lambda step: step.rate):
        if not step.holds:
            return held
        held = step.rate
    return held


def overload(system: Playing, rate: float, seconds: float) -> Overload:
    """More than can be stored for so long; then the lowest rate again, for whether all is as before."""
    moments: list[Moment] = []
    system.step(RATES[0], 2)

    def watch(schedule: Schedule, begin: float, arrivals: Arrivals) -> None:
        pause = threading.Event()
        deadline = begin + seconds + DRAIN_S
        while time.monotonic() < deadline:
            at_s = time.monotonic() - begin
            moments.append(Moment(at_s, schedule.due_by(at_s), arrivals.stored, system.memory()))
            if arrivals.complete:
                return
            pause.wait(LOOK_EVERY_S)

    found = _told(system, system.step(rate, seconds, watch))
    return Overload(found, moments, found.drain_s, _told(system, system.step(RATES[0], STEP_S)))


def _told(system: Playing, found: Step) -> Step:
    system.say(
        f"  {found.rate:g}/s {'holds' if found.holds else 'breaks'}: {found.stored:,} of {found.accepted:,} stored, "
        f"p50 {1000 * found.p50_s:.0f} ms, p99 {1000 * found.p99_s:.0f} ms, none waited after {found.drain_s:.1f} s; "
        f"the sender was {1000 * found.late_s:.0f} ms late at worst"
    )
    return found


def _step(
    rate: float,
    schedule: Schedule,
    sent: devices.Sent,
    arrivals: Arrivals,
    stored: int,
    counted: counters.Counters,
    drain_s: float,
) -> Step:
    ordered = sorted(arrivals.latencies_s) or [math.inf]
    return Step(
        rate=rate,
        published=schedule.readings,
        accepted=sent.accepted,
        stored=stored,
        duplicates=counted.duplicates,
        rejected=counted.rejected,
        late_s=sent.latest_s,
        p50_s=quantile(ordered, 0.5),
        p95_s=quantile(ordered, 0.95),
        p99_s=quantile(ordered, 0.99),
        longest_s=ordered[-1],
        drain_s=drain_s,
        histogram=histogram(ordered),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def histogram(values: Sequence[float]) -> dict[str, int]:
    """Counts by upper bound, in ms: 10, 20, 50, 100, ... Those beyond the last are at "inf"."""
    bounds = [digit * 10**power for power in range(1, 6) for digit in (1, 2, 5)]
    counts = dict.fromkeys([*map(str, bounds), "inf"], 0)
    for value in values:
        counts[str(next((bound for bound in bounds if 1000 * value <= bound), "inf"))] += 1
    return counts
