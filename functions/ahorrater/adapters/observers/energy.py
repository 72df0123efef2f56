"""energy-query in numbers."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Labels, ReadGauge
from ahorrater.contracts.answers import DayEnergy

KEPT_FOR = timedelta(minutes=1)
"""The day's readings are not added up more often, however often Prometheus asks."""


class EnergyObserver:
    """The energy that the chosen parks gave to the work since midnight, UTC, by node. `days` gives the accounts."""

    def __init__(self, days: Callable[[datetime, None], list[DayEnergy]], clock: Callable[[], datetime]) -> None:
        self._days, self._clock = days, clock
        self._read_at: datetime | None = None
        self._known: dict[Labels, float] = {}
        self.families = (
            ReadGauge(
                "ahorrater_energy_served_today_watt_hours",
                "Energy of the sunny nodes' parks since midnight, UTC",
                self._read,
                ("node",),
            ),
        )

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: it is looked up when Prometheus asks."""

    def _read(self) -> dict[Labels, float]:
        now = self._clock()
        if self._read_at is None or now - self._read_at >= KEPT_FOR:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            days = self._days(midnight, None)
            self._known = {(node,): served_wh for day in days for node, served_wh in day.served_wh.items()}
            self._read_at = now
        return self._known
