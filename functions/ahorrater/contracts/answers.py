"""What energy-query and cluster-query answer: the shapes that the dashboard and people's programs rely on."""

import operator
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ahorrater.contracts.base import Contract, Epoch, NodeName, UtcDatetime
from ahorrater.contracts.events import DeviceStatus, ParkNumbers, PendingMove, WorkloadMove
from ahorrater.contracts.readings import StateOfCharge
from ahorrater.domain.decision import Reason
from ahorrater.domain.parks import Freshness


class PanelNow(Contract):
    """The latest reading of one park (the original's `getValuesPlacas`, with its age and state)."""

    node: NodeName
    current_a: float
    voltage_v: float
    power_w: float
    battery_soc: StateOfCharge | None
    overflow: bool
    measured_at: UtcDatetime
    age_s: float
    freshness: Freshness
    device: DeviceStatus | None


class ParkCondition(StrEnum):
    """What can be said of a park: what its device said of itself last, where that is newer than its last reading, else
    how old that reading is. Missing: a device that never sent any.
    """

    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    SLEEPING = "sleeping"
    MISSING = "missing"


class HealthFlag(StrEnum):
    """What a panel's power over clear hours says of it."""

    OK = "ok"
    SOILING = "soiling"
    SHADE = "shade"
    FAILURE = "failure"
    UNKNOWN = "unknown"


class PanelHealth(Contract):
    """The flag, and what it was concluded from."""

    flag: HealthFlag
    evidence: str


class Quarantine(Contract):
    """Why and since when the sensor of a park is not believed."""

    cause: str
    since: UtcDatetime | None


class ForecastPoint(Contract):
    """What is expected of a park at a moment, W."""

    at: UtcDatetime
    power_w: float


class ParkNow(Contract):
    """One park now, and what is expected of it.

    Null: all that a missing park would have measured; `expected_w` (now) and `forecast` (the coming two hours) until
    its sky has been seen for a day; `health` and `quarantine` where there is nothing to say.
    """

    node: NodeName
    state: ParkCondition
    power_w: float | None
    voltage_v: float | None
    current_a: float | None
    battery_soc: StateOfCharge | None
    measured_at: UtcDatetime | None
    age_s: float | None
    expected_w: float | None
    forecast: tuple[ForecastPoint, ...] | None
    health: PanelHealth | None = None
    quarantine: Quarantine | None = None


class PanelMeans(Contract):
    """The means of the last `samples` readings of one park (the original's `getMediaValuesPlacas`)."""

    node: NodeName
    current_a: float
    voltage_v: float
    power_w: float
    smoothed_power_w: float
    samples: int
    measured_at: UtcDatetime
    freshness: Freshness


class HistoryPoint(Contract):
    """The readings of one park in one interval that begins at `at`: means, W, V and A."""

    at: UtcDatetime
    power_w: float
    voltage_v: float
    current_a: float
    readings: Annotated[int, Field(ge=1)]


class History(Contract):
    """The readings of one park, folded into intervals of `step_s`."""

    node: NodeName
    since: UtcDatetime
    until: UtcDatetime
    step_s: int
    points: tuple[HistoryPoint, ...]


class DecisionEntry(Contract):
    """One row of the decisions ledger. Alike decisions not to move, one after another, are one row of `repeats`.

    Of a move: `applied_at`, when relabel said that the work is there; null where it never was (recommended, vetoed,
    failed). `expected_gain_wh`, where its policy expected something: against staying, net of its cost, until
    `gain_until`. If it was carried out, `realised_gain_wh`: what it did bring in as much time, or until the next move,
    once that has come.

    `also`: who shares the work with `chosen`, best first.
    """

    id: int
    epoch: Epoch
    decided_at: UtcDatetime
    last_at: UtcDatetime
    repeats: int
    policy: str
    chosen: NodeName | None
    previous: NodeName | None
    moved: bool
    reason: Reason
    sentence: str
    parks: tuple[ParkNumbers, ...]
    pending: PendingMove | None
    applied_at: UtcDatetime | None = None
    expected_gain_wh: float | None = None
    gain_until: UtcDatetime | None = None
    realised_gain_wh: float | None = None
    also: Annotated[tuple[NodeName, ...], Field(exclude_if=operator.not_)] = ()


class MoveOutcome(StrEnum):
    """What became of a move. Undone: it failed, and the label is back where it was."""

    MOVED = "moved"
    FAILED = "failed"
    UNDONE = "undone"
    RECOMMENDED = "recommended"


class MoveEntry(Contract):
    """One row of the moves ledger: what relabel did, because of a decision or by hand.

    `at`: when it was told to have ended, `duration_s` after it began. `pods_moved`: pods that became Ready on `node`.
    Both null for moves that are older than this ledger. `why`: what went wrong, where something did. `also`: who
    shares the work with `node`, by name.
    """

    epoch: Epoch
    node: NodeName
    previous: NodeName | None
    at: UtcDatetime
    duration_s: Annotated[float, Field(ge=0)] | None
    pods_moved: Annotated[int, Field(ge=0)] | None
    outcome: MoveOutcome
    why: str | None
    workloads: tuple[WorkloadMove, ...]
    also: Annotated[tuple[NodeName, ...], Field(exclude_if=operator.not_)] = ()


class DayEnergy(Contract):
    """One UTC day's account, Wh: PV energy that served the workloads by node, minus the cost of moves, against having
    stayed all day where the day began. Nodes that share the work serve together what it needs, the best one first, and
    each change of who they are is a move. `saved_co2_kg`: what the net energy would have emitted, taken from the grid.

    `needed_wh`: what the workloads needed while parks were heard, and `renewable_share`, how much of it the sun gave
    (0 to 1); null where nobody has said what the workloads need.
    """

    day: date
    served_wh: dict[NodeName, float]
    moves: Annotated[int, Field(ge=0)]
    move_cost_wh: float
    net_wh: float
    stay_put_wh: float
    gain_wh: float
    saved_co2_kg: float
    needed_wh: float | None = None
    renewable_share: Annotated[float, Field(ge=0, le=1)] | None = None


class DeadLetter(Contract):
    """Something that could not be taken, kept whole, with the reason."""

    id: int
    received_at: UtcDatetime
    event_id: str
    event_source: str
    event_type: str
    reason: str
    data: str


class NodeInfo(Contract):
    """A node of the cluster."""

    name: NodeName
    ready: bool
    sunny: bool
    roles: tuple[str, ...]
    schedulable: bool


class SunnyNode(Contract):
    """The node that carries `sunny=1`; null where none does. `also`: those that carry it beside the best one."""

    node: NodeName | None
    also: Annotated[tuple[NodeName, ...], Field(exclude_if=operator.not_)] = ()


class PodInfo(Contract):
    """A pod and where it runs."""

    namespace: str
    name: str
    node: NodeName | None
    phase: str
    ready: bool
    follows_sun: bool


class NodeMetrics(Contract):
    """What a node uses, by metrics-server, beside what it has. CPU in cores, memory in bytes."""

    node: NodeName
    at: UtcDatetime
    cpu_cores: float
    cpu_capacity_cores: float
    memory_bytes: int
    memory_capacity_bytes: int
