"""What waits for notify's messenger, for those who watch."""

from datetime import datetime

from ahorrater.adapters.database.connection import Database

_WAITING = "SELECT count(*), min(since) FROM outbox"


def news_waiting(database: Database) -> tuple[int, datetime | None]:
    """How many pieces of news wait, and since when the oldest does. Raises RetryLater while the database is away."""
    with database.transaction() as sql:
        ((count, since),) = sql.execute(_WAITING)
        return count, None if since is None else sql.dialect.read_moment(since)
