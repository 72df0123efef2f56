"""The moves ledger, written in plain SQL."""

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.node_lists import column_of
from ahorrater.contracts.answers import MoveEntry
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.events import WorkloadMove

WORKLOADS = tuple[WorkloadMove, ...]
_INSERT = """
    INSERT INTO move (cause, epoch, node, previous, at, duration_s, pods_moved, outcome, why, workloads, also)
    VALUES (:cause, :epoch, :node, :previous, :at, :duration_s, :pods_moved, :outcome, :why, :workloads, :also)
    ON CONFLICT DO NOTHING"""


class SqlMoveBook:
    """The MoveBook of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, move: MoveEntry, cause: str) -> None:
        """By the unique index on the causes."""
        workloads = adapter_of(WORKLOADS).dump_json(move.workloads).decode()
        row = {
            **dict(move),
            "outcome": move.outcome.value,
            "workloads": workloads,
            "also": column_of(move.also),
            "cause": cause,
        }
        with self._database.transaction() as transaction:
            transaction.execute(_INSERT, row)
