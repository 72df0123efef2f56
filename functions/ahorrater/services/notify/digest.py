"""The daily digest: yesterday's account, once, from an hour of the morning on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from ahorrater.contracts.answers import DayEnergy
from ahorrater.domain.news import Digest
from ahorrater.services.notify.news import Notifier


class Accounts(Protocol):
    """Who knows what following the sun brought."""

    def day(self, day: date) -> DayEnergy | None:
        """The account of a UTC day; None where there were no readings. Raises RetryLater."""


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """`hour`: of the zone's day, 0..23; None: no digest."""

    accounts: Accounts
    notifier: Notifier
    hour: int | None
    zone: tzinfo
    clock: Callable[[], datetime]

    def hear_due(self) -> None:
        """Tells the last whole UTC day, unless it is too early, or told already. Raises RetryLater.

        Asked every hour: what could not be told at one is told at the next.
        """
        now = self.clock()
        yesterday = now.date() - timedelta(days=1)
        if self.hour is None or now.astimezone(self.zone).hour < self.hour or self.notifier.knows_day(yesterday):
            return
        account = self.accounts.day(yesterday)
        if account is not None:
            self.notifier.tell_day(self._digest(account))

    def _digest(self, account: DayEnergy) -> Digest:
        return Digest(
            day=account.day,
            moves=account.moves,
            net_wh=account.net_wh,
            gain_wh=account.gain_wh,
            saved_co2_kg=account.saved_co2_kg,
            share=account.renewable_share,
        )
