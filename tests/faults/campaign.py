"""One fault, or two at a time, on a system that lives on; then rest; then the invariants."""

import random
import threading
import time
from collections.abc import Sequence

from tests.faults.fault import Fault, Outcome
from tests.faults.rest import Before, Restless, broken_invariants, come_to_rest, letters_since, lost_readings
from tests.faults.system import System

CALM_S = 1.0
"""Between two runs: readings stream, the sun goes round."""
APART_S = 2.0
"""The second of two faults strikes at most so long after the first."""


class Unstruck(Exception):  # noqa: N818 -- it says what was seen
    """A fault could not do its work: the run says nothing."""


class Blow(threading.Thread):
    """A fault that strikes in a thread of its own; `join` raises Unstruck if it could not."""

    def __init__(self, fault: Fault, system: System, wait_s: float) -> None:
        super().__init__(daemon=True)
        self._fault, self._system, self._wait_s = fault, system, wait_s
        self._error: BaseException | None = None

    def run(self) -> None:
        """Waits, strikes."""
        time.sleep(self._wait_s)
        try:
            self._fault.strike(self._system)
        except BaseException as error:  # noqa: BLE001 -- join tells
            self._error = error

    def join(self, timeout: float | None = None) -> None:
        """Until the fault is over."""
        super().join(timeout)
        if self._error is not None:
            raise Unstruck(f"{self._fault.name} could not strike: {self._error!r}") from self._error


def play(system: System, faults: Sequence[Fault]) -> Outcome:
    """Strikes with all of them, and says what was seen."""
    time.sleep(CALM_S)
    before = Before.of(system)
    acknowledged = len(system.ledger())
    may_lose = any(fault.may_lose for fault in faults)
    broken, recovery_s = [], 0.0
    try:
        _strike(system, faults)
        recovery_s = come_to_rest(system, may_lose=may_lose)
    except (Unstruck, Restless) as why:
        broken.append(str(why))
    lost = len(lost_readings(system))
    broken += [f"{lost} acknowledged readings are not stored"] if lost and not may_lose else []
    broken += broken_invariants(system, before, sum(fault.refused for fault in faults))
    outcome = Outcome(
        names=tuple(fault.name for fault in faults),
        family=faults[0].family,
        expected=faults[0].expected,
        recovery_s=recovery_s,
        acknowledged=len(system.ledger()) - acknowledged,
        lost=lost,
        looks=system.watcher.looks - before.looks,
        letters=tuple(f"{count} {kind}" for kind, count in sorted(letters_since(system, before).items())),
        broken=tuple(broken),
    )
    system.forget_checked()
    return outcome


def two(faults: Sequence[Fault], seed: int) -> tuple[Fault, Fault]:
    """Any two, the same for the same seed. Two of one family are both of processes: others share what they strike."""
    chooser = random.Random(seed)
    while True:
        first, second = chooser.sample(list(faults), 2)
        if first.family != second.family or first.family == "processes":
            return first, second


def _strike(system: System, faults: Sequence[Fault]) -> None:
    blows = [Blow(faults[0], system, 0.0)]
    blows += [Blow(fault, system, system.random.uniform(0, APART_S)) for fault in faults[1:]]
    for blow in blows:
        blow.start()
    for blow in blows:
        blow.join()
