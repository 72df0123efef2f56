"""The moves ledger: choose-node writes what relabel tells it, energy-query answers from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ahorrater.contracts.answers import MoveEntry, MoveOutcome
from ahorrater.contracts.events import MoveFailed, NodeRelabelled, RelabelMode


class MoveBook(Protocol):
    """Where the moves are written."""

    def write(self, move: MoveEntry, cause: str) -> None:
        """Once for each cause, the identity of the event that told of it. Raises RetryLater."""


class MovesLedger:
    """The service. An event that is heard twice is written once."""

    def __init__(self, book: MoveBook, clock: Callable[[], datetime]) -> None:
        self._book, self._clock = book, clock

    def on_relabelled(self, relabelled: NodeRelabelled, cause: str) -> None:
        """The work is there, or would be."""
        applied = relabelled.mode is RelabelMode.APPLY
        move = MoveEntry(
            epoch=relabelled.epoch,
            node=relabelled.node,
            previous=relabelled.previous,
            at=self._clock(),
            duration_s=relabelled.duration_s,
            pods_moved=relabelled.pods_moved,
            outcome=MoveOutcome.MOVED if applied else MoveOutcome.RECOMMENDED,
            why=None,
            workloads=relabelled.workloads,
            also=relabelled.also,
        )
        self._book.write(move, cause)

    def on_failed(self, failed: MoveFailed, cause: str) -> None:
        """The work is not there."""
        move = MoveEntry(
            epoch=failed.epoch,
            node=failed.node,
            previous=failed.previous,
            at=self._clock(),
            duration_s=failed.duration_s,
            pods_moved=0,
            outcome=MoveOutcome.UNDONE if failed.undone else MoveOutcome.FAILED,
            why=failed.sentence,
            workloads=failed.workloads,
        )
        self._book.write(move, cause)
