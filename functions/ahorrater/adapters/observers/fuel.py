"""Fuel prices in numbers."""

from collections.abc import Callable
from datetime import datetime

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge, Labels, ReadGauge
from ahorrater.contracts.events import FuelRefreshed

OUTCOMES = ("loaded", "unchanged")
PRICES = "ahorrater_fuel_prices_timestamp_seconds", "Of when the newest fuel prices are"


class FuelObserver:
    """fuel-refresh: what became of the snapshots, and of when the newest is.

    Failures are `ahorrater_events_total{outcome!="taken"}`. The function sleeps between two refreshes; its timestamp
    stays true meanwhile, so ask for it with `last_over_time`.
    """

    def __init__(self) -> None:
        self._refreshes = Counter(
            "ahorrater_fuel_refreshes", "Snapshots of the prices", ("outcome",), [(one,) for one in OUTCOMES]
        )
        self._prices_s = Gauge(*PRICES)
        self.families = (self._refreshes, self._prices_s)

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- the reply tells all
        """Counts a `fuel.refreshed`."""
        if reply is not None and isinstance(reply.data, FuelRefreshed):
            self._refreshes.add("unchanged" if reply.data.version is None else "loaded")
            self._prices_s.set(reply.data.moment.timestamp())


class PricesObserver:
    """fuel-query: of when the prices are that it answers with. `as_of` tells."""

    def __init__(self, as_of: Callable[[], datetime | None]) -> None:
        self._as_of = as_of
        self.families = (ReadGauge(*PRICES, self._read),)

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: it is looked up when Prometheus asks."""

    def _read(self) -> dict[Labels, float]:
        as_of = self._as_of()
        return {} if as_of is None else {(): as_of.timestamp()}
