"""choose-node: gathers what the decision needs, decides, remembers, and says so when the sunny node changes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import MoveFailed, NodeChosen, NodeHeld, ParkNumbers, PendingMove
from ahorrater.domain.choose import choose_node, revert_failed_move
from ahorrater.domain.cluster import SUNNY
from ahorrater.domain.decision import Concluded, ControllerState, Decision, Numbers, Pending
from ahorrater.domain.epochs import is_newer, renumber
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import Policy
from ahorrater.domain.spread import ALONE, Spread, shared, without_further_nodes

CANDIDATES = 3
"""The present node's park and this many of the best others decide as all of them would."""
ATTEMPTS = 5
Clock = Callable[[], datetime]
Advance = Callable[["ChoiceTransaction", ControllerState, datetime], Concluded | None]
P = ParamSpec("P")
R = TypeVar("R")


class ConflictError(Exception):
    """Somebody else decided in between."""


def retried_on_conflict(attempt: Callable[P, R]) -> Callable[P, R]:
    """Begins again when somebody else decided in between, a few times."""

    @wraps(attempt)
    def insist(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS):
            try:
                return attempt(*args, **kwargs)
            except ConflictError:
                continue
        raise RetryLater("other decisions keep coming in between")

    return insist


@dataclass(frozen=True, slots=True)
class Remembered:
    """The controller's state as stored; `version` 0 is never stored yet."""

    version: int
    state: ControllerState


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision in the ledger. `applied`: relabel has said that the work is where it wants it."""

    id: int
    decision: Decision
    applied: bool = False


class ChoiceTransaction(Protocol):
    """What happens together or not at all."""

    def recall(self) -> Remembered:
        """The controller's state."""

    def candidates(self, policy: Policy, state: ControllerState, best: int) -> list[Park]:
        """The parks of the chosen node and of those that share its work, and the `best` of those not swept away; the
        cost does not grow with the parks.
        """

    def sweep(self, silent_since: datetime) -> None:
        """Forgets as candidates the parks that have said nothing since."""

    def remember(self, remembered: Remembered, state: ControllerState) -> None:
        """Writes the state. Raises ConflictError if it is no longer the one that was recalled."""

    def record(self, decision: Decision, cause: str) -> Recorded:
        """Writes the decision into the ledger."""

    def caused_by(self, cause: str) -> Recorded | None:
        """The epoch that this event began, if it was heard before."""

    def move_of(self, epoch: int) -> Recorded | None:
        """The decision that began this epoch, the last where several did."""

    def apply(self, epoch: int, node: str, at: datetime) -> None:
        """Notes in the ledger that the work is on `node`, if that is where this epoch wanted it."""


class ChoiceStore(Protocol):
    """Where the controller's state and the ledger are kept."""

    def transaction(self) -> AbstractContextManager[ChoiceTransaction]:
        """Committed when the block ends."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long choose-node waits for others.

    barred_for: a node is not chosen again for so long after a move to it failed.
    repeat_after: a choice that relabel has not confirmed for so long is told again at every tick.
    assert_every: so often a choice that was carried out is told again: relabel may have forgotten, or know better.
    """

    barred_for: timedelta = timedelta(minutes=10)
    repeat_after: timedelta = timedelta(seconds=30)
    assert_every: timedelta = timedelta(minutes=10)


