"""The past, asked of a database that may be away: then callers are told at once, and do not queue for a time-out."""

from collections.abc import Iterable
from datetime import datetime

from ahorrater.contracts.errors import RetryLater
from ahorrater.services.fuel.edition import Edition
from ahorrater.services.fuel.query import Change, PriceHistories


class GuardedHistories:
    """The PriceHistories of another, while the edition's database is there."""

    def __init__(self, histories: PriceHistories, edition: Edition) -> None:
        self._histories, self._edition = histories, edition

    def changes(self, station_id: int, product_id: int, since: datetime, until: datetime) -> list[Change]:
        """As the other's."""
        self._check()
        return self._histories.changes(station_id, product_id, since, until)

    def changes_of(
        self, station_ids: Iterable[int], product_id: int, since: datetime, until: datetime
    ) -> dict[int, list[Change]]:
        """As the other's."""
        self._check()
        return self._histories.changes_of(station_ids, product_id, since, until)

    def _check(self) -> None:
        if self._edition.is_away:
            raise RetryLater("the database is away")
