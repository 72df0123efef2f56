"""choose-node: what each move did bring, written beside what it was expected to bring."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ahorrater.domain.accounting import Interval, Tariff, realised_gain_wh

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move that was carried out and whose gain is not known yet. It counts from `since`, when the work was there, to
    `until`: for as long as was looked ahead, or to the next move.
    """

    id: int
    left: str
    reached: str
    since: datetime
    until: datetime


class LedgerTransaction(Protocol):
    """What happens together or not at all."""

    def oldest_open(self) -> OpenMove | None:
        """The first move that was carried out and whose gain is not known yet."""

    def intervals(self, move: OpenMove, length: timedelta) -> list[Interval]:
        """The mean power of both parks in each interval of the move's time, oldest first."""

    def settle(self, move: OpenMove, gain_wh: float) -> None:
        """Writes what it did bring."""


class LedgerStore(Protocol):
    """Where the decisions ledger is kept."""

    def transaction(self) -> AbstractContextManager[LedgerTransaction]:
        """Committed when the block ends."""


class Ledger:
    """The service. One move at most is settled at a time, so that a tick costs the same after a long silence."""

    def __init__(self, store: LedgerStore, tariff: Tariff, clock: Callable[[], datetime]) -> None:
        self._store, self._tariff, self._clock = store, tariff, clock

    def settle(self) -> None:
        """Settles the oldest open move, if its time is over."""
        with self._store.transaction() as transaction:
            move = transaction.oldest_open()
            if move is None or move.until > self._clock():
                return
            intervals = transaction.intervals(move, MINUTE)
            transaction.settle(move, realised_gain_wh(intervals, move.left, move.reached, self._tariff))
