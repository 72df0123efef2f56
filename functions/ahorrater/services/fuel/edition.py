"""Which version of the prices is answered from, and whether the database still stands behind it."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Protocol

from ahorrater.contracts.errors import RetryLater
from ahorrater.services.fuel.catalog import Catalog

REST_S = 1.0
"""While the database is away, it is asked no more often than this: nobody waits for a connection that does not come."""


class CatalogSource(Protocol):
    """Where catalogs come from. Raises RetryLater while it is away."""

    def version(self) -> str | None:
        """Another one after each load; None where nothing was loaded yet."""

    def catalog(self) -> Catalog | None:
        """Everything present; None where nothing was loaded yet."""


class Edition:
    """The catalog in use. It is kept while the database is away, and known to be stale."""

    def __init__(
        self, source: CatalogSource, check_s: float, clock: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._source, self._check_s, self._clock, self._monotonic = source, check_s, clock, monotonic
        self._catalog: Catalog | None = None
        self._checked_s = float("-inf")
        self._confirmed_at = clock()
        self._lock = Lock()
        self.is_away = False

    @property
    def version(self) -> str:
        """The version in use; empty before the first."""
        return "" if self._catalog is None else self._catalog.version

    @property
    def as_of(self) -> datetime | None:
        """Of when the prices in use are; None before the first."""
        return None if self._catalog is None else self._catalog.as_of

    @property
    def age_s(self) -> int:
        """How long ago the database confirmed this version, s."""
        return max(0, int((self._clock() - self._confirmed_at).total_seconds()))

    @property
    def is_due(self) -> bool:
        """Whether it is time to look for a new version."""
        return self._monotonic() - self._checked_s >= (REST_S if self.is_away else self._check_s)

    def check(self) -> None:
        """Takes a new version, if there is one; never raises, the old one stays."""
        with self._lock:
            try:
                self._take()
            except RetryLater:
                self.is_away = True
            else:
                self.is_away = False
                self._confirmed_at = self._clock()
            self._checked_s = self._monotonic()

    def catalog(self) -> Catalog:
        """The catalog in use. Raises RetryLater where there is none."""
        if self._catalog is None and self.is_due:
            self.check()
        if self._catalog is None:
            if self.is_away:
                raise RetryLater("the database is away")
            raise RetryLater("no fuel prices are loaded yet: run `ahorrater fuel load`", retry_after_s=10)
        return self._catalog

    def _take(self) -> None:
        version = self._source.version()
        if version != (self.version or None):
            self._catalog = self._source.catalog()
