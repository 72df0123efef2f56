"""The events of AhorraTER: CloudEvents 1.0 whose data are these models."""

import operator
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ahorrater.contracts.base import MAX_EPOCH, BootNumber, Contract, Epoch, NodeName, UtcDatetime
from ahorrater.contracts.readings import Reading, StateOfCharge
from ahorrater.domain.cluster import SUNNY
from ahorrater.domain.decision import MoveKind, Reason
from ahorrater.domain.epochs import LEAP

MAX_FURTHER_NODES = 9
MAX_READINGS = 5_000
"""Readings in one event: about 1 MB of JSON, which every broker takes."""


class EventData(Contract):
    """The data of one event type."""

    TYPE: ClassVar[str]


class ReadingReceived(EventData):
    """One reading or many: whatever arrived while the last event was under way."""

    TYPE: ClassVar[str] = "es.ahorrater.reading.received.v1"
    # The first bad one ends it: telling all that is wrong with a hundred thousand takes 250 times the room of the body.
    readings: Annotated[tuple[Reading, ...], Field(min_length=1, max_length=MAX_READINGS, fail_fast=True)]


class Rejection(Contract):
    """A reading that was not stored, and why. `index` is its place in the event."""

    index: Annotated[int, Field(ge=0)]
    reason: str


class ReadingStored(EventData):
    """What became of the readings of one event."""

    TYPE: ClassVar[str] = "es.ahorrater.reading.stored.v1"
    nodes: tuple[NodeName, ...]
    stored: Annotated[int, Field(ge=0)]
    duplicates: Annotated[int, Field(ge=0)]
    rejected: Annotated[int, Field(ge=0)]
    rejections: tuple[Rejection, ...] = ()


class ReadingRejected(EventData):
    """Something that came by MQTT and is no reading. `payload` is what came, as text, cut to 4 KiB."""

    TYPE: ClassVar[str] = "es.ahorrater.reading.rejected.v1"
    topic: str
    payload: Annotated[str, Field(max_length=4096)]
    reason: str
    received_at: UtcDatetime


class DeviceStatus(StrEnum):
    """What a device, or its last will, says of itself."""

    ONLINE = "online"
    OFFLINE = "offline"
    SLEEPING = "sleeping"


class StatusMessage(Contract):
    """The payload of `ahorrater/v1/<node>/status` (retained; the last will says `offline`)."""

    status: DeviceStatus
    boot: BootNumber


class ParkStatus(EventData):
    """A park's device came, went or sleeps."""

    TYPE: ClassVar[str] = "es.ahorrater.park.status.v1"
    node: NodeName
    status: DeviceStatus
    boot: BootNumber
    at: UtcDatetime


class ClockTick(EventData):
    """A minute hand: nothing but the event's own time."""

    TYPE: ClassVar[str] = "es.ahorrater.clock.tick.v1"


class DigestDue(EventData):
    """It may be time for the daily digest: asked every hour, so that a missed one is made up for."""

    TYPE: ClassVar[str] = "es.ahorrater.digest.due.v1"


class HealthDue(EventData):
    """It may be time to look at the panels: asked every hour, so that a missed day is made up for."""

    TYPE: ClassVar[str] = "es.ahorrater.health.due.v1"


class RetentionDue(EventData):
    """It is time to roll up readings and to delete the old ones."""

    TYPE: ClassVar[str] = "es.ahorrater.retention.due.v1"


class FuelRefresh(EventData):
    """It is time to fetch the fuel prices."""

    TYPE: ClassVar[str] = "es.ahorrater.fuel.refresh.v1"


class FuelRejection(Contract):
    """Why something of a snapshot was not taken, and how often."""

    reason: str
    count: Annotated[int, Field(ge=1)]


class FuelRefreshed(EventData):
    """What became of a snapshot of the fuel prices, taken at `moment`.

    `version` is that of the stored prices from now on; null: this snapshot was loaded before and nothing was written.
    """

    TYPE: ClassVar[str] = "es.ahorrater.fuel.refreshed.v1"
    moment: UtcDatetime
    origin: Literal["live", "history", "file", "sample"]
    version: Annotated[int, Field(ge=1)] | None
    stations: Annotated[int, Field(ge=0)]
    prices: Annotated[int, Field(ge=0)]
    prices_changed: Annotated[int, Field(ge=0)]
    stations_new: Annotated[int, Field(ge=0)]
    stations_altered: Annotated[int, Field(ge=0)]
    stations_missing: Annotated[int, Field(ge=0)]
    positions_doubtful: Annotated[int, Field(ge=0)]
    unknown_products: tuple[str, ...] = ()
    rejected: Annotated[int, Field(ge=0)]
    rejections: tuple[FuelRejection, ...] = ()
    duration_s: Annotated[float, Field(ge=0)]


