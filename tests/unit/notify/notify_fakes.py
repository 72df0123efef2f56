"""Fakes of notify's ports: a memory and a messenger that a test can look into, and a clock that it sets."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.exports import Where
from ahorrater.domain.buttons import Rows
from ahorrater.services.notify.ports import Queued

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class SetClock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Row:
    queued: Queued
    claimed_until: datetime | None = None


@dataclass
class FakeNewsStore:
    """The NewsStore in memory. `away` makes it unavailable; `faster` runs before a compare-and-swap, once."""

    memory: dict[str, str] = field(default_factory=dict)
    told_at: dict[str, datetime] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    away: bool = False
    faster: Callable[[], None] | None = None

    @contextmanager
    def transaction(self) -> Iterator["FakeNewsStore"]:
        if self.away:
            raise RetryLater("the database is away")
        before = copy.deepcopy((self.memory, self.rows))
        try:
            yield self
        except BaseException:
            self.memory, self.rows = before
            raise

    def told(self, topic: str) -> str | None:
        return self.memory.get(topic)

    def replace_told(self, topic: str, expected: str | None, told: str, at: datetime) -> bool:
        if self.faster is not None:
            faster, self.faster = self.faster, None
            faster()
        if self.memory.get(topic) != expected:
            return False
        self.memory[topic], self.told_at[topic] = told, at
        return True

    def enqueue(self, chats: Sequence[str], topic: str, news: str, at: datetime) -> None:
        for chat in chats:
            row = self.rows.get((chat, topic))
            if row is None:
                self.rows[chat, topic] = Row(Queued(topic, news, 1, at, at))
            else:
                row.queued = replace(row.queued, news=news, times=row.queued.times + 1, latest=at)

    def waiting(self, chat: str) -> tuple[datetime, datetime] | None:
        rows = self._of(chat)
        if not rows:
            return None
        return min(row.queued.since for row in rows), min(row.claimed_until or row.queued.since for row in rows)

    def claim(self, chat: str, now: datetime, until: datetime) -> list[Queued]:
        free = [row for row in self._of(chat) if row.claimed_until is None or row.claimed_until <= now]
        for row in free:
            row.claimed_until = until
        return [row.queued for row in free]

    def settle(self, chat: str, sent: Sequence[Queued]) -> None:
        for one in sent:
            row = self.rows[chat, one.topic]
            if row.queued.times <= one.times:
                del self.rows[chat, one.topic]
            else:
                row.queued = replace(row.queued, times=row.queued.times - one.times, since=row.queued.latest)
                row.claimed_until = None

    def release(self, chat: str, unsent: Sequence[Queued]) -> None:
        for one in unsent:
            self.rows[chat, one.topic].claimed_until = None

    def forget_other_chats(self, chats: Sequence[str]) -> int:
        others = [key for key in self.rows if key[0] not in chats]
        for key in others:
            del self.rows[key]
        return len(others)

    def _of(self, chat: str) -> list[Row]:
        return [row for (of, _), row in self.rows.items() if of == chat]


@dataclass
class FakeMessenger:
    """Keeps what it sends. `troubles` are raised one after the other, `None` meaning that a message gets through."""

    troubles: list[Exception | None] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Rows] = field(default_factory=list)
    photos: list[tuple[str, bytes, str]] = field(default_factory=list)
    during: Callable[[], None] | None = None
    where: Where = Where.TELEGRAM

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:
        self._maybe_fail()
        self.sent.append((chat, text))
        self.buttons.append(buttons)
        return str(len(self.sent))

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        self._maybe_fail()
        self.photos.append((chat, png, caption))
        return str(len(self.photos))

    def _maybe_fail(self) -> None:
        if self.during is not None:
            self.during()
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
