"""The dead letters' table, in plain SQL."""

from datetime import datetime

from ahorrater.adapters.database.connection import Database, Transaction
from ahorrater.adapters.functions import Event
from ahorrater.services.dead_letters import Letter, reason_of

_BURY = """
    INSERT INTO dead_letter (received_at, event_id, event_source, event_type, place, reason, data)
    VALUES (:at, :id, :source, :type, :place, :reason, :data) ON CONFLICT DO NOTHING"""


def bury(transaction: Transaction, letter: Letter, at: datetime) -> None:
    """Under the event's identity and the place in it, so that a redelivery buries nothing twice."""
    parameters = {
        "at": at,
        "id": letter.event_id,
        "source": letter.event_source,
        "type": letter.event_type,
        "place": letter.place,
        "reason": letter.reason,
        "data": letter.data,
    }
    transaction.execute(_BURY, {name: _storable(value) for name, value in parameters.items()})


def letter_of(event: Event) -> Letter:
    """The letter that a whole event is. `place` -1: its parts may lie beside it, from 0 on."""
    return Letter(
        event_id=event.id,
        event_source=event.source,
        event_type=event.type,
        reason=reason_of(event.type, event.data, event.extensions),
        data=event.data.decode("utf-8", "replace"),
        place=-1,
    )


class SqlDeadLetters:
    """Where dead letters are kept: SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, letter: Letter, at: datetime) -> None:
        """Keeps it, once."""
        with self._database.transaction() as transaction:
            bury(transaction, letter, at)


def _storable(value: object) -> object:
    """PostgreSQL's text takes no NUL."""
    return value.replace("\x00", "\N{SYMBOL FOR NULL}") if isinstance(value, str) else value
