"""energy-query: the parks, the decisions about them, the moves, and what following the sun brought."""

from datetime import UTC, date, datetime, time, timedelta

from ahorrater.adapters.clients.http import HttpFunction, Query
from ahorrater.contracts.answers import DayEnergy, DecisionEntry, History, MoveEntry, ParkNow

METRICS = "/rest/metrics"


class EnergyClient:
    """Reads only. Every method raises Away where energy-query does not answer."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def parks(self) -> tuple[ParkNow, ...]:
        """Every park now."""
        return self._function.get(f"{METRICS}/parks", tuple[ParkNow, ...])

    def histories(self, since: datetime, until: datetime, step_s: int) -> tuple[History, ...]:
        """What every park gave, in intervals of `step_s`."""
        query: Query = {"since": since.isoformat(), "until": until.isoformat(), "step_s": step_s}
        return self._function.get(f"{METRICS}/histories", tuple[History, ...], query)

    def decisions(self, limit: int, *, moved: bool = False) -> tuple[DecisionEntry, ...]:
        """The newest decisions first, or only those that moved."""
        query: Query = {"limit": limit, "moved": True} if moved else {"limit": limit}
        return self._function.get(f"{METRICS}/decisions", tuple[DecisionEntry, ...], query)

    def latest_decision(self, *, moved: bool = False) -> DecisionEntry | None:
        """The newest decision, or the newest that moved; None before the first."""
        return next(iter(self.decisions(1, moved=moved)), None)

    def moves(self, limit: int) -> tuple[MoveEntry, ...]:
        """What relabel did, the newest first."""
        return self._function.get(f"{METRICS}/moves", tuple[MoveEntry, ...], {"limit": limit})

    def day(self, day: date) -> DayEnergy | None:
        """The account of a UTC day; None where there were no readings."""
        midnight = datetime.combine(day, time(), UTC)
        query: Query = {"since": midnight.isoformat(), "until": (midnight + timedelta(days=1)).isoformat()}
        found = self._function.get(f"{METRICS}/accounting", list[DayEnergy], query)
        return next((account for account in found if account.day == day), None)
