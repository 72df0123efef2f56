"""ingest-reading in numbers."""

from collections.abc import Callable, Iterable
from datetime import datetime

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge
from ahorrater.contracts.events import ReadingStored
from ahorrater.contracts.readings import Reading

OUTCOMES = ("stored", "duplicate", "rejected")


class ReadingObserver:
    """How many readings were stored, and how old the newest of each park is.

    A park's moment is told as a timestamp: its age is Prometheus's to compute, also after this process has gone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._readings = Counter(
            "ahorrater_readings", "Readings, by what became of them", ("outcome",), [(one,) for one in OUTCOMES]
        )
        self._lag_s = Gauge("ahorrater_reading_lag_seconds", "Age of the newest reading of the last event")
        self._power_w = Gauge("ahorrater_park_power_watts", "Power of a park's newest reading", ("node",))
        self._measured_s = Gauge(
            "ahorrater_park_measured_timestamp_seconds", "When a park's newest reading was measured", ("node",)
        )
        self._newest: dict[str, datetime] = {}
        self.families = (self._readings, self._lag_s, self._power_w, self._measured_s)

    def read(self, readings: Iterable[Reading]) -> None:
        """The readings of an event that was stored."""
        now = self._clock()
        moments = [self._note(reading, min(reading.measured_at or now, now)) for reading in readings]
        if moments:
            self._lag_s.set((now - max(moments)).total_seconds())

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- the reply tells all
        """Counts what a `reading.stored` tells."""
        if reply is not None and isinstance(reply.data, ReadingStored):
            self._readings.add("stored", by=reply.data.stored)
            self._readings.add("duplicate", by=reply.data.duplicates)
            self._readings.add("rejected", by=reply.data.rejected)

    def _note(self, reading: Reading, measured_at: datetime) -> datetime:
        newest = self._newest.get(reading.node)
        if newest is None or measured_at > newest:
            self._newest[reading.node] = measured_at
            self._power_w.set(reading.watts, reading.node)
            self._measured_s.set(measured_at.timestamp(), reading.node)
        return measured_at
