"""A decision and the controller's state: what is remembered between two decisions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ahorrater.domain.operating_rules import Night
from ahorrater.domain.parks import Freshness, Park


class Reason(StrEnum):
    """Why the chosen node is the chosen node."""

    FIRST_CHOICE = "first-choice"
    HIGHEST_MEAN = "highest-mean"
    BETTER_NODE = "better-node"
    PRESENT_FAILING = "present-failing"
    PRESENT_SILENT = "present-silent"
    PRESENT_DOUBTED = "present-doubted"
    MOVE_FAILED = "move-failed"
    EPOCH_PASSED = "epoch-passed"
    SPREAD = "spread"
    ALREADY_BEST = "already-best"
    ENOUGH_POWER = "enough-power"
    WITHIN_MARGIN = "within-margin"
    COST_NOT_RECOVERED = "cost-not-recovered"
    HOLDING = "holding"
    MINIMUM_STAY = "minimum-stay"
    BUDGET_SPENT = "budget-spent"
    NIGHT = "night"
    NIGHT_PARKED = "night-parked"
    NIGHT_SHED = "night-shed"
    POWER_AGAIN = "power-again"
    ALL_STALE = "all-stale"
    HEARD_AGAIN = "heard-again"
    NOTHING_KNOWN = "nothing-known"


class MoveKind(StrEnum):
    """What a pending move waits for: a better node is taken calmly, a failing one left quickly."""

    BETTER = "better"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Pending:
    """A move that happens at `fires_at` unless its condition breaks before."""

    node: str
    kind: MoveKind
    since: datetime
    fires_at: datetime


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a decision knew of one park. Powers in W, age in s; None is unknown, never zero.

    `quarantine`: why its sensor is not believed.
    """

    node: str
    freshness: Freshness
    age_s: float | None
    power_w: float | None
    score_w: float | None
    battery_soc: float | None = None
    quarantine: str | None = None

    @classmethod
    def of(cls, park: Park, score_w: float, now: datetime, stale_after: timedelta) -> "Numbers":
        """The numbers of a park whose score under the policy is `score_w`."""
        freshness = park.freshness(now, stale_after)
        age = park.age(now)
        if age is None:
            return cls(park.node, freshness, None, None, None)
        return cls(park.node, freshness, age.total_seconds(), park.power_w, score_w, park.battery_soc, park.quarantine)


@dataclass(frozen=True, slots=True)
class Gain:
    """What a move brings, its cost taken off, against staying, over the time that it was looked ahead; Wh."""

    wh: float
    over: timedelta


@dataclass(frozen=True, slots=True)
class Decision:
    """What choose-node concluded, and why. `epoch` numbers the choices: it grows when `chosen` changes, and when the
    choice has to be told anew though it is the same (`renewed`).

    `expected_gain`: of a move away from a park that is believed, what it should bring. `also`: who shares the work with
    the chosen node, best first.
    """

    epoch: int
    decided_at: datetime
    policy: str
    chosen: str | None
    previous: str | None
    reason: Reason
    sentence: str
    parks: tuple[Numbers, ...] = ()
    pending: Pending | None = None
    expected_gain: Gain | None = None
    renewed: bool = False
    also: tuple[str, ...] = ()

    @property
    def begins(self) -> bool:
        """Whether it begins an epoch."""
        return self.moved or self.renewed

    @property
    def shed(self) -> bool:
        """Whether the workloads that may be stopped are to stop until there is power again."""
        return self.reason is Reason.NIGHT_SHED

    @property
    def moved(self) -> bool:
        """Whether another node becomes the sunny one."""
        return self.chosen != self.previous

    @property
    def held(self) -> bool:
        """Whether it is news that nothing moves: every park fell silent, or the first is heard again."""
        return self.reason in {Reason.ALL_STALE, Reason.HEARD_AGAIN}


@dataclass(frozen=True, slots=True)
class ControllerState:
    """What choose-node remembers. Moments are absolute, so that a restart changes no deadline.

    `margin_since`: since when, without a break, another node has been better by the margin.
    `failing_since`: since when, without a break, the present node has been failing as well.
    `barred`: nodes a move to which failed, each with the moment until which it is not chosen.
    `silent`: every park was silent at the last decision.
    `moved_at`: when the work moved in the last 24 hours, where that is counted.
    `night`: what became of the work because nobody has sun; None by day.
    `also`: who shares the work with the chosen node, best first. `joins_since`, `leaves_since`: since when, without a
    break, another is needed, or one of them is not.
    `confirmed_epoch`: the newest epoch that relabel has said it applied.
    """

    epoch: int = 0
    chosen: str | None = None
    chosen_since: datetime | None = None
    margin_since: datetime | None = None
    failing_since: datetime | None = None
    barred: dict[str, datetime] = field(default_factory=dict)
    silent: bool = False
    confirmed_epoch: int = 0
    moved_at: tuple[datetime, ...] = ()
    night: Night | None = None
    also: tuple[str, ...] = ()
    joins_since: datetime | None = None
    leaves_since: datetime | None = None


Concluded = tuple[Decision, ControllerState]
"""What was decided, and what is remembered from now on."""
