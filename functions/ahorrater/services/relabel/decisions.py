"""relabel: the sunny label and the workloads follow the decisions, fenced by their epochs."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from ahorrater.contracts.events import ChoiceOutdated, NodeChosen, NodeRelabelled
from ahorrater.domain.epochs import highest
from ahorrater.domain.sunny import labels, plan_labels, plan_repair, taking_pods
from ahorrater.services.relabel.attempts import until_no_conflict
from ahorrater.services.relabel.move import Claim, Mover
from ahorrater.services.relabel.ports import Fence, Kept, Reply
from ahorrater.services.relabel.recommend import recommend
from ahorrater.services.relabel.reply import reply_of
from ahorrater.services.relabel.service import RelabelService
from ahorrater.services.relabel.state import RelabelState, Verdict, begin

logger = logging.getLogger(__name__)


class Relabel(RelabelService):
    """Hears decisions and ticks. `cause` is the identity of the event; the same one gets the same reply."""

    def chosen(self, chosen: NodeChosen, cause: str) -> Reply | None:
        """Labels the chosen node and starts the move. The reply when that ends it; otherwise a tick says it.

        Where people want to be asked first the decision is held, and the reply says what it would do. A decision that
        is not newer than what is known changes nothing; the reply says so, for its choose-node may not know.
        Raises RetryLater when the cluster does not answer.
        """
        return until_no_conflict(partial(self._heard, chosen, cause))

    def tick(self, cause: str) -> Reply | None:
        """Begins what was held and may be done now, advances the move under way for a few seconds, or mends the label
        at rest. The reply when the move ends.
        """
        until = self._clock() + timedelta(seconds=self._settings.relabel_tick_budget_s)
        return until_no_conflict(partial(self._tick, cause, until))

    def _heard(self, chosen: NodeChosen, cause: str) -> Reply | None:
        kept, held = self._fence.read(), self._control.held()
        newest = max(kept.epoch, held.epoch if held else 0)
        if chosen.epoch > highest(self._clock()):
            return _outdated(chosen, newest)
        if chosen.epoch <= kept.epoch or self._control.acts():
            return self._chosen(kept, chosen, cause, newest)
        if held is not None and not _may_replace(held, chosen):
            return _outdated(chosen, newest)
        return self._hold(chosen)

    def _hold(self, chosen: NodeChosen) -> Reply:
        """A move that cannot be is not held: the reply makes choose-node think again."""
        reply = recommend(self._cluster, chosen, self._clock)
        if isinstance(reply.data, NodeRelabelled):
            self._control.hold(chosen)
        return reply

    def _chosen(self, kept: Kept, chosen: NodeChosen, cause: str, newest: int) -> Reply | None:
        state = kept.state
        verdict = Verdict.TAKE_OVER if state is None else state.judge(chosen.epoch, chosen.chosen)
        if state is None or verdict is Verdict.TAKE_OVER:
            return self._take_over(kept, chosen, cause)
        if verdict is Verdict.RESUME:
            return self._mover.advance(kept, cause)
        logger.info("epoch %d is not newer than %d: %s", chosen.epoch, state.epoch, verdict)
        self._keep_one_sunny(kept, state)
        if verdict is Verdict.OUTDATED:
            return _outdated(chosen, newest)
        return _said(state) if verdict is Verdict.REPLAY else None

    def _take_over(self, kept: Kept, chosen: NodeChosen, cause: str) -> Reply | None:
        nodes, now = self._cluster.nodes(), self._clock()
        state = begin(
            kept.state,
            epoch=chosen.epoch,
            manual=0,
            node=chosen.chosen,
            labels=labels(nodes),
            cause=cause,
            now=now,
            deadline=now + self._settings.pending_limit,
            also=taking_pods(nodes, chosen.also),
            shed=chosen.shed,
        )
        return self._mover.begin(Claim(state, kept.version, nodes, cause))

    def _tick(self, cause: str, until: datetime) -> Reply | None:
        kept, due = self._fence.read(), self._control.due()
        if due is not None and due.epoch > kept.epoch:
            return self._take_over(kept, due, cause) or self._advance(cause, until)
        if kept.state is None:
            return None
        if kept.state.finished:
            return self._rest(kept, kept.state, cause)
        return self._advance(cause, until)

    def _rest(self, kept: Kept, state: RelabelState, cause: str) -> Reply | None:
        left = self._mover.leave(kept, cause) if self._control.acts() else None
        if left is not None:
            return left
        self._keep_one_sunny(kept, state)
        if state.untold:
            self._fence.write(state.changed(concluded_by=cause), kept.version)
        return _said(state) if state.untold or state.answers(cause) else None

    def _advance(self, cause: str, until: datetime) -> Reply | None:
        return advance_until(self._mover, self._fence, cause, lambda: self._wait(until))

    def _keep_one_sunny(self, kept: Kept, state: RelabelState) -> None:
        plan = plan_repair if state.finished else plan_labels
        self._mover.write_labels(plan(self._mover.nodes_under(kept), state.sunny_nodes, state.mark))


def advance_until(mover: Mover, fence: Fence, cause: str, wait: Callable[[], bool]) -> Reply | None:
    """Advances the move until it ends or `wait` says that time is up. Stops when another move takes over."""
    kept = fence.read()
    mark = kept.state.mark if kept.state else None
    while kept.state is not None and kept.state.mark == mark:
        reply = mover.advance(kept, cause)
        if reply is not None or kept.state.finished or not wait():
            return reply
        kept = fence.read()
    return None


def _may_replace(held: NodeChosen, chosen: NodeChosen) -> bool:
    """Whether it is newer than the one that people were asked about, or the very same."""
    return chosen.epoch > held.epoch or (chosen.epoch, chosen.chosen) == (held.epoch, held.chosen)


def _outdated(chosen: NodeChosen, newest: int) -> Reply:
    logger.warning("choice %d for %s is not followed: choice %d is known", chosen.epoch, chosen.chosen, newest)
    return Reply(f"outdated-{chosen.epoch}-{newest}", ChoiceOutdated(epoch=chosen.epoch, newest=newest))


def _said(state: RelabelState) -> Reply | None:
    return reply_of(state, state.reply) if state.reply is not None else None