class ParkNumbers(Contract):
    """The numbers of one park that a decision used. Powers in W, age in s. `quarantine`: why its sensor is not believed
    and the park not chosen.
    """

    node: NodeName
    freshness: Literal["fresh", "stale", "missing"]
    age_s: float | None
    power_w: float | None
    score_w: float | None
    battery_soc: StateOfCharge | None = None
    quarantine: str | None = None


class PendingMove(Contract):
    """A move that happens at `fires_at` unless its condition breaks before."""

    node: NodeName
    kind: MoveKind
    since: UtcDatetime
    fires_at: UtcDatetime


class DecisionData(EventData):
    """A Decision as an event tells it. `also`: further sunny nodes, best first. `shed`: what may be stopped is to stop.
    Both are left out where they say nothing: who was there before them reads the rest.
    """

    epoch: Epoch
    decided_at: UtcDatetime
    policy: str
    chosen: NodeName
    previous: NodeName | None
    reason: Reason
    sentence: str
    parks: tuple[ParkNumbers, ...]
    pending: PendingMove | None = None
    also: Annotated[tuple[NodeName, ...], Field(max_length=MAX_FURTHER_NODES, exclude_if=operator.not_)] = ()
    shed: Annotated[bool, Field(exclude_if=operator.not_)] = False


class NodeChosen(DecisionData):
    """Another node becomes the sunny one, or others share the work with it, or it stops or resumes. Repeated, with the
    same epoch, until relabel has said that it is done.
    """

    TYPE: ClassVar[str] = "es.ahorrater.node.chosen.v1"


class ChoiceOutdated(EventData):
    """relabel will not act on choice `epoch`: it knows of a newer one, `newest`. A choose-node that still believes in
    its choice numbers it anew, above that; a mere latecomer is of no concern.
    """

    TYPE: ClassVar[str] = "es.ahorrater.choice.outdated.v1"
    epoch: Epoch
    newest: Annotated[int, Field(ge=0, le=MAX_EPOCH - LEAP)]


class NodeHeld(DecisionData):
    """The sunny node stays because every park fell silent (`all-stale`), or the first is heard again."""

    TYPE: ClassVar[str] = "es.ahorrater.node.held.v1"


class WorkloadKind(StrEnum):
    """What follows the sun."""

    DEPLOYMENT = "Deployment"
    KNATIVE_SERVICE = "Service.serving.knative.dev"
    STATEFUL_SET = "StatefulSet"


class WorkloadOutcome(StrEnum):
    """What became of one workload in a move."""

    MOVED = "moved"
    SKIPPED = "skipped"
    WOULD_MOVE = "would-move"
    UNDONE = "undone"


class WorkloadMove(Contract):
    """One workload's part in a move. `why` explains everything but a plain `moved`."""

    kind: WorkloadKind
    namespace: str
    name: str
    outcome: WorkloadOutcome
    pods: Annotated[int, Field(ge=0)]
    why: str | None = None


class RelabelMode(StrEnum):
    """Whether relabel acts or only says what it would do."""

    APPLY = "apply"
    RECOMMEND_ONLY = "recommend-only"


Labels = dict[NodeName, str | None]
"""Node -> the value of its `sunny` label, null where it has none."""


class NodeRelabelled(EventData):
    """The sunny label and the workloads are where the decision wanted them (or would be, in `recommend-only`)."""

    TYPE: ClassVar[str] = "es.ahorrater.node.relabelled.v1"
    epoch: Epoch
    mode: RelabelMode
    node: NodeName
    previous: NodeName | None
    labels_before: Labels
    labels_after: Labels
    workloads: tuple[WorkloadMove, ...]
    pods_moved: Annotated[int, Field(ge=0)]
    duration_s: Annotated[float, Field(ge=0)]

    @property
    def also(self) -> tuple[str, ...]:
        """Who carries the label beside `node`, by name."""
        return tuple(sorted(node for node, label in self.labels_after.items() if label == SUNNY and node != self.node))


class FailureReason(StrEnum):
    """Why a move failed."""

    NODE_NOT_FOUND = "node-not-found"
    NODE_NOT_READY = "node-not-ready"
    NO_ROOM = "no-room"
    PODS_PENDING = "pods-pending"
    PODS_NOT_READY = "pods-not-ready"


class MoveFailed(EventData):
    """A move that did not succeed; with `undone` the label is back where it was."""

    TYPE: ClassVar[str] = "es.ahorrater.move.failed.v1"
    epoch: Epoch
    node: NodeName
    previous: NodeName | None
    reason: FailureReason
    sentence: str
    undone: bool
    labels_before: Labels
    labels_after: Labels
    workloads: tuple[WorkloadMove, ...]
    duration_s: Annotated[float, Field(ge=0)]


EVENTS: tuple[type[EventData], ...] = (
    ReadingReceived,
    ReadingStored,
    ReadingRejected,
    ParkStatus,
    ClockTick,
    NodeChosen,
    NodeHeld,
    ChoiceOutdated,
    NodeRelabelled,
    MoveFailed,
    DigestDue,
    HealthDue,
    RetentionDue,
    FuelRefresh,
    FuelRefreshed,
)
