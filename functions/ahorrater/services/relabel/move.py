"""The steps of a move: labels, then workloads, then the reply; or the way back. Each step can be done again."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import FailureReason, MoveFailed, NodeRelabelled
from ahorrater.domain.cluster import Node, Workload
from ahorrater.domain.moves import (
    Roll,
    arrived,
    last_ready,
    next_rolls,
    next_scale,
    settled,
    stranded,
    trouble,
    undo_rolls,
)
from ahorrater.domain.sunny import (
    LabelWrite,
    MakeSunny,
    Obstacle,
    find,
    gone_or_silent,
    labels_after,
    labels_with,
    obstacle,
    plan_labels,
    plan_repair,
    sunny_node,
)
from ahorrater.services.relabel.parts import awaited, is_to_blame, skip
from ahorrater.services.relabel.plan import Plan, plan_move, words_for
from ahorrater.services.relabel.ports import Cluster, Conflict, Fence, Forbidden, Kept, Reply
from ahorrater.services.relabel.reply import failed, relabelled, reply_of
from ahorrater.services.relabel.settings import RelabelSettings
from ahorrater.services.relabel.state import Failure, Phase, RelabelState, key_of, with_moves

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A move that this process works on: the fence as it was read, the nodes as they were seen, the event it is for."""

    state: RelabelState
    version: str | None
    nodes: Sequence[Node]
    cause: str


