"""What there is to tell people, and whether it is news: events come more than once and out of order."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from ahorrater.domain.decision import Reason
from ahorrater.domain.epochs import is_newer


@dataclass(frozen=True, slots=True)
class Chosen:
    """Another node is the sunny one. Powers in W, None is unknown; `stayed_s`: how long the previous one was sunny."""

    node: str
    previous: str | None
    reason: Reason
    power_w: float | None = None
    previous_power_w: float | None = None
    stayed_s: float | None = None
    kind: Literal["chosen"] = "chosen"


@dataclass(frozen=True, slots=True)
class Silence:
    """No park says anything, so that `node` stays the sunny one; or, if `over`, parks speak again."""

    node: str
    over: bool
    kind: Literal["silence"] = "silence"


@dataclass(frozen=True, slots=True)
class Relabelled:
    """The label and the workloads are at `node` and those that share the work (`also`), or would be if this were not a
    recommendation only.
    """

    node: str
    previous: str | None
    recommended_only: bool
    pods_moved: int
    duration_s: float
    epoch: int | None = None
    also: tuple[str, ...] = ()
    kind: Literal["relabelled"] = "relabelled"


@dataclass(frozen=True, slots=True)
class Failed:
    """A move to `node` failed; if `undone` the label is back at `previous`, which is `node` itself where it was another
    that could not share its work. `reason` is a code.
    """

    node: str
    previous: str | None
    reason: str
    undone: bool
    duration_s: float
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Contact:
    """The device of the park of `node` was lost, or is back after `away_s`."""

    node: str
    lost: bool
    away_s: float | None = None
    kind: Literal["contact"] = "contact"


@dataclass(frozen=True, slots=True)
class Digest:
    """A UTC day's account. Wh; `gain_wh` is against having stayed put; `share`: of what the work needed, 0..1."""

    day: date
    moves: int
    net_wh: float
    gain_wh: float
    saved_co2_kg: float
    share: float | None = None
    kind: Literal["digest"] = "digest"


News = Chosen | Silence | Relabelled | Failed | Contact | Digest


@dataclass(frozen=True, slots=True)
class Choice:
    """What one decision says. Powers in W, None is unknown."""

    epoch: int
    decided_at: datetime
    node: str
    previous: str | None
    reason: Reason
    power_w: float | None
    previous_power_w: float | None

    @property
    def parks_silent(self) -> bool:
        """Whether the last choice only holds for want of readings."""
        return self.reason is Reason.ALL_STALE

    @property
    def moves(self) -> bool:
        """Whether another node becomes the sunny one."""
        return self.node != self.previous


@dataclass(frozen=True, slots=True)
class ToldChoice:
    """The choice that people know: its epoch, and since when its node is the sunny one."""

    epoch: int
    node: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ToldSilence:
    """Whether people think that all parks are silent, by the latest decision heard."""

    silent: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ToldEpoch:
    """The highest epoch that people know the outcome of."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ToldDay:
    """The newest day that people were told the account of."""

    day: date


@dataclass(frozen=True, slots=True)
class ToldContact:
    """Whether people think that a park's device is lost, since when, and the latest status heard of it."""

    lost: bool
    since: datetime
    boot: int
    heard_at: datetime


def judge_choice(told: ToldChoice | None, heard: Choice, now: datetime) -> tuple[ToldChoice, Chosen | None] | None:
    """News if its epoch is higher than any told: a choice is repeated until it is confirmed. That the same node is
    chosen anew is remembered, not told.
    """
    if not is_newer(heard.epoch, told.epoch if told else -1, now):
        return None
    if told is not None and not heard.moves:
        return replace(told, epoch=heard.epoch), None
    stayed_s = None
    if told is not None and told.node == heard.previous:
        stayed_s = max(0.0, (heard.decided_at - told.since).total_seconds())
    news = Chosen(heard.node, heard.previous, heard.reason, heard.power_w, heard.previous_power_w, stayed_s)
    return ToldChoice(heard.epoch, heard.node, heard.decided_at), news


def judge_silence(told: ToldSilence | None, heard: Choice) -> tuple[ToldSilence, Silence | None] | None:
    """News if all parks fell silent, or are heard again, by a decision later than any heard.

    That they are heard again is not said of a decision that moves: that one is told itself.
    """
    if told is not None and heard.decided_at <= told.decided_at:
        return None
    now = ToldSilence(heard.parks_silent, heard.decided_at)
    if heard.parks_silent == (told is not None and told.silent) or (heard.moves and not heard.parks_silent):
        return now, None
    return now, Silence(heard.node, over=not heard.parks_silent)


def judge_epoch(told: ToldEpoch | None, epoch: int, now: datetime) -> ToldEpoch | None:
    """News if the epoch is higher than any told."""
    return ToldEpoch(epoch) if is_newer(epoch, told.epoch if told else -1, now) else None


def judge_day(told: ToldDay | None, digest: Digest) -> tuple[ToldDay, Digest] | None:
    """News if its day is later than any told."""
    return (ToldDay(digest.day), digest) if told is None or digest.day > told.day else None


def judge_contact(
    told: ToldContact | None, node: str, *, lost: bool, boot: int, at: datetime
) -> tuple[ToldContact, Contact | None] | None:
    """News if a park is lost that was not, or is back. That one is there at first sight is none.

    The last will of an earlier boot may come after the device is back: it says nothing about the present one.
    """
    if told is None:
        return ToldContact(lost, at, boot, at), Contact(node, lost=True) if lost else None
    if at <= told.heard_at or (lost and boot < told.boot):
        return None
    if lost == told.lost:
        return replace(told, boot=boot, heard_at=at), None
    away_s = (at - told.since).total_seconds() if told.lost else None
    return ToldContact(lost, at, boot, at), Contact(node, lost, away_s)
