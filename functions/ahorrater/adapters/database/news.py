"""What notify remembers, in plain SQL: what was told, and what is yet to be sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from ahorrater.adapters.database.connection import Database, Transaction, as_json
from ahorrater.services.notify.ports import Queued

_TOLD = "SELECT value FROM told WHERE key = :key"
_TELL_FIRST = "INSERT INTO told (key, value, at) VALUES (:key, :value, :at) ON CONFLICT DO NOTHING"
_TELL_AGAIN = "UPDATE told SET value = :value, at = :at WHERE key = :key AND value = :expected"
_ENQUEUE = """
    INSERT INTO outbox (chat, topic, news, times, since, latest) VALUES (:chat, :topic, :news, 1, :at, :at)
    ON CONFLICT (chat, topic) DO UPDATE SET news = excluded.news, times = outbox.times + 1, latest = excluded.latest"""
_WAITING = "SELECT min(since), min(coalesce(claimed_until, since)) FROM outbox WHERE chat = :chat"
_CLAIM = """
    UPDATE outbox SET claimed_until = :until
    WHERE chat = :chat AND (claimed_until IS NULL OR claimed_until <= :now)
    RETURNING topic, news, times, since, latest"""
# However many pieces of news there are, they are one parameter.
_SENT = {
    "sqlite": "(SELECT value ->> 0 AS topic, value ->> 1 AS times FROM json_each(:sent))",
    "postgresql": "(SELECT value ->> 0 AS topic, (value ->> 1)::int AS times FROM json_array_elements(:sent))",
}
_DROP_SENT = "DELETE FROM outbox WHERE chat = :chat AND (topic, times) IN {sent}"
_KEEP_NEWER = """
    UPDATE outbox SET times = outbox.times - sent.times, since = latest, claimed_until = NULL
    FROM {sent} AS sent WHERE outbox.chat = :chat AND outbox.topic = sent.topic"""
_RELEASE = """
    UPDATE outbox SET claimed_until = NULL
    FROM {sent} AS sent WHERE outbox.chat = :chat AND outbox.topic = sent.topic"""
_FORGET = {
    "sqlite": "DELETE FROM outbox WHERE chat NOT IN (SELECT value FROM json_each(:chats))",
    "postgresql": "DELETE FROM outbox WHERE chat NOT IN (SELECT json_array_elements_text(:chats))",
}


class SqlNewsStore:
    """The NewsStore of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator["SqlNewsTransaction"]:
        """One transaction of the database."""
        with self._database.transaction() as transaction:
            yield SqlNewsTransaction(transaction)


class SqlNewsTransaction:
    """The NewsTransaction of SQLite and PostgreSQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def told(self, topic: str) -> str | None:
        """By primary key."""
        rows = self._sql.execute(_TOLD, {"key": topic})
        return rows[0][0] if rows else None

    def replace_told(self, topic: str, expected: str | None, told: str, at: datetime) -> bool:
        """Of two replicas the second waits for the first one's commit, and then changes no row."""
        parameters = {"key": topic, "value": told, "at": at}
        if expected is None:
            self._sql.execute(_TELL_FIRST, parameters)
        else:
            self._sql.execute(_TELL_AGAIN, parameters | {"expected": expected})
        return self._sql.changed == 1

    def enqueue(self, chats: Sequence[str], topic: str, news: str, at: datetime) -> None:
        """One row for each chat."""
        for chat in chats:
            self._sql.execute(_ENQUEUE, {"chat": chat, "topic": topic, "news": news, "at": at})

    def waiting(self, chat: str) -> tuple[datetime, datetime] | None:
        """One row, by the primary key's first column."""
        ((since, claimable_from),) = self._sql.execute(_WAITING, {"chat": chat})
        return None if since is None else (self._moment(since), self._moment(claimable_from))

    def claim(self, chat: str, now: datetime, until: datetime) -> list[Queued]:
        """One statement: of two replicas one gets each row."""
        rows = self._sql.execute(_CLAIM, {"chat": chat, "now": now, "until": until})
        return [
            Queued(topic, news, times, self._moment(since), self._moment(latest))
            for topic, news, times, since, latest in rows
        ]

    def settle(self, chat: str, sent: Sequence[Queued]) -> None:
        """What has come since has made `times` larger than what was sent."""
        self._change(_DROP_SENT, chat, sent)
        self._change(_KEEP_NEWER, chat, sent)

    def release(self, chat: str, unsent: Sequence[Queued]) -> None:
        """One statement."""
        self._change(_RELEASE, chat, unsent)

    def forget_other_chats(self, chats: Sequence[str]) -> int:
        """One statement."""
        self._sql.execute(_FORGET[self._sql.dialect.name], {"chats": as_json(chats)})
        return self._sql.changed

    def _change(self, sql: str, chat: str, sent: Sequence[Queued]) -> None:
        rows = as_json([(one.topic, one.times) for one in sent])
        self._sql.execute(sql.format(sent=_SENT[self._sql.dialect.name]), {"chat": chat, "sent": rows})

    def _moment(self, value: object) -> datetime:
        return self._sql.dialect.read_moment(value)
