"""How far behind its primary a database is that answers are read from."""

from collections.abc import Callable

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Labels, ReadGauge


class ReplayObserver:
    """The replay lag of a standby; 0 on a primary, nothing where the database has no standbys.

    `lag_s` looks it up.
    """

    def __init__(self, lag_s: Callable[[], float | None]) -> None:
        self._lag_s = lag_s
        self.families = (
            ReadGauge("ahorrater_database_replay_lag_seconds", "How old what this function reads may be", self._read),
        )

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: it is looked up when Prometheus asks."""

    def _read(self) -> dict[Labels, float]:
        lag_s = self._lag_s()
        return {} if lag_s is None else {(): lag_s}
