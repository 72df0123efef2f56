"""ingest-reading: each reading stored once, and the running state of its park kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import ParkStatus, ReadingStored, Rejection
from ahorrater.contracts.readings import Reading
from ahorrater.domain.battery import Bank
from ahorrater.domain.parks import ParkState, Smoothing
from ahorrater.domain.places import Place
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import Sky
from ahorrater.domain.trust import Plausibility

Identity = tuple[str, int, int]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class IngestPolicy:
    """What is plausible, and how readings become numbers.

    parks: the nodes that have one; empty: any.
    future_tolerance: how far a device's clock may be ahead.
    oldest: a reading older than this is no buffered one any more but a device with a wrong clock; devices keep a week.
    plausibility, places: what can be believed of a sensor, and where the parks are, as far as it was told.
    bank: the parks' batteries, whose charge follows from the readings where the device does not tell it.
    """

    parks: frozenset[str] = frozenset()
    future_tolerance: timedelta = timedelta(minutes=5)
    oldest: timedelta = timedelta(days=29)
    smoothing: Smoothing = field(default_factory=Smoothing)
    plausibility: Plausibility = field(default_factory=Plausibility)
    places: Mapping[str, Place] = field(default_factory=dict)
    bank: Bank = field(default_factory=lambda: Bank({}, 0.0))

    def plausible(self, node: str) -> Plausibility:
        """What can be believed of the sensor of one park."""
        return self.plausibility.at(self.places.get(node))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reading that is not stored: its place in the event, why, and what it was."""

    index: int
    reason: str
    data: str


class ReadingTransaction(Protocol):
    """What happens together or not at all."""

    def insert(self, readings: Sequence[Reading], received_at: datetime) -> set[Identity]:
        """Stores those not stored before; their identities."""

    def lock_states(self, nodes: Iterable[str]) -> dict[str, ParkState]:
        """The states of these parks, nobody else changing them until the end."""

    def save_states(self, states: Iterable[ParkState]) -> None:
        """Writes them back."""

    def skies(self, nodes: Iterable[str]) -> dict[str, Sky]:
        """What the skies of these parks, whose states are locked, have taught."""

    def save_skies(self, skies: Mapping[str, Sky]) -> None:
        """Writes them back."""

    def worked_on(self) -> str | None:
        """The node that the workloads are on."""

    def bury(self, refusals: Sequence[Refusal], event_id: str, event_source: str, received_at: datetime) -> None:
        """Keeps what is refused among the dead letters."""

    def save_device(self, status: ParkStatus) -> None:
        """Remembers what a device said of itself, unless something newer is known."""


class ReadingStore(Protocol):
    """Where readings are kept."""

    def transaction(self) -> AbstractContextManager[ReadingTransaction]:
        """Committed, and on the disk, when the block ends."""


