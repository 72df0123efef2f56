"""retention: readings become minute and hour means, and are deleted when they are old."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long what is kept.

    raw: how long readings are, before only their means are left.
    settle: how old a reading is when it is rolled up, so that few come late.
    patience: what one run may last.
    """

    raw: timedelta = timedelta(days=30)
    settle: timedelta = timedelta(minutes=10)
    patience: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction did, and whether there may be more of the kind."""

    more: bool
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Retained:
    """What one run did. `rolled_until`: everything measured before is rolled up; null: the run's time was up."""

    deleted: int
    rolled_until: datetime | None


class Rollups(Protocol):
    """Where the readings and their means are. Each step is one transaction of bounded size."""

    def nodes(self) -> list[str]:
        """The parks that have ever given a reading."""

    def roll_up(self, node: str, until: datetime) -> Step:
        """Rolls up the next readings measured before `until`, a whole minute."""

    def roll_up_late(self, node: str) -> Step:
        """Rolls up again some of the minutes that got readings since."""

    def delete(self, node: str, before: datetime) -> Step:
        """Deletes the oldest readings measured before `before`, a whole minute, that are rolled up."""


class Retain:
    """The service. Whatever ends a run, the next goes on where it was: a step is whole and its repetition harmless.

    `stopwatch`: seconds that have passed since some moment. `pause` waits for so many.
    """

    def __init__(
        self,
        rollups: Rollups,
        policy: RetentionPolicy,
        clock: Callable[[], datetime],
        stopwatch: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._rollups, self._policy = rollups, policy
        self._clock, self._stopwatch, self._pause = clock, stopwatch, pause

    def run(self) -> Retained:
        """Rolls up, then deletes, until all is done or time is up. A pause follows each step, as long as the step was:
        whoever stores readings meanwhile has the database for half of the time.
        """
        now, started_s, deleted = self._clock(), self._stopwatch(), 0
        until = _minute(now - self._policy.settle)
        for work in self._work(until, _minute(now - self._policy.raw)):
            step = Step(more=True)
            while step.more:
                begin_s = self._stopwatch()
                if begin_s - started_s >= self._policy.patience.total_seconds():
                    return Retained(deleted, None)
                step = work()
                deleted += step.deleted
                self._pause(self._stopwatch() - begin_s)
        return Retained(deleted, until)

    def _work(self, until: datetime, before: datetime) -> Iterator[Callable[[], Step]]:
        nodes = self._rollups.nodes()
        for node in nodes:
            yield partial(self._rollups.roll_up, node, until)
            yield partial(self._rollups.roll_up_late, node)
        for node in nodes:
            yield partial(self._rollups.delete, node, before)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
