"""The loads, one after the other, each with a line of progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.http_load import k6
from tests.load.http_load.bare import bare_reference
from tests.load.http_load.k6 import Summary
from tests.load.http_load.targets import Target
from tests.load.machine import memory_mib, processor_s

MATRIX = (2_600, 5_000, 10_000, 25_000)
"""The thesis's counts of requests."""
USERS = 100
RAMP_FROM, RAMP_TO, RAMP_STEP_S = 50, 12_800, 4
SOAK_S = 20
Say = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    """Ours and the bare reference, one directly after the other. `ours_cpu_us`, `bare_cpu_us`: processor time of a
    request, user's and system's; None where the process cannot be seen from here.
    """

    target: str
    requests: int
    ours: Summary
    bare: Summary
    ours_cpu_us: float | None = None
    bare_cpu_us: float | None = None

    @property
    def ratio_p95(self) -> float:
        return self.ours.p95_ms / self.bare.p95_ms

    @property
    def ratio_cpu(self) -> float | None:
        return self.ours_cpu_us / self.bare_cpu_us if self.ours_cpu_us and self.bare_cpu_us else None


@dataclass(frozen=True)
class RampStep:
    """One rate of a ramp, requests/s."""

    target: str
    offered: int
    found: Summary


@dataclass(frozen=True)
class Spike:
    """`rate`: before and after; twenty times as much in between."""

    target: str
    rate: int
    found: Summary
    before_p95_ms: float
    spike_p95_ms: float
    after_p95_ms: float


@dataclass(frozen=True)
class Soak:
    """Memory before and after, MiB; None where it cannot be seen from here."""

    target: str
    rate: int
    seconds: int
    found: Summary
    before_mib: float | None
    after_mib: float | None


def smoke(target: Target, say: Say) -> Summary:
    """Is it there at all? RuntimeError if not."""
    found = k6.summary(k6.run(target.url, "smoke"))
    say(f"  smoke {target.name}: {found.requests} requests, {found.failed} failed")
    if found.failed:
        raise RuntimeError(f"{target.url} does not answer 200: there is no sense in going on")
    return found


def matrix(target: Target, pid: int | None, say: Say, counts: Sequence[int] = MATRIX) -> list[Pair]:
    """The thesis's test, ours and bare in turn. `pid`: our process, where it can be seen."""
    pairs = []
    with bare_reference(target.url) as bare:
        k6.run(bare.url, "smoke")
        for place, requests in enumerate(counts):
            asked = {"ours": (target.url, pid), "bare": (bare.url, bare.pid)}
            order = ("ours", "bare") if place % 2 else ("bare", "ours")
            found = {who: _asked(*asked[who], requests) for who in order}
            (ours, ours_cpu_us), (plain, plain_cpu_us) = found["ours"], found["bare"]
            pairs.append(Pair(target.name, requests, ours, plain, ours_cpu_us, plain_cpu_us))
            say(_line(pairs[-1]))
    return pairs


def _asked(url: str, pid: int | None, requests: int) -> tuple[Summary, float | None]:
    """What became of so many requests, and what each took of the process's processor time, µs."""
    before_s = processor_s(pid) if pid else 0.0
    found = k6.summary(k6.run(url, "matrix", REQUESTS=requests, USERS=USERS))
    return found, 1e6 * (processor_s(pid) - before_s) / found.requests if pid else None


def _line(pair: Pair) -> str:
    cpu = f"; processor {pair.ours_cpu_us:.0f} us, ratio {pair.ratio_cpu:.2f}" if pair.ratio_cpu else ""
    return (
        f"  {pair.target}, {pair.requests} requests: {pair.ours.failed} failed, p95 {pair.ours.p95_ms:.0f} ms, "
        f"bare {pair.bare.p95_ms:.0f} ms, ratio {pair.ratio_p95:.2f}{cpu}"
    )


def ramp(target: Target, say: Say) -> list[RampStep]:
    """Twice the rate again and again, until one does not hold."""
    steps = []
    offered = RAMP_FROM
    while offered <= RAMP_TO:
        found = k6.summary(k6.run(target.url, "ramp", RATE=offered, SECONDS=RAMP_STEP_S))
        steps.append(RampStep(target.name, offered, found))
        word = "holds" if found.held else "breaks"
        say(
            f"  {target.name}, {offered}/s {word}: p95 {found.p95_ms:.0f} ms, {found.failed} failed, "
            f"{found.not_sent} not sent"
        )
        if not found.held:
            break
        offered *= 2
    return steps


def highest_held(steps: Sequence[RampStep]) -> int:
    """The highest rate that held; 0 if none did."""
    return max((step.offered for step in steps if step.found.held), default=0)


def spike(target: Target, rate: int, say: Say) -> Spike:
    """From `rate` to twenty times as much within a second, and back."""
    data = k6.run(target.url, "spike", RATE=rate)
    times = [k6.p95_ms(data, phase) for phase in ("before", "spike", "after")]
    found = k6.summary(data)
    say(
        f"  {target.name}, {rate}/s -> {20 * rate}/s: p95 {', '.join(f'{one:.0f}' for one in times)} ms, "
        f"{found.failed} failed"
    )
    return Spike(target.name, rate, found, *times)


def soak(target: Target, rate: int, pid: int | None, say: Say) -> Soak:
    """A steady rate, and the memory of the process."""
    before = memory_mib(pid) if pid else None
    found = k6.summary(k6.run(target.url, "soak", RATE=rate, SECONDS=SOAK_S))
    after = memory_mib(pid) if pid else None
    say(f"  {target.name}, {rate}/s for {SOAK_S} s: p95 {found.p95_ms:.0f} ms, {found.failed} failed")
    return Soak(target.name, rate, SOAK_S, found, before, after)
