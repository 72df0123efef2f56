"""The loads, one after the other, each with a line of progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.http_load import k6
from tests.load.http_load.bare import bare_reference
from tests.load.http_load.k6 import Summary
from tests.load.http_load.targets import Target
from tests.load.machine import memory_mib

MATRIX = (2_600, 5_000, 10_000, 25_000)
"""The thesis's counts of requests."""
USERS = 100
RAMP_FROM, RAMP_TO, RAMP_STEP_S = 50, 12_800, 4
SOAK_S = 20
Say = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    """Ours and the bare reference, one directly after the other."""

    target: str
    requests: int
    ours: Summary
    bare: Summary

    @property
    def ratio_p95(self) -> float:
        return self.ours.p95_ms / self.bare.p95_ms


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


def matrix(target: Target, say: Say, counts: Sequence[int] = MATRIX) -> list[Pair]:
    """The thesis's test, ours and bare in turn."""
    pairs = []
    with bare_reference(target.url) as bare_url:
        k6.run(bare_url, "smoke")
        for place, requests in enumerate(counts):
            urls = {"ours": target.url, "bare": bare_url}
            order = ("ours", "bare") if place % 2 else ("bare", "ours")
            found = {who: k6.summary(k6.run(urls[who], "matrix", REQUESTS=requests, USERS=USERS)) for who in order}
            pair = Pair(target.name, requests, found["ours"], found["bare"])
            pairs.append(pair)
            say(
                f"  {target.name}, {requests} requests: {pair.ours.failed} failed, p95 {pair.ours.p95_ms:.0f} ms, "
                f"bare {pair.bare.p95_ms:.0f} ms, ratio {pair.ratio_p95:.2f}"
            )
    return pairs


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
