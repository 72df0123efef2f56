"""The daily digest: when it is due, what it says, and that it is told once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ahorrater.contracts.answers import DayEnergy
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.news import Digest, News
from ahorrater.domain.wording import Language
from ahorrater.services.notify.digest import DailyDigest
from ahorrater.services.notify.languages import language_or
from ahorrater.services.notify.news import Notifier
from tests.unit.notify.notify_fakes import FakeNewsStore

MADRID = ZoneInfo("Europe/Madrid")


def account(day: date) -> DayEnergy:
    return DayEnergy(
        day=day,
        served_wh={"a": 100.0, "b": 20.0},
        moves=2,
        move_cost_wh=0.1,
        net_wh=119.9,
        stay_put_wh=90.0,
        gain_wh=29.9,
        saved_co2_kg=0.01199,
        needed_wh=240.0,
        renewable_share=0.5,
    )


@dataclass
class FakeAccounts:
    days: set[date] = field(default_factory=set)
    asked: list[date] = field(default_factory=list)
    away: bool = False

    def day(self, day: date) -> DayEnergy | None:
        if self.away:
            raise RetryLater("energy-query is away")
        self.asked.append(day)
        return account(day) if day in self.days else None


class Morning:
    """A digest with its surroundings."""

    def __init__(self, hour: int | None = 8) -> None:
        self.now = datetime(2026, 6, 2, 6, tzinfo=UTC)
        self.store, self.accounts = FakeNewsStore(), FakeAccounts({date(2026, 6, 1)})
        notifier = Notifier(self.store, ["1", "2"], lambda: self.now, lambda: None)
        self.digest = DailyDigest(self.accounts, notifier, hour, MADRID, lambda: self.now)

    def hear_at(self, day: int, hour: int) -> int:
        """At an UTC hour; how many digests wait then."""
        self.now = datetime(2026, 6, day, hour, tzinfo=UTC)
        self.digest.hear_due()
        return len(self.store.rows)


@pytest.mark.parametrize(
    ("hour", "utc_hour", "told"),
    [(8, 5, 0), (8, 6, 2), (8, 20, 2), (0, 0, 2), (23, 20, 0), (23, 21, 2), (None, 12, 0)],
)
def test_it_is_due_from_its_hour_in_its_zone_on(hour, utc_hour, told):
    assert Morning(hour).hear_at(2, utc_hour) == told


def test_it_is_told_once_a_day_and_asks_nobody_for_what_is_told():
    morning = Morning()
    for hour in range(6, 24):
        morning.hear_at(2, hour)
    assert morning.accounts.asked == [date(2026, 6, 1)]
    assert {row.queued.times for row in morning.store.rows.values()} == {1}
    morning.accounts.days.add(date(2026, 6, 2))
    morning.hear_at(3, 5)
    assert {row.queued.times for row in morning.store.rows.values()} == {1}
    morning.hear_at(3, 6)
    assert {row.queued.times for row in morning.store.rows.values()} == {2}


def test_a_day_without_readings_is_not_told():
    morning = Morning()
    morning.accounts.days.clear()
    assert morning.hear_at(2, 6) == 0


def test_what_could_not_be_told_at_one_hour_is_told_at_the_next():
    morning = Morning()
    morning.accounts.away = True
    with pytest.raises(RetryLater):
        morning.hear_at(2, 6)
    morning.accounts.away = False
    assert morning.hear_at(2, 7) == 2


def test_the_digest_waits_as_news():
    morning = Morning()
    morning.hear_at(2, 6)
    (news,) = {row.queued.news for row in morning.store.rows.values()}
    assert adapter_of(News).validate_json(news) == Digest(date(2026, 6, 1), 2, 119.9, 29.9, 0.01199, 0.5)


def test_a_memory_that_is_away_keeps_no_message_back():
    def away(chat: str) -> Language | None:
        raise RetryLater("the database is away")

    assert language_or(Language.SPANISH, away)("1") is Language.SPANISH
    assert language_or(Language.SPANISH, lambda _: Language.ENGLISH)("1") is Language.ENGLISH
    assert language_or(Language.SPANISH, lambda _: None)("1") is Language.SPANISH
