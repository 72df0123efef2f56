"""fuel-refresh and `ahorrater fuel load`: from an answer of the feed to the stored prices."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import FuelRefreshed, FuelRejection
from ahorrater.domain.fuel.snapshot import Rejected, Snapshot
from ahorrater.domain.fuel.values import history_moment
from ahorrater.services.fuel.answer import RefusedAnswer, read_answer, read_places
from ahorrater.services.fuel.ports import Changes, FuelFeed, FuelStore, FuelTransaction, Load, Origin

FUTURE_TOLERANCE = timedelta(hours=26)
"""`Fecha` is Madrid's time, and a file may be of a day that has only begun."""

MAX_REASONS = 20
"""Different reasons in one report."""


@dataclass(frozen=True, slots=True)
class LoadPolicy:
    """`minimum_share`: a snapshot with fewer stations than this share of those listed before is cut, not news."""

    minimum_share: float = 0.5


class RealPricesStored(RefusedAnswer):
    """The sample is for an empty database, and this one is not."""


class LoadFuel:
    """The service."""

    def __init__(self, store: FuelStore, policy: LoadPolicy, clock: Callable[[], datetime]) -> None:
        self._store, self._policy, self._clock = store, policy, clock

    def load(self, body: bytes, origin: Origin, moment: datetime | None = None) -> FuelRefreshed:
        """Loads one answer. Raises RefusedAnswer or RetryLater; then nothing was changed."""
        begun = self._clock()
        return self._save(read_answer(body, moment), origin, begun)

    def load_live(self, feed: FuelFeed) -> FuelRefreshed:
        """Loads the prices in force; the list of places as well, when stations are in places never heard of."""
        begun = self._clock()
        snapshot = read_answer(feed.live())
        if not snapshot.places.municipalities.keys() <= self._store.municipalities():
            self._load_places(feed)
        return self._save(snapshot, Origin.LIVE, begun)

    def load_places(self, body: bytes) -> int:
        """Loads the list of municipalities; how many."""
        places = read_places(body)
        with self._store.transaction() as transaction:
            transaction.save_places(places)
        return len(places.municipalities)

    def missing_days(self, first: date, last: date) -> list[date]:
        """The days of a range that are still to be loaded: a range that broke off goes on where it stopped."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        loaded = self._store.loaded_moments([history_moment(day) for day in days])
        return [day for day in days if history_moment(day) not in loaded]

    def load_days(self, feed: FuelFeed, days: list[date]) -> Iterator[FuelRefreshed]:
        """Loads the prices of days that are past, each in a transaction of its own."""
        for day in days:
            yield self.load(feed.history(day), Origin.HISTORY, history_moment(day))

    def _save(self, snapshot: Snapshot, origin: Origin, begun: datetime) -> FuelRefreshed:
        if snapshot.moment > begun + FUTURE_TOLERANCE:
            raise RefusedAnswer(f"its Fecha is in the future: {snapshot.moment.isoformat()}")
        with self._store.transaction() as transaction:
            if transaction.is_loaded(snapshot.moment):
                return self._report(snapshot, origin, begun, Changes(), version=None)
            self._make_room(transaction, origin)
            self._check_size(transaction, snapshot)
            changes = transaction.save(snapshot)
            version = transaction.record(self._entry(snapshot, origin, changes))
        return self._report(snapshot, origin, begun, changes, version)

    def _load_places(self, feed: FuelFeed) -> None:
        """The stations themselves say where they are: without the list, only places without stations are missing."""
        try:
            self.load_places(feed.municipalities())
        except RetryLater:
            return

    @staticmethod
    def _make_room(transaction: FuelTransaction, origin: Origin) -> None:
        """Invented and real prices never stand side by side."""
        origins = transaction.origins()
        if origin is Origin.SAMPLE and origins - {Origin.SAMPLE}:
            raise RealPricesStored("real prices are stored; the sample is for an empty database")
        if origin is not Origin.SAMPLE and Origin.SAMPLE in origins:
            transaction.clear()

    def _check_size(self, transaction: FuelTransaction, snapshot: Snapshot) -> None:
        listed = transaction.listed_stations()
        if len(snapshot.stations) < self._policy.minimum_share * listed:
            raise RefusedAnswer(
                f"{len(snapshot.stations)} stations where {listed} were listed before; "
                "if that is right, set FUEL_MINIMUM_SHARE lower"
            )

    def _entry(self, snapshot: Snapshot, origin: Origin, changes: Changes) -> Load:
        return Load(
            moment=snapshot.moment,
            origin=origin,
            loaded_at=self._clock(),
            stations=len(snapshot.stations),
            prices=len(snapshot.prices),
            changed=changes.prices,
            rejections=dict(_reasons(snapshot.rejected)),
        )

    def _report(
        self, snapshot: Snapshot, origin: Origin, begun: datetime, changes: Changes, version: int | None
    ) -> FuelRefreshed:
        return FuelRefreshed(
            moment=snapshot.moment,
            origin=origin.value,
            version=version,
            stations=len(snapshot.stations),
            prices=len(snapshot.prices),
            prices_changed=changes.prices,
            stations_new=changes.stations_new,
            stations_altered=changes.stations_altered,
            stations_missing=changes.stations_missing,
            positions_doubtful=snapshot.doubtful_positions,
            unknown_products=snapshot.unknown_products,
            rejected=len(snapshot.rejected),
            rejections=tuple(
                FuelRejection(reason=reason, count=count) for reason, count in _reasons(snapshot.rejected)[:MAX_REASONS]
            ),
            duration_s=max(0.0, (self._clock() - begun).total_seconds()),
        )


def _reasons(rejected: list[Rejected]) -> list[tuple[str, int]]:
    """Each reason and how often it was met, the most frequent first."""
    return Counter(one.reason for one in rejected).most_common()
