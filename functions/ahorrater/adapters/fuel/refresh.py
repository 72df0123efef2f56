"""fuel-refresh's door: an event says that it is time, the reply says what became of it."""

import logging
from collections.abc import Callable

from ahorrater.adapters.functions import Emit, Event
from ahorrater.services.fuel.load import LoadFuel
from ahorrater.services.fuel.ports import FuelFeed

logger = logging.getLogger(__name__)


class Refresher:
    """Hears `fuel.refresh`. `open_feed` is None where there is no feed."""

    def __init__(self, service: LoadFuel, open_feed: Callable[[], FuelFeed] | None) -> None:
        self._service, self._open_feed = service, open_feed

    def hear(self, event: Event) -> Emit | None:
        """Loads the prices in force. Raises RetryLater while the service or the database is away."""
        if self._open_feed is None:
            logger.info("FUEL_FEED_URL is empty: nothing is fetched")
            return None
        report = self._service.load_live(self._open_feed())
        logger.info("fuel prices: %s", report.model_dump_json())
        return Emit(report, id=f"fuel-{event.id}")
