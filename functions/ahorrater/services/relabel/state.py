"""The fence's document: which decision acts, how far it got, and how to undo it."""

import operator
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ahorrater.contracts.base import Contract, Epoch, NodeName, UtcDatetime
from ahorrater.contracts.events import FailureReason, Labels, MoveFailed, NodeRelabelled, WorkloadKind
from ahorrater.domain.cluster import SUNNY, Deployment, StatefulSet, Workload
from ahorrater.domain.stays import of_a_day


class Phase(StrEnum):
    """How far the move is."""

    LABELLING = "labelling"
    MOVING = "moving"
    UNDOING = "undoing"
    DONE = "done"
    FAILED = "failed"


class Verdict(StrEnum):
    """What to do about a decision that arrives."""

    TAKE_OVER = "take-over"
    RESUME = "resume"
    REPLAY = "replay"
    OUTDATED = "outdated"
    IGNORE = "ignore"


class Part(Contract):
    """One workload's part in the move. `marks_before`: what undoing puts back into each of its pod templates."""

    kind: WorkloadKind
    namespace: str
    name: str
    pods: Annotated[int, Field(ge=0)]
    ready_before: Annotated[int, Field(ge=0)] = 0
    marks_before: dict[str, str | None] = Field(default_factory=dict)
    skipped: str | None = None

    @property
    def key(self) -> str:
        """What tells workloads apart."""
        return f"{self.kind}/{self.namespace}/{self.name}"


class Failure(Contract):
    """Why the move is being undone; with `undo` false there is nothing to go back to."""

    reason: FailureReason
    sentence: str
    undo: bool


BY_HAND = "manual#"
"""How the cause of a move begins that people asked for."""


class RelabelState(Contract):
    """One move, kept from its claim to the next.

    `epoch`: the decision that acts; `manual`: how often people moved the label since. `node`: the target; `also`: those
    that share the work with it. `shed`: what may be stopped is to stop. `previous`: the node to go back to, `node`
    itself where only others should have joined it. `sunny`: where the label belongs now. `deadline`: when a move that
    makes no progress has failed; `arrived` is the progress. `moved_at`: when each workload was moved in the last 24
    hours. `cause`, `concluded_by`: the events that began and ended it, whose redelivery is answered with the same
    `reply`.
    """

    version: Literal[1] = 1
    epoch: Epoch
    manual: Annotated[int, Field(ge=0)] = 0
    phase: Phase
    node: NodeName
    previous: NodeName | None
    sunny: NodeName | None
    started_at: UtcDatetime
    deadline: UtcDatetime
    labels_before: Labels
    parts: tuple[Part, ...] = ()
    arrived: Annotated[int, Field(ge=0)] = 0
    moved_at: dict[str, tuple[UtcDatetime, ...]] = Field(default_factory=dict)
    failure: Failure | None = None
    cause: str
    concluded_by: str | None = None
    reply: NodeRelabelled | MoveFailed | None = None
    also: Annotated[tuple[NodeName, ...], Field(exclude_if=operator.not_)] = ()
    shed: Annotated[bool, Field(exclude_if=operator.not_)] = False

    @property
    def targets(self) -> tuple[str, ...]:
        """Where the work is to be, best first."""
        return (self.node, *self.also)

    @property
    def sunny_nodes(self) -> tuple[str, ...]:
        """Where the label belongs now, best first."""
        if self.sunny == self.node:
            return self.targets
        return (self.sunny,) if self.sunny else ()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.phase in {Phase.DONE, Phase.FAILED}

    @property
    def mark(self) -> str:
        """Marks the nodes labelled and the Deployments rolled for this move: `7`, or `7.2` when people moved it."""
        return f"{self.epoch}.{self.manual}" if self.manual else str(self.epoch)

    def judge(self, epoch: int, node: str) -> Verdict:
        """What the decision of that epoch for `node` means here.

        Where people moved the label since, its repetition is answered with what they did.
        """
        if epoch > self.epoch:
            return Verdict.TAKE_OVER
        if epoch < self.epoch or (not self.manual and node != self.node):
            return Verdict.OUTDATED
        if not self.finished:
            return Verdict.IGNORE if self.manual else Verdict.RESUME
        return Verdict.REPLAY

    @property
    def untold(self) -> bool:
        """Whether a move by hand has ended within its own request: no event has told of it yet."""
        return self.concluded_by is not None and self.concluded_by.startswith(BY_HAND)

    def answers(self, cause: str) -> bool:
        """Whether `reply` was the answer to that event."""
        return cause in {self.cause, self.concluded_by}

    def part_of(self, workload: Workload) -> Part | None:
        """The workload's part, if it has one."""
        return next((part for part in self.parts if part.key == key_of(workload)), None)

    def changed(self, **changes: object) -> "RelabelState":
        """A copy with other values, validated."""
        return RelabelState.model_validate({**dict(self), **changes})


def kind_of(workload: Workload) -> WorkloadKind:
    """What kind of workload it is."""
    if isinstance(workload, Deployment):
        return WorkloadKind.DEPLOYMENT
    return WorkloadKind.STATEFUL_SET if isinstance(workload, StatefulSet) else WorkloadKind.KNATIVE_SERVICE


def key_of(workload: Workload) -> str:
    """What tells workloads apart."""
    return f"{kind_of(workload)}/{workload.namespace}/{workload.name}"


def with_moves(state: RelabelState, arrivals: Mapping[str, datetime]) -> RelabelState:
    """The state that remembers these moves. Of older ones it keeps those of 24 hours, and each workload's last."""
    moved_at = {key: _recent(moments, state.started_at) for key, moments in state.moved_at.items()}
    added = {key: (*moved_at.get(key, ()), moment) for key, moment in arrivals.items()}
    return state.changed(moved_at=moved_at | added)


def _recent(moments: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    return of_a_day(moments, now) or tuple(moments[-1:])


def settled_node(before: RelabelState | None, carriers: Sequence[str], target: str) -> str | None:
    """The node to go back to should the move to `target` fail.

    While a move is under way that is where it would go back to, not where it is going. Otherwise who carries the label;
    where nobody does, who should; the target itself where it is the one already, and others join or leave it.
    """
    if before is not None and not before.finished and before.previous != target:
        return before.previous
    if before is not None and before.sunny == target and target in carriers:
        return target
    others = [name for name in carriers if name != target]
    last = before.sunny if before is not None and before.sunny != target else None
    return last if last in others or not others else others[0]


def begin(  # noqa: PLR0913 -- a move's whole beginning
    before: RelabelState | None,
    *,
    epoch: int,
    manual: int,
    node: str,
    labels: Labels,
    cause: str,
    now: datetime,
    deadline: datetime,
    also: tuple[str, ...] = (),
    shed: bool = False,
) -> RelabelState:
    """The state with which a move claims the fence. It keeps what an unfinished one before it would have undone."""
    unfinished = before is not None and not before.finished
    carriers = sorted(name for name, value in labels.items() if value == SUNNY)
    return RelabelState(
        epoch=epoch,
        manual=manual,
        phase=Phase.LABELLING,
        node=node,
        previous=settled_node(before, carriers, node),
        sunny=node,
        started_at=now,
        deadline=deadline,
        labels_before=labels,
        parts=before.parts if before is not None and unfinished else (),
        moved_at=before.moved_at if before is not None else {},
        cause=cause,
        also=also,
        shed=shed,
    )