class IngestReadings:
    """The service. Its cost for an event is that of the event's readings, whatever is stored already."""

    def __init__(self, store: ReadingStore, policy: IngestPolicy, clock: Clock) -> None:
        self._store, self._policy, self._clock = store, policy, clock

    def ingest(
        self, readings: Sequence[tuple[int, Reading]], refusals: Sequence[Refusal], event_id: str, event_source: str
    ) -> ReadingStored:
        """Stores the plausible ones of `readings` (each with its place in the event); buries the others.

        `refusals` are those that were no readings to begin with. Returns what became of all of them.
        """
        now = self._clock()
        doubts = [(index, reading, self._implausible(reading, now)) for index, reading in readings]
        good = [reading.dated(now) for _, reading, doubt in doubts if doubt is None]
        refused = [*refusals, *(Refusal(i, doubt, r.model_dump_json()) for i, r, doubt in doubts if doubt)]
        with self._store.transaction() as transaction:
            new = transaction.insert(good, now) if good else set()
            self._absorb(transaction, good, new, now)
            transaction.bury(refused, event_id, event_source, now)
        return ReadingStored(
            nodes=tuple(sorted({node for node, _, _ in new})),
            stored=len(new),
            duplicates=len(good) - len(new),
            rejected=len(refused),
            rejections=tuple(Rejection(index=refusal.index, reason=refusal.reason) for refusal in refused),
        )

    def device(self, status: ParkStatus) -> None:
        """Remembers what a device said of itself. Raises Reject for an unknown park's, and for what was said in the
        future: no later word of the device would count until then.
        """
        if self._is_stranger(status.node):
            raise Reject(f"{status.node} is not a known park")
        if status.at > self._clock() + self._policy.future_tolerance:
            raise Reject(f"at {status.at.isoformat()} is in the future")
        with self._store.transaction() as transaction:
            transaction.save_device(status)

    def _absorb(
        self, transaction: ReadingTransaction, readings: Sequence[Reading], new: set[Identity], now: datetime
    ) -> None:
        by_identity = {(reading.node, reading.boot, reading.seq): reading for reading in reversed(readings)}
        samples: dict[str, list[ParkSample]] = {}
        for identity in new:
            samples.setdefault(identity[0], []).append(_sample(by_identity[identity], now))
        if samples:
            states = transaction.lock_states(samples)
            policy = self._policy
            charged = self._charged(transaction, states, samples)
            absorbed = [
                states[node].absorb(of_node, policy.smoothing, policy.plausible(node))
                for node, of_node in charged.items()
            ]
            transaction.save_states([self._with_battery(state) for state in self._look_up(transaction, absorbed)])

    def _charged(
        self, transaction: ReadingTransaction, states: Mapping[str, ParkState], samples: Mapping[str, list[ParkSample]]
    ) -> Mapping[str, list[ParkSample]]:
        """The samples, with the charge of their batteries where there are any."""
        bank = self._policy.bank
        charging = bank.batteries.keys() & samples.keys()
        if not charging:
            return samples
        worked_on = transaction.worked_on()
        charged = {node: bank.charged(node, states[node].latest, samples[node], worked_on) for node in charging}
        return {**samples, **charged}

    def _with_battery(self, state: ParkState) -> ParkState:
        bank = self._policy.bank
        if state.node not in bank.batteries:
            return state
        return replace(state, battery_wh=bank.free_wh(state.node, state.latest))

    def _look_up(self, transaction: ReadingTransaction, states: Sequence[ParkState]) -> list[ParkState]:
        """Teaches the skies that were looked at; most readings are of five minutes that had their look already."""
        curious = [state.node for state in states if state.glances]
        if not curious:
            return list(states)
        skies = transaction.skies(curious)
        taught = [self._taught(state, skies[state.node]) if state.glances else (state, None) for state in states]
        transaction.save_skies({state.node: sky for state, sky in taught if sky is not None})
        return [state for state, _ in taught]

    def _taught(self, state: ParkState, sky: Sky) -> tuple[ParkState, Sky]:
        return state.teach(sky, self._policy.places.get(state.node), self._policy.plausible(state.node))

    def _is_stranger(self, node: str) -> bool:
        return bool(self._policy.parks) and node not in self._policy.parks

    def _implausible(self, reading: Reading, now: datetime) -> str | None:
        if self._is_stranger(reading.node):
            return f"{reading.node} is not a known park"
        if reading.measured_at is None:
            return None
        if reading.measured_at > now + self._policy.future_tolerance:
            return f"measured_at {reading.measured_at.isoformat()} is in the future"
        if reading.measured_at < now - self._policy.oldest:
            return f"measured_at {reading.measured_at.isoformat()} is too long ago"
        return None


def _sample(reading: Reading, received_at: datetime) -> ParkSample:
    return ParkSample(
        seen_at=min(reading.measured_at or received_at, received_at),
        boot=reading.boot,
        seq=reading.seq,
        voltage_v=reading.voltage_v,
        current_a=reading.current_a,
        power_w=reading.watts,
        battery_soc=reading.battery_soc,
        overflow=reading.overflow,
    )