class ChooseNode:
    """The service. Each method takes the identity of the event that caused it: hearing one twice decides once."""

    def __init__(
        self, store: ChoiceStore, policy: Policy, patience: Patience, clock: Clock, spread: Spread = ALONE
    ) -> None:
        self._store, self._policy, self._patience, self._clock = store, policy, patience, clock
        self._spread = spread
        self._asserted_at = clock()

    def on_readings(self, cause: str) -> Recorded | None:
        """Decides after new readings. The decision, if it is news."""
        return self._decide(cause, self._choose)

    def on_tick(self, cause: str) -> Recorded | None:
        """Decides because time has passed: a silent park sends nothing.

        The decision, if it is news; else the choice that nobody has confirmed yet, or for long, again.
        """
        return self._decide(cause, self._choose) or self._told_again()

    def on_move_failed(self, failed: MoveFailed, cause: str) -> Recorded | None:
        """Chooses the previous node again after a move that was undone, unless a newer decision stands. Where that is
        the same node, it was those who should share the work that could not; who of them still carries the label stays.
        """
        sunny = [node for node, label in failed.labels_after.items() if label == SUNNY]

        def revert(_: ChoiceTransaction, state: ControllerState, now: datetime) -> Concluded | None:
            if state.epoch != failed.epoch or state.chosen != failed.node:
                return None
            barred_for = self._patience.barred_for
            if failed.previous == failed.node:
                return without_further_nodes(state, self._policy, now, barred_for, sunny)
            return revert_failed_move(state, failed.node, failed.previous, self._policy, now, barred_for)

        return self._decide(cause, revert)

    def on_outdated(self, epoch: int, newest: int, cause: str) -> Recorded | None:
        """Numbers the choice `epoch` anew, above `newest`, if it is the one that stands. Late copies of older ones are
        answered by relabel, too, and mean nothing; and no word makes an epoch fall.
        """

        def renumbered(_: ChoiceTransaction, state: ControllerState, now: datetime) -> Concluded | None:
            if state.epoch != epoch or state.chosen is None or not is_newer(newest + 1, epoch, now):
                return None
            return renumber(state, newest, self._policy.name, now)

        return self._decide(cause, renumbered)

    @retried_on_conflict
    def on_relabelled(self, epoch: int, node: str, *, applied: bool) -> None:
        """Remembers that relabel has taken note of this epoch, and whether it was carried out or only recommended.

        What people move by hand is told under the last epoch that acted, which may have wanted another node.
        """
        with self._store.transaction() as transaction:
            if applied:
                transaction.apply(epoch, node, self._clock())
            remembered = transaction.recall()
            if remembered.state.confirmed_epoch < epoch <= remembered.state.epoch:
                transaction.remember(remembered, replace(remembered.state, confirmed_epoch=epoch))

    def _choose(self, transaction: ChoiceTransaction, state: ControllerState, now: datetime) -> Concluded:
        transaction.sweep(now - self._policy.stale_after)
        parks = transaction.candidates(self._policy, state, CANDIDATES + len(state.barred))
        return shared(choose_node(parks, state, self._policy, now), parks, state, self._policy, self._spread)

    def _told_again(self) -> Recorded | None:
        now = self._clock()
        with self._store.transaction() as transaction:
            state = transaction.recall().state
            if state.chosen_since is None:
                return None
            if state.confirmed_epoch >= state.epoch:
                return self._asserted(transaction, state.epoch, now)
            waited = now - state.chosen_since
            return transaction.move_of(state.epoch) if waited >= self._patience.repeat_after else None

    def _asserted(self, transaction: ChoiceTransaction, epoch: int, now: datetime) -> Recorded | None:
        """What people have not let happen is not asserted."""
        if now - self._asserted_at < self._patience.assert_every:
            return None
        self._asserted_at = now
        standing = transaction.move_of(epoch)
        return standing if standing and standing.applied else None

    @retried_on_conflict
    def _decide(self, cause: str, advance: Advance) -> Recorded | None:
        with self._store.transaction() as transaction:
            heard = transaction.caused_by(cause)
            if heard is not None:
                return heard
            remembered = transaction.recall()
            advanced = advance(transaction, remembered.state, self._clock())
            if advanced is None:
                return None
            decision, state = advanced
            if state != remembered.state:
                transaction.remember(remembered, state)
            recorded = transaction.record(decision, cause)
        news = decision.begins or state.silent != remembered.state.silent
        return recorded if news else None


def announcement(decision: Decision) -> NodeChosen | NodeHeld | None:
    """The event that tells of a decision; none while nothing has ever been chosen."""
    if decision.chosen is None:
        return None
    kind = NodeHeld if decision.held else NodeChosen
    return kind(
        epoch=decision.epoch,
        decided_at=decision.decided_at,
        policy=decision.policy,
        chosen=decision.chosen,
        previous=decision.previous,
        reason=decision.reason,
        sentence=decision.sentence,
        parks=tuple(_park_numbers(numbers) for numbers in decision.parks),
        pending=_pending_move(decision.pending),
        also=decision.also,
        shed=decision.shed,
    )


def _park_numbers(numbers: Numbers) -> ParkNumbers:
    return ParkNumbers(
        node=numbers.node,
        freshness=numbers.freshness.value,
        age_s=numbers.age_s,
        power_w=numbers.power_w,
        score_w=numbers.score_w,
        battery_soc=numbers.battery_soc,
        quarantine=numbers.quarantine,
    )


def _pending_move(pending: Pending | None) -> PendingMove | None:
    if pending is None:
        return None
    return PendingMove(node=pending.node, kind=pending.kind, since=pending.since, fires_at=pending.fires_at)
