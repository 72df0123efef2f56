"""What the look at the panels needs of the readings, and what it found: SQLModel."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from ahorrater.adapters.database.engine import engine_of, session_of
from ahorrater.adapters.database.histories import begin_of, interval_means
from ahorrater.adapters.database.tables import ParkHealthRow, ParkStateRow
from ahorrater.domain.health import Finding
from ahorrater.domain.power_hours import PowerMean


class SqlPanelBook:
    """The PanelBook of SQLite and PostgreSQL. Every method raises RetryLater while the database is away."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)

    def nodes(self) -> list[str]:
        """The parks that have ever given a reading."""
        with session_of(self._engine) as session:
            return list(session.exec(select(ParkStateRow.node).order_by(ParkStateRow.node)).all())

    def due(self, checked_before: datetime) -> list[str]:
        """Those of them whose last finding is older, or missing."""
        with session_of(self._engine) as session:
            checked = set(session.exec(select(ParkHealthRow.node).where(col(ParkHealthRow.at) >= checked_before)))
        return [node for node in self.nodes() if node not in checked]

    def means(self, node: str, since: datetime, until: datetime, length: timedelta) -> list[PowerMean]:
        """From the park's minute means, and its readings where those are not there yet."""
        step_s = int(length.total_seconds())
        with session_of(self._engine) as session:
            rows = session.execute(interval_means(since, until, step_s, node)).all()
        return [PowerMean(begin_of(number, step_s), power_w) for _, number, power_w, *_ in rows]

    def record(self, node: str, found: Finding, at: datetime) -> None:
        """In the place of what was found before."""
        with session_of(self._engine) as session:
            session.merge(ParkHealthRow(node=node, flag=found.flag, evidence=found.evidence, at=at))
            session.commit()
