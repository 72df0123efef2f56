"""Old decisions, moves and dead letters go, in plain SQL."""

from datetime import datetime

from ahorrater.adapters.database.connection import Database
from ahorrater.services.retention import Record, Step

_MOMENT = {Record.DECISION: "last_at", Record.MOVE: "at", Record.DEAD_LETTER: "received_at"}
# The next decision may repeat the latest; a choice is told again until it is carried out; accounts begin with the move
# before them.
_KEPT = {
    Record.DECISION: """
        SELECT coalesce(max(id), 0) FROM decision UNION SELECT coalesce(max(id), 0) FROM decision WHERE moved""",
    Record.MOVE: "SELECT id FROM move WHERE outcome = 'moved' AND at < :before ORDER BY at DESC LIMIT 1",
    Record.DEAD_LETTER: "0",
}
# Rows are numbered as they come: the oldest are found by their numbers, without an index on their moments.
_DELETE = """
    DELETE FROM {table} WHERE {moment} < :before
    AND id IN (SELECT id FROM {table} WHERE id NOT IN ({kept}) ORDER BY id LIMIT :batch)"""


class SqlRecords:
    """The Records of SQLite and PostgreSQL. `batch`: rows that one transaction looks at."""

    def __init__(self, database: Database, batch: int) -> None:
        self._database, self._batch = database, batch

    def delete(self, record: Record, before: datetime) -> Step:
        """One statement."""
        delete = _DELETE.format(table=record.value, moment=_MOMENT[record], kept=_KEPT[record])
        with self._database.transaction() as sql:
            sql.execute(delete, {"before": before, "batch": self._batch})
            return Step(more=sql.changed == self._batch, deleted_records=sql.changed)
