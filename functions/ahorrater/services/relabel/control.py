"""How people steer relabel: pause it, let it only recommend, approve or veto what waits. Kept beside the fence."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal, Protocol

from ahorrater.contracts.base import Contract, UtcDatetime
from ahorrater.contracts.control import Control, Recommendation, RecommendationState
from ahorrater.contracts.errors import NotFound, Refused
from ahorrater.contracts.events import NodeChosen, RelabelMode
from ahorrater.services.relabel.attempts import until_no_conflict
from ahorrater.services.relabel.ports import Fence

logger = logging.getLogger(__name__)


class Held(Contract):
    """The newest decision that was not acted on when it came, and what people said to it since."""

    decision: NodeChosen
    state: RecommendationState = RecommendationState.WAITING


class ControlState(Contract):
    """What is remembered. `mode` is null until somebody sets one."""

    version: Literal[1] = 1
    mode: RelabelMode | None = None
    paused: bool = False
    changed_at: UtcDatetime | None = None
    held: Held | None = None

    def changed(self, **changes: object) -> "ControlState":
        """A copy with other values, validated."""
        return ControlState.model_validate({**dict(self), **changes})


@dataclass(frozen=True, slots=True)
class KeptControl:
    """The state as it was read. `version` is None when there is none yet."""

    state: ControlState
    version: str | None


class ControlStore(Protocol):
    """Where it is kept. Every method may raise RetryLater."""

    def read(self) -> KeptControl:
        """The state as it is; a fresh one where there is none yet."""

    def write(self, state: ControlState, version: str | None) -> str:
        """Keeps `state` if it is still at `version`, and answers its new one; raises Conflict if it is not."""


Change = Callable[[ControlState], ControlState]


class RelabelControl:
    """Every change is a compare-and-swap. All methods may raise RetryLater.

    A decision that may not be acted on is held; a newer one replaces it. It is acted on, at the next tick, once people
    approve it or let relabel act again: so whatever is killed in between, nothing that was approved is forgotten.
    """

    def __init__(self, store: ControlStore, fence: Fence, default: RelabelMode, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._fence = fence
        self._default = default
        self._clock = clock

    def show(self) -> Control:
        """How relabel is steered now."""
        return self._shown(self._store.read().state)

    def pause(self) -> Control:
        """No decision is acted on from now on. A move under way is brought to its end, and a lost label put back."""
        return self._steer(lambda state: state.changed(paused=True))

    def resume(self) -> Control:
        """Decisions are acted on again, the latest one at the next tick."""
        return self._steer(lambda state: state.changed(paused=False))

    def set_mode(self, mode: RelabelMode) -> Control:
        """`apply`: decisions are acted on. `recommend-only`: each waits for people's word."""
        return self._steer(lambda state: state.changed(mode=mode))

    def approve(self, epoch: int) -> Control:
        """That decision is acted on at the next tick. Raises NotFound, Refused: it is not the newest, or paused."""
        return self._steer(partial(self._approved, epoch=epoch))

    def veto(self, epoch: int) -> Control:
        """That decision is not acted on, until another node is chosen. Raises NotFound, Refused: it is not the newest.

        choose-node knows it as recommended, so it does not propose the same again and again.
        """
        return self._steer(partial(self._judged, epoch=epoch, verdict=RecommendationState.VETOED))

    def mode(self) -> RelabelMode:
        """The mode that somebody has set, or RELABEL_MODE."""
        return self._mode(self._store.read().state)

    def acts(self) -> bool:
        """Whether decisions are acted on as they come."""
        return self._acts(self._store.read().state)

    def held(self) -> NodeChosen | None:
        """The decision that is held, whatever became of it since."""
        held = self._store.read().state.held
        return held.decision if held else None

    def hold(self, decision: NodeChosen) -> None:
        """Keeps a decision for later, unless it is known already or is older than the one that is kept.

        Raises Conflict if somebody changed something meanwhile.
        """
        kept = self._store.read()
        held = kept.state.held
        if held is None or decision.epoch > held.decision.epoch:
            self._store.write(kept.state.changed(held=Held(decision=decision)), kept.version)

    def due(self) -> NodeChosen | None:
        """The decision that was held and may be acted on now."""
        state = self._store.read().state
        if state.held is None or state.paused or state.held.state is RecommendationState.VETOED:
            return None
        approved = state.held.state is RecommendationState.APPROVED
        return state.held.decision if approved or self._acts(state) else None

    def _approved(self, state: ControlState, epoch: int) -> ControlState:
        if state.paused:
            raise Refused("relabel is paused: resume it first")
        return self._judged(state, epoch, RecommendationState.APPROVED)

    def _judged(self, state: ControlState, epoch: int, verdict: RecommendationState) -> ControlState:
        held = self._not_begun(state)
        if held is None:
            raise NotFound("no decision waits for an answer")
        newest = held.decision.epoch
        if newest != epoch:
            raise Refused(f"decision {epoch} is not the one that waits: that is {newest}, for {held.decision.chosen}")
        return state.changed(held=Held(decision=held.decision, state=verdict))

    def _steer(self, change: Change) -> Control:
        return until_no_conflict(partial(self._changed, change))

    def _changed(self, change: Change) -> Control:
        kept = self._store.read()
        state = change(kept.state)
        if state != kept.state:
            state = state.changed(changed_at=self._clock())
            self._store.write(state, kept.version)
            logger.info("relabel is steered: %s", state.model_dump_json(exclude={"held": {"decision": {"parks"}}}))
        return self._shown(state)

    def _shown(self, state: ControlState) -> Control:
        return Control(
            mode=self._mode(state),
            paused=state.paused,
            changed_at=state.changed_at,
            waiting=_recommendation(self._not_begun(state)),
        )

    def _not_begun(self, state: ControlState) -> Held | None:
        """What is held, unless relabel has acted on it, or on a newer one, since."""
        applied = self._fence.read().state
        if state.held is None or (applied is not None and applied.epoch >= state.held.decision.epoch):
            return None
        return state.held

    def _mode(self, state: ControlState) -> RelabelMode:
        return state.mode or self._default

    def _acts(self, state: ControlState) -> bool:
        return not state.paused and self._mode(state) is RelabelMode.APPLY


def _recommendation(held: Held | None) -> Recommendation | None:
    if held is None:
        return None
    decision = held.decision
    return Recommendation(
        epoch=decision.epoch,
        node=decision.chosen,
        previous=decision.previous,
        sentence=decision.sentence,
        decided_at=decision.decided_at,
        state=held.state,
        also=decision.also,
    )
