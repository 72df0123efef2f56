"""health: how each panel is, told once a day, and the clear sky that a new park begins with."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from ahorrater.domain.health import ClearHour, Finding, HealthRules, against_own_past, finding
from ahorrater.domain.places import Place
from ahorrater.domain.power_hours import PAST, PowerMean, best_hours
from ahorrater.domain.sky import SLOT_S
from ahorrater.services.ingest import ReadingTransaction

CHECK_EVERY = timedelta(hours=20)
"""Asked every hour, so that a missed check is made up for."""
logger = logging.getLogger(__name__)


class ClearSky(Protocol):
    """What a panel gives without clouds."""

    def envelope_w(self, place: Place, day: date) -> tuple[float, ...]:
        """The power in each five minutes of the UTC day, W."""

    def clear_hours(self, place: Place, means: Sequence[PowerMean]) -> list[ClearHour]:
        """The hours of clear days; `means` of five minutes, oldest first."""


class PanelBook(Protocol):
    """Where the readings are and the findings go."""

    def nodes(self) -> list[str]:
        """The parks that have ever given a reading."""

    def due(self, checked_before: datetime) -> list[str]:
        """Those of them whose last finding is older, or missing."""

    def means(self, node: str, since: datetime, until: datetime, length: timedelta) -> list[PowerMean]:
        """The mean power of each interval that has readings, oldest first."""

    def record(self, node: str, found: Finding, at: datetime) -> None:
        """Keeps what was found."""


class SkyStore(Protocol):
    """Where the running states and skies are kept."""

    def transaction(self) -> AbstractContextManager[ReadingTransaction]:
        """Committed when the block ends."""


class CheckPanels:
    """The service. `places`: those of the parks whose place is known."""

    def __init__(
        self,
        book: PanelBook,
        skies: SkyStore,
        clear_sky: ClearSky,
        places: Mapping[str, Place],
        clock: Callable[[], datetime],
    ) -> None:
        self._book, self._skies, self._clear_sky = book, skies, clear_sky
        self._places, self._clock = places, clock

    def check(self) -> None:
        """Judges the panels whose turn it is."""
        now = self._clock()
        for node in self._book.due(now - CHECK_EVERY):
            found = self._finding(node, now)
            logger.info("%s: %s, %s", node, found.flag, found.evidence)
            self._book.record(node, found, now)

    def seed(self) -> None:
        """Gives each park whose place is known, but not its sky yet, the clear sky of today to begin with."""
        today = self._clock()
        for node in self._book.nodes():
            if node in self._places:
                self._seed(node, self._places[node], today)

    def _finding(self, node: str, now: datetime) -> Finding:
        means, place = self._book.means(node, now - PAST, now, timedelta(seconds=SLOT_S)), self._places.get(node)
        if place is None:
            return against_own_past(best_hours(means, now), HealthRules())
        return finding(self._clear_sky.clear_hours(place, means), HealthRules())

    def _seed(self, node: str, place: Place, now: datetime) -> None:
        with self._skies.transaction() as transaction:
            transaction.lock_states([node])
            sky = transaction.skies([node])[node]
            if not sky.learned:
                transaction.save_skies({node: sky.begun_with(self._clear_sky.envelope_w(place, now.date()), now)})
