"""What the bot needs of the outside: the functions, a memory that survives restarts, and chats."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ahorrater.contracts.answers import DayEnergy, DecisionEntry, History, NodeInfo, NodeMetrics, ParkNow, SunnyNode
from ahorrater.contracts.control import Control
from ahorrater.contracts.fuel import Names, Offer, StationInfo
from ahorrater.domain.wording import Language
from ahorrater.services.notify.ports import Messenger


class Energy(Protocol):
    """energy-query. Every method may raise RetryLater."""

    def parks(self) -> Sequence[ParkNow]:
        """Every park now."""

    def histories(self, since: datetime, until: datetime, step_s: int) -> Sequence[History]:
        """What every park gave, in intervals of `step_s`."""

    def latest_decision(self, *, moved: bool = False) -> DecisionEntry | None:
        """The newest decision, or the newest that moved."""

    def day(self, day: date) -> DayEnergy | None:
        """The account of a UTC day."""


class Nodes(Protocol):
    """cluster-query. Every method may raise RetryLater."""

    def sunny(self) -> SunnyNode:
        """The node that carries the label, and those that share its work."""

    def nodes(self) -> Sequence[NodeInfo]:
        """Every node."""

    def metrics(self) -> Sequence[NodeMetrics]:
        """What each node uses."""


class Steering(Protocol):
    """relabel. Every method may raise RetryLater, NotFound or Refused."""

    def show(self) -> Control:
        """How relabel is steered."""

    def pause(self) -> Control:
        """No decision is acted on from now on."""

    def resume(self) -> Control:
        """Decisions are acted on again."""

    def approve(self, epoch: int) -> Control:
        """The decision that waits is acted on."""

    def veto(self, epoch: int) -> Control:
        """The decision that waits is not acted on."""


class Fuel(Protocol):
    """fuel-query. Every method may raise RetryLater or NotFound."""

    def municipalities(self) -> Names:
        """Number -> name of every municipality."""

    def provinces(self) -> Names:
        """Number -> name of every province."""

    def station(self, number: int) -> StationInfo:
        """One station."""

    def cheapest(self, product: str, limit: int, **place: int) -> Sequence[Offer]:
        """Who sells it for least in a `municipio` or a `provincia`."""

    def nearest(self, product: str, limit: int, latitude: float, longitude: float) -> Sequence[Offer]:
        """Who sells it nearest to a point, degrees."""


class Languages(Protocol):
    """Each chat's language. May raise RetryLater."""

    def language(self, chat: str) -> Language | None:
        """What the chat has chosen, if it has."""

    def choose_language(self, chat: str, language: Language) -> None:
        """Remembers it."""


class Turn(StrEnum):
    """Whose turn an update is."""

    OURS = "ours"
    DONE = "done"
    BUSY = "busy"
    GIVEN_UP = "given-up"


class Updates(Protocol):
    """Which updates were answered. Every method may raise RetryLater."""

    def claim(self, update: int, now: datetime, until: datetime) -> Turn:
        """Ours until `until`; or done, or somebody else's for now, or tried too often."""

    def finish(self, update: int, now: datetime) -> None:
        """It is answered, once and for all."""

    def release(self, update: int, now: datetime) -> None:
        """It is to be tried again."""


class Chats(Messenger, Protocol):
    """Telegram's chats. Raises MessengerAway or ChatRefused, the last two only MessengerAway."""

    def acknowledge(self, pressed: str) -> None:
        """The button that was pressed stops waiting."""

    def take_buttons(self, chat: str, message: int) -> None:
        """What was pressed cannot be pressed again."""
