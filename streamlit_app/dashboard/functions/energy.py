"""energy-query: the parks, the decisions about them, and what following the sun brought."""

from datetime import datetime

from pydantic import TypeAdapter

from ahorrater.contracts.answers import DayEnergy, DecisionEntry, History, ParkNow
from dashboard.client import Answer, Away, FunctionClient, Query

_PARKS = TypeAdapter(tuple[ParkNow, ...])
_HISTORIES = TypeAdapter(tuple[History, ...])
_DECISIONS = TypeAdapter(tuple[DecisionEntry, ...])
_DAYS = TypeAdapter(tuple[DayEnergy, ...])


class EnergyQuery:
    """Reads only."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def parks(self) -> Answer[tuple[ParkNow, ...]] | Away:
        """Every park now."""
        return self._function.get("/rest/metrics/parks", _PARKS)

    def histories(self, since: datetime, until: datetime, step_s: int) -> Answer[tuple[History, ...]] | Away:
        """The readings of every park, folded into steps."""
        query: Query = {"since": since.isoformat(), "until": until.isoformat(), "step_s": step_s}
        return self._function.get("/rest/metrics/histories", _HISTORIES, query)

    def decisions(self, limit: int, moved_only: bool = False) -> Answer[tuple[DecisionEntry, ...]] | Away:
        """The ledger, newest first."""
        query: Query = {"limit": limit, "moved": True} if moved_only else {"limit": limit}
        return self._function.get("/rest/metrics/decisions", _DECISIONS, query)

    def accounting(self, since: datetime) -> Answer[tuple[DayEnergy, ...]] | Away:
        """What the days from `since` on brought, oldest first."""
        return self._function.get("/rest/metrics/accounting", _DAYS, {"since": since.isoformat()})
