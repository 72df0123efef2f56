"""What the bot remembers, in plain SQL: updates that were answered, and each chat's language."""

from datetime import datetime, timedelta

from ahorrater.adapters.database.connection import Database
from ahorrater.domain.wording import Language
from ahorrater.services.bot.ports import Turn

MAX_ATTEMPTS = 5
"""An update that cannot be answered so often is given up: it must not be in the way of the others for ever."""
KEPT = timedelta(days=2)
"""Telegram repeats an update for a day."""
_CLAIM = """
    INSERT INTO bot_update (id, claimed_until, attempts) VALUES (:id, :until, 1)
    ON CONFLICT (id) DO UPDATE SET claimed_until = excluded.claimed_until, attempts = bot_update.attempts + 1
    WHERE NOT bot_update.done AND bot_update.claimed_until <= :now
    RETURNING attempts"""
_IS_DONE = "SELECT done FROM bot_update WHERE id = :id"
_FINISH = "UPDATE bot_update SET done = true WHERE id = :id"
_FORGET = "DELETE FROM bot_update WHERE claimed_until < :before"
_RELEASE = "UPDATE bot_update SET claimed_until = :now WHERE id = :id"
_LANGUAGE = "SELECT language FROM bot_chat WHERE chat = :chat"
_CHOOSE = """
    INSERT INTO bot_chat (chat, language) VALUES (:chat, :language)
    ON CONFLICT (chat) DO UPDATE SET language = excluded.language"""


class SqlUpdates:
    """The Updates of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, update: int, now: datetime, until: datetime) -> Turn:
        """One statement: of two replicas one gets it."""
        with self._database.transaction() as transaction:
            claimed = transaction.execute(_CLAIM, {"id": update, "until": until, "now": now})
            if claimed:
                return Turn.OURS if claimed[0][0] <= MAX_ATTEMPTS else Turn.GIVEN_UP
            ((done,),) = transaction.execute(_IS_DONE, {"id": update})
        return Turn.DONE if done else Turn.BUSY

    def finish(self, update: int, now: datetime) -> None:
        """Forgets old ones, too."""
        with self._database.transaction() as transaction:
            transaction.execute(_FINISH, {"id": update})
            transaction.execute(_FORGET, {"before": now - KEPT})

    def release(self, update: int, now: datetime) -> None:
        """One statement."""
        with self._database.transaction() as transaction:
            transaction.execute(_RELEASE, {"id": update, "now": now})


class SqlLanguages:
    """The Languages of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def language(self, chat: str) -> Language | None:
        """By primary key."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(_LANGUAGE, {"chat": chat})
        return Language(rows[0][0]) if rows else None

    def choose_language(self, chat: str, language: Language) -> None:
        """One statement."""
        with self._database.transaction() as transaction:
            transaction.execute(_CHOOSE, {"chat": chat, "language": language})
