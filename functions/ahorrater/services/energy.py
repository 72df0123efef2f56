"""energy-query: what the parks give and gave, and what was decided."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from ahorrater.contracts.answers import (
    DeadLetter,
    DecisionEntry,
    History,
    HistoryPoint,
    MoveEntry,
    PanelMeans,
    PanelNow,
    ParkNow,
)
from ahorrater.contracts.errors import NotFound, Reject
from ahorrater.services.parks_now import KnownPark, park_now

T = TypeVar("T")
MAX_POINTS = 10_000
MAX_POINTS_OF_ALL = 100_000
DEFAULT_SPAN = timedelta(minutes=10)


class Queries(Protocol):
    """Where the answers come from."""

    def panels_now(self, now: datetime, node: str | None) -> list[PanelNow]:
        """The latest reading of each park, by name; of one park only, if `node` is given."""

    def panel_means(self, now: datetime, node: str | None) -> list[PanelMeans]:
        """The means of each park, by name; of one park only, if `node` is given."""

    def parks(self) -> list[KnownPark]:
        """Every park that has a device or a reading, by name."""

    def nodes(self) -> list[str]:
        """The names of the parks that have ever given a reading, in order."""

    def history(self, node: str, since: datetime, until: datetime, step_s: int) -> list[HistoryPoint]:
        """The means of each interval that has readings."""

    def histories(self, since: datetime, until: datetime, step_s: int) -> dict[str, list[HistoryPoint]]:
        """The same of all parks that have any."""

    def decisions(self, limit: int, before: int | None, *, moved: bool | None) -> list[DecisionEntry]:
        """The newest decisions first."""

    def moves(self, since: datetime | None, until: datetime | None, limit: int) -> list[MoveEntry]:
        """The newest moves first, `until` excluded."""

    def dead_letters(self, limit: int, before: int | None) -> list[DeadLetter]:
        """The newest dead letters first."""


class EnergyAnswers:
    """The service. `open_queries` is called at the first question, not before: what it imports is heavy."""

    def __init__(
        self, open_queries: Callable[[], Queries], stale_after: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._open_queries, self._stale_after, self._clock = open_queries, stale_after, clock
        self._opened: Queries | None = None

    def values(self, node: str | None) -> list[PanelNow]:
        """The latest reading of each park. Raises NotFound for a node that never said anything."""
        return self._known(self._queries.panels_now(self._clock(), node), node)

    def means(self, node: str | None) -> list[PanelMeans]:
        """The means of each park. Raises NotFound for a node that never said anything."""
        return self._known(self._queries.panel_means(self._clock(), node), node)

    def history(self, node: str, since: datetime | None, until: datetime | None, step_s: int) -> History:
        """The readings of one park between two moments (the last ten minutes if none are given), folded by `step_s`."""
        begin, end = self._span(since, until)
        _check_points((end - begin) / timedelta(seconds=step_s), MAX_POINTS, step_s)
        points = self._queries.history(node, begin, end, step_s)
        if not points:
            self.values(node)
        return History(node=node, since=begin, until=end, step_s=step_s, points=tuple(points))

    def histories(self, since: datetime | None, until: datetime | None, step_s: int) -> list[History]:
        """The same of every park, also of those that said nothing then."""
        begin, end = self._span(since, until)
        nodes = self._queries.nodes()
        _check_points((end - begin) / timedelta(seconds=step_s) * len(nodes), MAX_POINTS_OF_ALL, step_s)
        points = self._queries.histories(begin, end, step_s)
        return [
            History(node=node, since=begin, until=end, step_s=step_s, points=tuple(points.get(node, ())))
            for node in nodes
        ]

    def parks(self) -> list[ParkNow]:
        """Every park now, with what is expected of it."""
        now = self._clock()
        return [park_now(known, now, self._stale_after) for known in self._queries.parks()]

    def decisions(self, limit: int, before: int | None, *, moved: bool | None) -> list[DecisionEntry]:
        """The decisions ledger, newest first."""
        return self._queries.decisions(limit, before, moved=moved)

    def moves(self, since: datetime | None, until: datetime | None, limit: int) -> list[MoveEntry]:
        """The moves ledger, newest first."""
        return self._queries.moves(since, until, limit)

    def dead_letters(self, limit: int, before: int | None) -> list[DeadLetter]:
        """What could not be taken, newest first."""
        return self._queries.dead_letters(limit, before)

    @property
    def _queries(self) -> Queries:
        if self._opened is None:
            self._opened = self._open_queries()
        return self._opened

    def _span(self, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
        end = until or self._clock()
        begin = since or end - DEFAULT_SPAN
        if begin >= end:
            raise Reject(f"since ({begin.isoformat()}) must be before until ({end.isoformat()})")
        return begin, end

    @staticmethod
    def _known(answers: list[T], node: str | None) -> list[T]:
        if node is not None and not answers:
            raise NotFound(f"nothing has been heard of a park of {node}")
        return answers


def _check_points(points: float, most: int, step_s: int) -> None:
    if points > most:
        raise Reject(f"more than {most} intervals of {step_s} s: ask for a shorter time or a larger step_s")