class Mover:
    """Advances the move that the fence describes. Raises Conflict when the fence or an object changed meanwhile."""

    def __init__(
        self, cluster: Cluster, fence: Fence, settings: RelabelSettings, clock: Callable[[], datetime]
    ) -> None:
        self._cluster = cluster
        self._fence = fence
        self._limit = settings.pending_limit
        self._silence_limit = settings.not_ready_limit
        self._clock = clock

    def begin(self, claim: Claim) -> Reply | None:
        """Claims the fence for a new move and takes the first steps; refuses at once a node that cannot take pods."""
        plan = plan_move(self._cluster, claim.nodes, claim.state)
        if plan.failure is not None and not claim.state.parts:
            return self._refuse(claim, plan.failure)
        return self._label(self._save(claim), plan)

    def advance(self, kept: Kept, cause: str) -> Reply | None:
        """Does what can be done now; the reply once the move has ended, None while it goes on."""
        if kept.state is None or kept.state.finished:
            return None
        claim = Claim(kept.state, kept.version, self.nodes_under(kept), cause)
        if kept.state.phase is Phase.UNDOING:
            return self._undo(claim)
        if kept.state.phase is Phase.LABELLING:
            return self._label(claim, plan_move(self._cluster, claim.nodes, claim.state))
        return self._move(claim)

    def leave(self, kept: Kept, cause: str) -> Reply | None:
        """Takes back a move that had succeeded when its node is gone, or has been silent for too long; lets go of those
        that share its work where it is them; else None.

        The reply makes choose-node choose another node. It names the former one only if that can take the pods.
        """
        if kept.state is None or kept.state.phase is not Phase.DONE:
            return None
        claim = Claim(kept.state, kept.version, self._cluster.nodes(), cause)
        silent_since = self._clock() - self._silence_limit
        lost = gone_or_silent(claim.nodes, claim.state.node, silent_since)
        if lost is None:
            return self._let_go(claim, silent_since)
        state = claim.state.changed(previous=_way_back(claim), started_at=self._clock(), reply=None)
        return self._give_up(replace(claim, state=state), FailureReason(lost), words_for(lost, claim.state.node))

    def nodes_under(self, kept: Kept) -> Sequence[Node]:
        """The nodes, seen while the fence is still as it was read; raises Conflict when it is not.

        The fence is looked at once more because a process may stand still between reading it and reading the nodes:
        it would then take away, under an older decision, a label that it saw under a newer one, whose process takes
        away the other label at the same time.
        """
        nodes = self._cluster.nodes()
        if self._fence.read().version != kept.version:
            raise Conflict("the fence changed while the nodes were read")
        return nodes

    def write_labels(self, writes: Iterable[LabelWrite]) -> None:
        """Does the planned writes in their order."""
        for write in writes:
            if isinstance(write, MakeSunny):
                self._cluster.make_sunny(write)
            else:
                self._cluster.make_plain(write)
            logger.info("%s: %s", type(write).__name__, write.node.name)

    def _refuse(self, claim: Claim, failure: Failure) -> Reply:
        state, nodes = claim.state, claim.nodes
        state = state.changed(
            sunny=state.previous or sunny_node(nodes),
            also=(),
            failure=Failure(
                reason=failure.reason,
                sentence=f"{failure.sentence}; no workload was moved.",
                undo=find(nodes, state.previous) is not None,
            ),
        )
        repair = plan_repair(nodes, state.sunny_nodes, state.mark)
        reply = self._finish(replace(claim, state=state), failed(state, labels_after(nodes, repair), self._clock()))
        self.write_labels(repair)
        return reply

    def _label(self, claim: Claim, plan: Plan) -> Reply | None:
        state = claim.state
        if plan.failure is not None:
            return self._give_up(claim, plan.failure.reason, plan.failure.sentence)
        self.write_labels(plan_labels(claim.nodes, state.targets, state.mark))
        self._stop_or_resume(plan.workloads, shed=state.shed)
        if all(part.skipped for part in plan.parts):
            return self._conclude(replace(claim, state=state.changed(parts=plan.parts)), plan.workloads)
        deadline = self._clock() + self._limit
        self._act(self._save(claim, parts=plan.parts, phase=Phase.MOVING, deadline=deadline), plan.workloads)
        return None

    def _move(self, claim: Claim) -> Reply | None:
        state = claim.state
        if obstacle(claim.nodes, state.node) is Obstacle.NOT_FOUND:
            return self._give_up(claim, FailureReason.NODE_NOT_FOUND, words_for(Obstacle.NOT_FOUND, state.node))
        self.write_labels(plan_labels(claim.nodes, state.targets, state.mark))
        workloads = awaited(self._cluster.workloads(), state)
        if all(settled(workload, state.targets) for workload in workloads):
            return self._conclude(claim, workloads)
        there = arrived(workloads, state.targets)
        if there <= state.arrived and self._clock() >= state.deadline:
            return self._too_late(claim, workloads)
        if there > state.arrived:
            claim = self._save(claim, arrived=there, deadline=self._clock() + self._limit)
        self._act(claim, workloads)
        return None

    def _act(self, claim: Claim, workloads: Sequence[Workload]) -> None:
        refused: dict[str, str] = {}
        for workload in self._rescued(claim, workloads):
            try:
                for roll in next_rolls(workload, claim.state.targets, claim.state.mark, _living(claim)):
                    self._cluster.roll(roll)
            except Forbidden as refusal:
                refused[key_of(workload)] = str(refusal)
        if refused:
            self._save(claim, parts=skip(claim.state.parts, refused))

    def _stop_or_resume(self, workloads: Sequence[Workload], *, shed: bool) -> None:
        for scale in (next_scale(workload, shed=shed) for workload in workloads):
            if scale is None:
                continue
            try:
                self._cluster.scale(scale)
            except Forbidden as refusal:
                logger.warning("%s/%s is not scaled: %s", scale.workload.namespace, scale.workload.name, refusal)

    def _rescued(self, claim: Claim, workloads: Sequence[Workload]) -> list[Workload]:
        """The workloads that the move is about, their pods on dead nodes evicted."""
        moving = awaited(workloads, claim.state)
        for pod in (pod for workload in moving for pod in stranded(workload, _living(claim))):
            try:
                self._cluster.evict(pod)
            except Forbidden as refusal:
                logger.warning("%s/%s stays on %s: %s", pod.namespace, pod.name, pod.node, refusal)
        return moving

    def _too_late(self, claim: Claim, workloads: Sequence[Workload]) -> Reply:
        state = claim.state
        blamed = [workload for workload in workloads if is_to_blame(workload, state)]
        if not blamed:
            return self._conclude(claim, workloads)
        if in_the_way := obstacle(claim.nodes, state.node):
            return self._give_up(claim, FailureReason(in_the_way), words_for(in_the_way, state.node))
        why = trouble(blamed, state.targets)
        return self._give_up(claim, FailureReason(why.cause), why.clause)

    def _give_up(self, claim: Claim, reason: FailureReason, words: str) -> Reply:
        back = _way_back(claim)
        sentence = f"{words}; " + (f"the label is back on {back}." if back else "there is no node to go back to.")
        failure = Failure(reason=reason, sentence=sentence, undo=back is not None)
        return self._undo(
            self._save(claim, phase=Phase.UNDOING, sunny=back or claim.state.node, also=(), failure=failure),
        )

    def _let_go(self, claim: Claim, silent_since: datetime) -> Reply | None:
        """The others go on: nothing is rolled; what ran on the lost nodes is evicted, so that it starts on those."""
        state = claim.state
        lost = {name: why for name in state.also if (why := gone_or_silent(claim.nodes, name, silent_since))}
        if not lost:
            return None
        words = "; ".join(words_for(why, name) for name, why in lost.items())
        living = tuple(name for name in state.also if name not in lost)
        sentence = f"{words}; the work stays on {', '.join((state.node, *living))}."
        state = state.changed(
            phase=Phase.UNDOING,
            previous=state.node,
            also=living,
            started_at=self._clock(),
            parts=tuple(part.model_copy(update={"marks_before": {}}) for part in state.parts),
            failure=Failure(reason=FailureReason(next(iter(lost.values()))), sentence=sentence, undo=True),
            reply=None,
        )
        return self._undo(self._save(replace(claim, state=state)))

    def _undo(self, claim: Claim) -> Reply:
        state = claim.state
        if state.failure is not None and state.failure.undo:
            self.write_labels(plan_labels(claim.nodes, state.sunny_nodes, state.mark))
            self._restore(claim)
        else:
            self.write_labels(plan_repair(claim.nodes, state.sunny_nodes, state.mark))
        return self._finish(claim, failed(state, labels_with(claim.nodes, state.sunny_nodes), self._clock()))

    def _restore(self, claim: Claim) -> None:
        for workload in self._rescued(claim, self._cluster.workloads()):
            part = claim.state.part_of(workload)
            for roll in undo_rolls(workload, part.marks_before if part else {}):
                self._roll_back(roll)

    def _roll_back(self, roll: Roll) -> None:
        """What cannot be rolled back, say because a webhook died with the node, does not hold up the news that the move
        failed: the label is back, and the next move rolls it.
        """
        try:
            self._cluster.roll(roll)
        except (Forbidden, RetryLater) as refusal:
            logger.warning("%s/%s is not rolled back: %s", roll.workload.namespace, roll.workload.name, refusal)

    def _conclude(self, claim: Claim, workloads: Sequence[Workload]) -> Reply:
        state = claim.state
        moved = awaited(workloads, state)
        ended_at = last_ready(moved, state.started_at) if moved else self._clock()
        arrivals = {key_of(workload): ended_at for workload in moved if settled(workload, state.targets)}
        claim = replace(claim, state=with_moves(state, arrivals))
        return self._finish(claim, relabelled(state, labels_with(claim.nodes, state.sunny_nodes), moved, ended_at))

    def _finish(self, claim: Claim, data: NodeRelabelled | MoveFailed) -> Reply:
        phase = Phase.DONE if isinstance(data, NodeRelabelled) else Phase.FAILED
        self._save(claim, phase=phase, reply=data, concluded_by=claim.cause)
        reply = reply_of(claim.state, data)
        logger.info("%s: %s", reply.id, data.model_dump_json())
        return reply

    def _save(self, claim: Claim, **changes: object) -> Claim:
        state = claim.state.changed(**changes)
        return replace(claim, state=state, version=self._fence.write(state, claim.version))


def _living(claim: Claim) -> set[str]:
    return {node.name for node in claim.nodes if node.ready}


def _way_back(claim: Claim) -> str | None:
    """The former node, or one of those that shared the work, if it can take pods; where the new one is gone, the former
    also if it cannot: some node must be sunny.
    """
    state, nodes = claim.state, claim.nodes
    usable = [name for name in (state.previous, *state.also) if name and obstacle(nodes, name) is None]
    if usable:
        return usable[0]
    return state.previous if find(nodes, state.previous) and find(nodes, state.node) is None else None
