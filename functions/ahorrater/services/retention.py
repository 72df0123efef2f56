"""retention: readings become minute and hour means; they and the records of what happened are deleted when old."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Protocol


class Record(StrEnum):
    """What is written down of each event of its kind, and would grow for ever."""

    DECISION = "decision"
    MOVE = "move"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long what is kept.

    raw: how long readings are, before only their means are left.
    ledgers: how long decisions and moves are.
    dead_letters: how long dead letters are.
    settle: how old a reading is when it is rolled up, so that few come late.
    patience: what one run may last.
    """

    raw: timedelta = timedelta(days=30)
    ledgers: timedelta = timedelta(days=400)
    dead_letters: timedelta = timedelta(days=180)
    settle: timedelta = timedelta(minutes=10)
    patience: timedelta = timedelta(minutes=5)

    def age_of(self, record: Record) -> timedelta:
        """How old a record may become."""
        return self.dead_letters if record is Record.DEAD_LETTER else self.ledgers


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction did (readings and records that it deleted), and whether there may be more of the kind."""

    more: bool
    deleted: int = 0
    deleted_records: int = 0


@dataclass(frozen=True, slots=True)
class Retained:
    """What one run did. `rolled_until`: everything measured before is rolled up; null: the run's time was up."""

    deleted: int
    deleted_records: int
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


class Records(Protocol):
    """Where decisions, moves and dead letters are."""

    def delete(self, record: Record, before: datetime) -> Step:
        """Deletes the oldest records from before `before`, in one transaction of bounded size. What the present still
        rests upon stays, however old: the latest decision, the latest choice, and the move before `before`.
        """


class Retain:
    """The service. Whatever ends a run, the next goes on where it was: a step is whole and its repetition harmless.

    `stopwatch`: seconds that have passed since some moment. `pause` waits for so many.
    """

    def __init__(
        self,
        rollups: Rollups,
        records: Records,
        policy: RetentionPolicy,
        clock: Callable[[], datetime],
        stopwatch: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._rollups, self._records, self._policy = rollups, records, policy
        self._clock, self._stopwatch, self._pause = clock, stopwatch, pause

    def run(self) -> Retained:
        """Deletes records, which are few, then rolls up, then deletes readings, until all is done or time is up.

        A pause follows each step, as long as the step was: whoever stores readings meanwhile has the database for half
        of the time.
        """
        now, started_s, deleted, deleted_records = self._clock(), self._stopwatch(), 0, 0
        until = _minute(now - self._policy.settle)
        for work in self._work(now, until):
            step = Step(more=True)
            while step.more:
                begin_s = self._stopwatch()
                if begin_s - started_s >= self._policy.patience.total_seconds():
                    return Retained(deleted, deleted_records, None)
                step = work()
                deleted += step.deleted
                deleted_records += step.deleted_records
                self._pause(self._stopwatch() - begin_s)
        return Retained(deleted, deleted_records, until)

    def _work(self, now: datetime, until: datetime) -> Iterator[Callable[[], Step]]:
        for record in Record:
            yield partial(self._records.delete, record, now - self._policy.age_of(record))
        nodes = self._rollups.nodes()
        for node in nodes:
            yield partial(self._rollups.roll_up, node, until)
            yield partial(self._rollups.roll_up_late, node)
        for node in nodes:
            yield partial(self._rollups.delete, node, _minute(now - self._policy.raw))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
