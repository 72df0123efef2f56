"""Fuel prices in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge
from ahorrater.contracts.events import FuelRefreshed

OUTCOMES = ("loaded", "unchanged")


class FuelObserver:
    """fuel-refresh: what became of the snapshots, and of when the newest is.

    Failures are `ahorrater_events_total{outcome!="taken"}`. The function sleeps between two refreshes; its timestamp
    stays true meanwhile, so ask for it with `last_over_time`.
    """

    def __init__(self) -> None:
        self._refreshes = Counter(
            "ahorrater_fuel_refreshes", "Snapshots of the prices", ("outcome",), [(one,) for one in OUTCOMES]
        )
        self._prices_s = Gauge("ahorrater_fuel_prices_timestamp_seconds", "Of when the newest fuel prices are")
        self.families = (self._refreshes, self._prices_s)

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- the reply tells all
        """Counts a `fuel.refreshed`."""
        if reply is not None and isinstance(reply.data, FuelRefreshed):
            self._refreshes.add("unchanged" if reply.data.version is None else "loaded")
            self._prices_s.set(reply.data.moment.timestamp())
