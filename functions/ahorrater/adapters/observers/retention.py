"""retention in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge
from ahorrater.services.retention import Retained


class RetentionObserver:
    """How much was deleted, and until when all is rolled up: an alert's to compare with the time."""

    def __init__(self) -> None:
        self._deleted = Counter("ahorrater_retention_deleted_readings", "Readings deleted after they were rolled up")
        self._deleted_records = Counter(
            "ahorrater_retention_deleted_records", "Decisions, moves and dead letters deleted because they were old"
        )
        self._rolled_until_s = Gauge(
            "ahorrater_retention_rolled_until_timestamp_seconds", "Everything measured before is in the means"
        )
        self.families = (self._deleted, self._deleted_records, self._rolled_until_s)

    def ran(self, retained: Retained) -> None:
        """What one run did."""
        self._deleted.add(by=retained.deleted)
        self._deleted_records.add(by=retained.deleted_records)
        if retained.rolled_until is not None:
            self._rolled_until_s.set(retained.rolled_until.timestamp())

    def heard(self, event: Event, reply: Emit | None) -> None:
        """The event says nothing."""
