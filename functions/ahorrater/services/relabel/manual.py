"""The manual paths: people move the label. The epoch stays, so that the next decision wins."""

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from ahorrater.contracts.base import Contract, NodeName
from ahorrater.contracts.errors import NotFound, Refused
from ahorrater.contracts.events import Labels, MoveFailed, RelabelMode, WorkloadMove, WorkloadOutcome
from ahorrater.domain.cluster import Node
from ahorrater.domain.sunny import MakePlain, Obstacle, labels, labels_with, obstacle, plan_labels
from ahorrater.services.relabel.attempts import until_no_conflict
from ahorrater.services.relabel.decisions import advance_until
from ahorrater.services.relabel.move import Claim
from ahorrater.services.relabel.parts import awaited, plan_part
from ahorrater.services.relabel.plan import words_for
from ahorrater.services.relabel.ports import Kept
from ahorrater.services.relabel.reply import relabelled, workload_moves
from ahorrater.services.relabel.service import RelabelService
from ahorrater.services.relabel.state import BY_HAND, Phase, RelabelState, begin

logger = logging.getLogger(__name__)


class ManualChange(Contract):
    """What a manual path did, or would do in `recommend-only`. `finished`: nothing goes on at later ticks."""

    mode: RelabelMode
    node: NodeName | None
    labels_before: Labels
    labels_after: Labels
    workloads: tuple[WorkloadMove, ...] = ()
    finished: bool = True
    sentence: str


class ManualRelabel(RelabelService):
    """What people ask of relabel. Raises NotFound, Refused or RetryLater."""

    def update_pods_sun(self, node: str) -> ManualChange:
        """Labels `node`, takes the label from the others and moves the workloads; waits a few seconds for them.

        A move under way ends here: this one takes over what it had begun. What does not arrive in time is watched, and
        undone, at the ticks. The next tick tells of it, unless a decision is followed before.
        """
        nodes = self._checked(node)
        if self._control.mode() is RelabelMode.RECOMMEND_ONLY:
            return self._would_move(node, nodes)
        cause = f"{BY_HAND}{uuid.uuid4()}"
        until_no_conflict(partial(self._begin_move, node, cause))
        until = self._clock() + timedelta(seconds=self._settings.relabel_tick_budget_s)
        until_no_conflict(lambda: advance_until(self._mover, self._fence, cause, lambda: self._wait(until)))
        return self._moved(node, nodes)

    def label_node(self, node: str) -> ManualChange:
        """Labels `node` and takes the label from the others; moves nothing. A move under way ends where it is."""
        nodes, mode = self._checked(node), self._control.mode()
        if mode is RelabelMode.APPLY:
            until_no_conflict(partial(self._label_only, node))
        verb = "carries" if mode is RelabelMode.APPLY else "would carry"
        sentence = f"{node} {verb} the label; no workload is moved."
        return _change(mode, node, nodes, labels_with(nodes, [node]), sentence)

    def unlabel_nodes(self) -> ManualChange:
        """Takes the label from all nodes. The fence stays: the next tick, or decision, labels a node again."""
        nodes, mode = self._cluster.nodes(), self._control.mode()
        if mode is RelabelMode.APPLY:
            until_no_conflict(self._unlabel)
        had = ", ".join(node.name for node in nodes if node.label is not None) or "no node"
        verb = "lost" if mode is RelabelMode.APPLY else "would lose"
        return _change(mode, None, nodes, labels_with(nodes, ()), f"{had} {verb} the label.")

    def _checked(self, node: str) -> Sequence[Node]:
        nodes = self._cluster.nodes()
        in_the_way = obstacle(nodes, node)
        if in_the_way is Obstacle.NOT_FOUND:
            raise NotFound(words_for(in_the_way, node))
        if in_the_way is not None:
            raise Refused(words_for(in_the_way, node))
        return nodes

    def _begin_move(self, node: str, cause: str) -> None:
        kept, nodes = self._fence.read(), self._cluster.nodes()
        if kept.state is not None and kept.state.cause == cause:
            self._mover.advance(kept, cause)
        else:
            self._mover.begin(Claim(self._begun(kept, node, nodes, cause), kept.version, nodes, cause))

    def _label_only(self, node: str) -> None:
        kept, nodes = self._fence.read(), self._cluster.nodes()
        state = self._begun(kept, node, nodes, "manual").changed(parts=())
        said = relabelled(state, labels_with(nodes, [node]), (), state.started_at)
        self._fence.write(state.changed(phase=Phase.DONE, reply=said), kept.version)
        self._mover.write_labels(plan_labels(nodes, [node], state.mark))

    def _unlabel(self) -> None:
        self._mover.write_labels(MakePlain(node) for node in self._cluster.nodes() if node.label is not None)

    def _begun(self, kept: Kept, node: str, nodes: Sequence[Node], cause: str) -> RelabelState:
        before, now = kept.state, self._clock()
        return begin(
            before,
            epoch=kept.epoch,
            manual=(before.manual if before else 0) + 1,
            node=node,
            labels=labels(nodes),
            cause=cause,
            now=now,
            deadline=now + self._settings.pending_limit,
        )

    def _would_move(self, node: str, nodes: Sequence[Node]) -> ManualChange:
        workloads = self._cluster.workloads()
        state = self._begun(Kept(None, None), node, nodes, "")
        state = state.changed(parts=tuple(plan_part(workload, state) for workload in workloads))
        moves = workload_moves(state, awaited(workloads, state), WorkloadOutcome.WOULD_MOVE)
        sentence = f"{node} would be the sunny node."
        return _change(RelabelMode.RECOMMEND_ONLY, node, nodes, labels_with(nodes, [node]), sentence, moves)

    def _moved(self, node: str, nodes: Sequence[Node]) -> ManualChange:
        state = self._fence.read().state
        if state is None or state.node != node:
            now = labels(self._cluster.nodes())
            return _change(RelabelMode.APPLY, node, nodes, now, "a newer move took over.")
        if state.reply is not None:
            sentence = state.reply.sentence if isinstance(state.reply, MoveFailed) else f"{node} is the sunny node."
            return _change(RelabelMode.APPLY, node, nodes, state.reply.labels_after, sentence, state.reply.workloads)
        workloads = awaited(self._cluster.workloads(), state)
        moves = workload_moves(state, workloads, WorkloadOutcome.MOVED)
        sentence = f"{node} is the sunny node; the workloads are on their way."
        change = _change(RelabelMode.APPLY, node, nodes, labels_with(nodes, [node]), sentence, moves)
        return change.model_copy(update={"finished": False})


def _change(
    mode: RelabelMode,
    node: str | None,
    nodes: Sequence[Node],
    after: Labels,
    sentence: str,
    workloads: tuple[WorkloadMove, ...] = (),
) -> ManualChange:
    return ManualChange(
        mode=mode,
        node=node,
        labels_before=labels(nodes),
        labels_after=after,
        workloads=workloads,
        sentence=sentence,
    )
