"""What loading fuel prices needs of the outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ahorrater.domain.fuel.snapshot import Places, Snapshot


class Origin(StrEnum):
    """Where a snapshot came from."""

    LIVE = "live"
    HISTORY = "history"
    FILE = "file"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a snapshot changed: price rows, and stations that came, were altered, or are no longer listed."""

    prices: int = 0
    stations_new: int = 0
    stations_altered: int = 0
    stations_missing: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """A line of the ledger of loads. `rejections`: reason -> how many."""

    moment: datetime
    origin: Origin
    loaded_at: datetime
    stations: int
    prices: int
    changed: int
    rejections: dict[str, int]


class FuelTransaction(Protocol):
    """Everything between the begin and the commit of one load. Loads run one at a time."""

    def is_loaded(self, moment: datetime) -> bool:
        """Whether the snapshot of this moment was loaded before."""

    def origins(self) -> set[Origin]:
        """Where everything that is stored came from."""

    def listed_stations(self) -> int:
        """How many stations the newest snapshot lists."""

    def clear(self) -> None:
        """Removes every price, station and load, and the invented places."""

    def save_places(self, places: Places) -> None:
        """Provinces and municipalities; only what is new or has another name is written."""

    def save(self, snapshot: Snapshot) -> Changes:
        """Stations and prices; only what changed is written. The snapshot may be older than what is stored."""

    def record(self, load: Load) -> int:
        """Notes the load in the ledger; its number, which is the version of the prices."""


class FuelStore(Protocol):
    """Where prices are kept. Raises RetryLater while it is away."""

    def transaction(self) -> AbstractContextManager[FuelTransaction]:
        """All of a load or nothing of it."""

    def municipalities(self) -> set[int]:
        """The numbers of the municipalities that are known."""

    def loaded_moments(self, moments: Sequence[datetime]) -> set[datetime]:
        """Those of the moments whose snapshots were loaded."""


class FuelFeed(Protocol):
    """The ministry's service. Raises RetryLater when it is away, in spite of retries."""

    def live(self) -> bytes:
        """The prices in force, every station: an answer."""

    def history(self, day: date) -> bytes:
        """The prices of 23:59 on a day, every station: an answer."""

    def municipalities(self) -> bytes:
        """The list of all municipalities."""
