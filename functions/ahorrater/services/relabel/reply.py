"""What relabel answers when a move has ended."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ahorrater.contracts.events import (
    FailureReason,
    Labels,
    MoveFailed,
    NodeRelabelled,
    RelabelMode,
    WorkloadMove,
    WorkloadOutcome,
)
from ahorrater.domain.cluster import Workload
from ahorrater.domain.moves import settled
from ahorrater.services.relabel.ports import Reply
from ahorrater.services.relabel.state import Part, RelabelState, key_of


def reply_of(state: RelabelState, data: NodeRelabelled | MoveFailed) -> Reply:
    """The reply with the id that this move's reply always has."""
    verb = "relabelled" if isinstance(data, NodeRelabelled) else "failed"
    return Reply(f"{verb}-{state.mark}", data)


def relabelled(
    state: RelabelState,
    after: Labels,
    workloads: Iterable[Workload],
    ended_at: datetime,
    mode: RelabelMode = RelabelMode.APPLY,
) -> NodeRelabelled:
    """The move succeeded, or would."""
    outcome = WorkloadOutcome.MOVED if mode is RelabelMode.APPLY else WorkloadOutcome.WOULD_MOVE
    moves = workload_moves(state, workloads, outcome)
    return NodeRelabelled(
        epoch=state.epoch,
        mode=mode,
        node=state.node,
        previous=state.previous,
        labels_before=state.labels_before,
        labels_after=after,
        workloads=moves,
        pods_moved=sum(move.pods for move in moves if move.outcome is WorkloadOutcome.MOVED),
        duration_s=_seconds(state.started_at, ended_at),
    )


def failed(state: RelabelState, after: Labels, ended_at: datetime) -> MoveFailed:
    """The move failed, for the reason that the state keeps."""
    failure = state.failure
    undone = failure is not None and failure.undo
    return MoveFailed(
        epoch=state.epoch,
        node=state.node,
        previous=state.previous,
        reason=failure.reason if failure else FailureReason.PODS_NOT_READY,
        sentence=failure.sentence if failure else "",
        undone=undone,
        labels_before=state.labels_before,
        labels_after=after,
        workloads=tuple(_undone(part, undone=undone) for part in state.parts),
        duration_s=_seconds(state.started_at, ended_at),
    )


def workload_moves(
    state: RelabelState, workloads: Iterable[Workload], outcome: WorkloadOutcome
) -> tuple[WorkloadMove, ...]:
    """Each part's outcome; `why` says what is still missing of one that moved."""
    seen = {key_of(workload): workload for workload in workloads}
    return tuple(_moved(part, seen.get(part.key), state.targets, outcome) for part in state.parts)


def _moved(part: Part, workload: Workload | None, targets: Sequence[str], outcome: WorkloadOutcome) -> WorkloadMove:
    if part.skipped:
        return _outcome(part, WorkloadOutcome.SKIPPED, part.skipped)
    if workload is None:
        return _outcome(part, WorkloadOutcome.SKIPPED, "it was deleted during the move")
    if outcome is WorkloadOutcome.MOVED and not settled(workload, targets):
        there = sum(pod.ready_on(targets) for pod in workload.live_pods)
        return _outcome(part, outcome, f"{there} of {workload.replicas} pods are Ready on {', '.join(targets)}", there)
    return _outcome(part, outcome, None, len(workload.live_pods))


def _undone(part: Part, *, undone: bool) -> WorkloadMove:
    if part.skipped:
        return _outcome(part, WorkloadOutcome.SKIPPED, part.skipped)
    if not undone:
        return _outcome(part, WorkloadOutcome.MOVED, "its pods are not Ready")
    why = "the old pod template is back" if part.marks_before else "its pods start on the nodes that are left"
    return _outcome(part, WorkloadOutcome.UNDONE, why)


def _outcome(part: Part, outcome: WorkloadOutcome, why: str | None, pods: int | None = None) -> WorkloadMove:
    return WorkloadMove(
        kind=part.kind,
        namespace=part.namespace,
        name=part.name,
        outcome=outcome,
        pods=part.pods if pods is None else pods,
        why=why,
    )


def _seconds(started_at: datetime, ended_at: datetime) -> float:
    return max(0.0, (ended_at - started_at).total_seconds())
