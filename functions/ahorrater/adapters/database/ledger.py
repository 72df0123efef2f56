"""The moves of the decisions ledger whose gain is still to be written, in plain SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from ahorrater.adapters.database.connection import Database, Transaction
from ahorrater.domain.accounting import Interval
from ahorrater.services.ledger import OpenMove

_OLDEST = """
    SELECT id, previous, chosen, decided_at, gain_until, applied_at FROM decision
    WHERE realised_gain_wh IS NULL AND gain_until IS NOT NULL AND applied_at IS NOT NULL ORDER BY epoch LIMIT 1"""
_NEXT = "SELECT at FROM move WHERE outcome = 'moved' AND node <> :reached AND at > :since ORDER BY at LIMIT 1"
_ELAPSED_S = {
    "sqlite": "(julianday(measured_at) - julianday(:since)) * 86400",
    "postgresql": "extract(epoch FROM measured_at - :since)",
}
_MEANS = """
    SELECT node, floor(round({elapsed_s}, 3) / :length_s) AS place, avg(power_w) FROM reading
    WHERE node IN (:left, :reached) AND measured_at >= :since AND measured_at < :until GROUP BY node, place"""


class SqlLedgerStore:
    """The LedgerStore of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator["SqlLedgerTransaction"]:
        """One transaction of the database."""
        with self._database.transaction() as transaction:
            yield SqlLedgerTransaction(transaction)


class SqlLedgerTransaction:
    """The LedgerTransaction of SQLite and PostgreSQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction
        self._dialect = transaction.dialect

    def oldest_open(self) -> OpenMove | None:
        """By the index on open moves; the next move by that on the moments of moves."""
        rows = self._sql.execute(_OLDEST)
        if not rows:
            return None
        number, left, reached, *moments = rows[0]
        decided_at, gain_until, since = (self._dialect.read_moment(moment) for moment in moments)
        later = self._sql.execute(_NEXT, {"reached": reached, "since": since})
        ends = [since + (gain_until - decided_at), *(self._dialect.read_moment(row[0]) for row in later)]
        return OpenMove(number, left, reached, since, min(ends))

    def intervals(self, move: OpenMove, length: timedelta) -> list[Interval]:
        """Counted from the move on, by the index on each park's readings."""
        parameters: dict[str, object] = {
            "left": move.left,
            "reached": move.reached,
            "since": move.since,
            "until": move.until,
            "length_s": length.total_seconds(),
        }
        powers: dict[int, dict[str, float]] = {}
        means = _MEANS.format(elapsed_s=_ELAPSED_S[self._dialect.name])
        for node, place, power_w in self._sql.execute(means, parameters):
            powers.setdefault(int(place), {})[node] = power_w
        return [Interval(move.since + place * length, powers[place], length) for place in sorted(powers)]

    def settle(self, move: OpenMove, gain_wh: float) -> None:
        """Once and for all."""
        update = "UPDATE decision SET realised_gain_wh = :gain_wh WHERE id = :id"
        self._sql.execute(update, {"gain_wh": gain_wh, "id": move.id})
