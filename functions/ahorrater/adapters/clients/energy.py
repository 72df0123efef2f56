"""energy-query, as other functions ask it."""

from datetime import UTC, date, datetime, time, timedelta

from ahorrater.adapters.clients.http import HttpFunction, Query
from ahorrater.contracts.answers import DayEnergy, DecisionEntry, History, ParkNow

METRICS = "/rest/metrics"


class EnergyClient:
    """Parks, decisions and accounts. Every method raises Away where energy-query does not answer."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def parks(self) -> list[ParkNow]:
        """Every park now."""
        found: list[ParkNow] = self._function.get(f"{METRICS}/parks", list[ParkNow])
        return found

    def histories(self, since: datetime, until: datetime, step_s: int) -> list[History]:
        """What every park gave, in intervals of `step_s`."""
        query: Query = {"since": since.isoformat(), "until": until.isoformat(), "step_s": step_s}
        found: list[History] = self._function.get(f"{METRICS}/histories", list[History], query)
        return found

    def latest_decision(self, *, moved: bool = False) -> DecisionEntry | None:
        """The newest decision, or the newest that moved; None before the first."""
        query: Query = {"limit": 1, **({"moved": "true"} if moved else {})}
        found: list[DecisionEntry] = self._function.get(f"{METRICS}/decisions", list[DecisionEntry], query)
        return found[0] if found else None

    def day(self, day: date) -> DayEnergy | None:
        """The account of a UTC day; None where there were no readings."""
        midnight = datetime.combine(day, time(), UTC)
        query: Query = {"since": midnight.isoformat(), "until": (midnight + timedelta(days=1)).isoformat()}
        found: list[DayEnergy] = self._function.get(f"{METRICS}/accounting", list[DayEnergy], query)
        return next((account for account in found if account.day == day), None)
