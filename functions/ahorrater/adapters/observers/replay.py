"""How far behind its primary a database is that answers are read from."""

from collections.abc import Callable

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import ReadGauge


class ReplayObserver:
    """The replay lag of a standby; 0 on a primary, nothing where the database has no standbys."""

    def __init__(self, lag_s: Callable[[], float | None]) -> None:
        self.families = (
            ReadGauge("ahorrater_database_replay_lag_seconds", "How old what this function reads may be", lag_s),
        )

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: it is looked up when Prometheus asks."""
