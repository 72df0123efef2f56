"""What the accounts are made of: the parks' mean power per interval, and where the work was. Read only."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import col

from ahorrater.adapters.database.engine import engine_of, session_of
from ahorrater.adapters.database.histories import begin_of, interval_means
from ahorrater.adapters.database.node_lists import nodes_in
from ahorrater.adapters.database.tables import MoveRow
from ahorrater.contracts.answers import MoveOutcome
from ahorrater.domain.accounting import Interval, Placement


class AccountingQueries:
    """Answers from the database. Every method raises RetryLater while it is away."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)

    def intervals(self, since: datetime, until: datetime, length: timedelta) -> list[Interval]:
        """The mean power of every park in each interval that has readings, oldest first."""
        step_s = int(length.total_seconds())
        powers: dict[int, dict[str, float]] = {}
        for node, number, power_w, *_ in self._all(interval_means(since, until, step_s)):
            powers.setdefault(number, {})[node] = power_w
        return [Interval(begin_of(number, step_s), known, length) for number, known in powers.items()]

    def placements(self, since: datetime, until: datetime) -> list[Placement]:
        """Where the work was, from the last move before `since` on, oldest first; by decisions and by hand. What was
        only chosen, or failed, is none.
        """
        at, moved = col(MoveRow.at), col(MoveRow.outcome) == MoveOutcome.MOVED.value
        placements = select_columns(at, col(MoveRow.node), col(MoveRow.also)).where(moved, at < until)
        before = self._all(placements.where(at < since).order_by(at.desc()).limit(1))
        within = self._all(placements.where(at >= since).order_by(at))
        return [Placement(moment, node, nodes_in(also)) for moment, node, also in [*before, *within]]

    def _all(self, query: Any) -> list[Any]:
        with session_of(self._engine) as session:
            return list(session.execute(query).all())
