"""energy-query: what following the sun brought, day by day."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ahorrater.contracts.answers import DayEnergy
from ahorrater.contracts.errors import Reject
from ahorrater.domain.accounting import DayAccount, Interval, Placement, Tariff, accounts

DEFAULT_INTERVAL = timedelta(minutes=5)
MAX_SPAN = timedelta(days=31)
DEFAULT_DAYS = 7


class AccountingBook(Protocol):
    """Where the readings and the choices are read."""

    def intervals(self, since: datetime, until: datetime, length: timedelta) -> list[Interval]:
        """The mean power of every park in each interval that has readings, oldest first."""

    def placements(self, since: datetime, until: datetime) -> list[Placement]:
        """Where the work was, from the last move before `since` on, oldest first; by decisions and by hand."""


class Accounting:
    """The service. `open_book` is called at the first question: what it imports is heavy. `interval`: over so long the
    parks' power is averaged; a park that sends less often serves nothing in between.
    """

    def __init__(
        self,
        open_book: Callable[[], AccountingBook],
        tariff: Tariff,
        clock: Callable[[], datetime],
        interval: timedelta = DEFAULT_INTERVAL,
    ) -> None:
        self._open_book, self._tariff, self._clock, self._interval = open_book, tariff, clock, interval
        self._book: AccountingBook | None = None

    def days(self, since: datetime | None, until: datetime | None) -> list[DayEnergy]:
        """One account for each UTC day with readings; the last week if nothing is said. Raises Reject for a span that
        is empty or longer than 31 days.
        """
        end = until or self._clock()
        begin = since or _midnight(end) - timedelta(days=DEFAULT_DAYS - 1)
        if begin >= end:
            raise Reject(f"since ({begin.isoformat()}) must be before until ({end.isoformat()})")
        if end - begin > MAX_SPAN:
            raise Reject(f"more than {MAX_SPAN.days} days: ask for a shorter time")
        book = self._book = self._book or self._open_book()
        intervals = [_until(interval, end) for interval in book.intervals(begin, end, self._interval)]
        found = accounts(intervals, book.placements(begin, end), self._tariff)
        return [_answer(account) for account in found]


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _until(interval: Interval, end: datetime) -> Interval:
    """The interval that is still running counts for as long as it has run."""
    return replace(interval, length=min(interval.length, end - interval.at))


def _answer(account: DayAccount) -> DayEnergy:
    return DayEnergy(
        day=account.day,
        served_wh=dict(account.served_wh),
        moves=account.moves,
        move_cost_wh=account.move_cost_wh,
        net_wh=account.net_wh,
        stay_put_wh=account.stay_put_wh,
        gain_wh=account.gain_wh,
        saved_co2_kg=account.saved_co2_kg,
        needed_wh=account.needed_wh if math.isfinite(account.needed_wh) else None,
        renewable_share=account.renewable_share,
    )
