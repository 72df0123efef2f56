"""Fakes of what the bot needs: functions that answer as a test says, a memory, and chats that can be looked into."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Lock

from ahorrater.adapters.clients.http import Away
from ahorrater.contracts.answers import (
    DayEnergy,
    DecisionEntry,
    History,
    HistoryPoint,
    NodeInfo,
    NodeMetrics,
    ParkCondition,
    ParkNow,
    SunnyNode,
)
from ahorrater.contracts.control import Control, Recommendation, RecommendationState
from ahorrater.contracts.errors import NotFound, RetryLater
from ahorrater.contracts.events import RelabelMode
from ahorrater.contracts.fuel import Offer, PriceNow, StationInfo
from ahorrater.domain.buttons import Rows
from ahorrater.domain.decision import Reason
from ahorrater.domain.fuel.places import PositionQuality
from ahorrater.domain.wording import Language
from ahorrater.services.bot.cluster import ClusterTalk
from ahorrater.services.bot.conversation import Conversation, Topics
from ahorrater.services.bot.energy import EnergyTalk
from ahorrater.services.bot.fuel import FuelTalk
from ahorrater.services.bot.ports import Turn
from ahorrater.services.bot.status import StatusTalk
from ahorrater.services.bot.steering import SteeringTalk
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def park(node: str, state: ParkCondition = ParkCondition.ONLINE, **known: object) -> ParkNow:
    nothing = dict.fromkeys(["power_w", "voltage_v", "current_a", "battery_soc", "measured_at", "age_s", "expected_w"])
    return ParkNow(**{**nothing, "node": node, "state": state, "forecast": None, **known})


def decision(chosen: str | None = "b", **facts: object) -> DecisionEntry:
    known = {
        "id": 1,
        "epoch": 7,
        "decided_at": NOON - timedelta(minutes=5),
        "last_at": NOON - timedelta(seconds=12),
        "repeats": 1,
        "policy": "hysteresis",
        "previous": "a",
        "moved": True,
        "reason": Reason.BETTER_NODE,
        "sentence": "b is better.",
        "parks": (),
        "pending": None,
    }
    return DecisionEntry(**{**known, "chosen": chosen, **facts})


def offer(station: int, price: str, brand: str = "REPSOL", **facts: object) -> Offer:
    where = {"address": "CALLE MAYOR, 1", "municipality": "Teruel", "province": "Teruel", "hours": "L-D: 24H"}
    position = {"latitude": 40.3, "longitude": -1.1, "unit": "€/l", "valid_from": NOON}
    return Offer(**{**where, **position, "station": station, "brand": brand, "price": Decimal(price), **facts})


def station(number: int, brand: str = "REPSOL") -> StationInfo:
    return StationInfo(
        id=number,
        brand=brand,
        address="CALLE MAYOR, 1",
        postcode="44001",
        locality="TERUEL",
        municipality_id=1,
        municipality="Teruel",
        province="Teruel",
        hours="L-D: 24H",
        latitude=40.3,
        longitude=-1.1,
        position=PositionQuality.GOOD,
        margin="D",
        sale_type="P",
        remission="",
        missing_since=None,
        prices=(PriceNow(product="gasoleoa", price=Decimal("1.459"), unit="€/l", valid_from=NOON),),
    )


@dataclass
class FakeFunction:
    """`away`: it does not answer."""

    away: bool = False

    def _answering(self, name: str) -> None:
        if self.away:
            raise Away(name, "connection refused")


@dataclass
class FakeEnergy(FakeFunction):
    known_parks: list[ParkNow] = field(default_factory=list)
    decision: DecisionEntry | None = field(default_factory=decision)
    account: DayEnergy | None = None
    known_histories: list[History] = field(default_factory=list)
    asked: list[tuple[datetime, datetime, int]] = field(default_factory=list)

    def parks(self) -> list[ParkNow]:
        self._answering("energy-query")
        return self.known_parks

    def histories(self, since: datetime, until: datetime, step_s: int) -> list[History]:
        self._answering("energy-query")
        self.asked.append((since, until, step_s))
        return self.known_histories

    def latest_decision(self, *, moved: bool = False) -> DecisionEntry | None:  # noqa: ARG002
        self._answering("energy-query")
        return self.decision

    def day(self, day: date) -> DayEnergy | None:  # noqa: ARG002
        self._answering("energy-query")
        return self.account


@dataclass
class FakeCluster(FakeFunction):
    sunny_node: str | None = "b"
    sunny_also: tuple[str, ...] = ()
    known_nodes: list[NodeInfo] = field(default_factory=list)
    known_metrics: list[NodeMetrics] | None = None

    def sunny(self) -> SunnyNode:
        self._answering("cluster-query")
        return SunnyNode(node=self.sunny_node, also=self.sunny_also)

    def nodes(self) -> list[NodeInfo]:
        self._answering("cluster-query")
        return self.known_nodes

    def metrics(self) -> list[NodeMetrics]:
        self._answering("cluster-query")
        if self.known_metrics is None:
            raise Away("cluster-query", "metrics-server does not answer")
        return self.known_metrics


@dataclass
class FakeRelabel(FakeFunction):
    """`orders`: what it was told."""

    mode: RelabelMode = RelabelMode.APPLY
    paused: bool = False
    waiting: Recommendation | None = None
    orders: list[str] = field(default_factory=list)

    def show(self) -> Control:
        self._answering("relabel")
        return Control(mode=self.mode, paused=self.paused, changed_at=None, waiting=self.waiting)

    def pause(self) -> Control:
        return self._order("pause")

    def resume(self) -> Control:
        return self._order("resume")

    def approve(self, epoch: int) -> Control:
        return self._order(f"approve {epoch}")

    def veto(self, epoch: int) -> Control:
        return self._order(f"veto {epoch}")

    def recommend(self, epoch: int, node: str, **facts: object) -> None:
        known = {"previous": "a", "sentence": "so it is", "decided_at": NOON, "state": RecommendationState.WAITING}
        self.waiting = Recommendation(**{**known, "epoch": epoch, "node": node, **facts})

    def _order(self, order: str) -> Control:
        self._answering("relabel")
        self.orders.append(order)
        return self.show()


@dataclass
class FakeFuel(FakeFunction):
    asked: list[object] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    brand: str = "REPSOL"

    def municipalities(self) -> dict[str, str]:
        self._answering("fuel-query")
        self.asked.append("municipalities")
        return {"1": "Teruel", "2": "Coruña (A)", "3": "Madrid", "4": "Alcalá de Henares", "5": "Alcalá la Real"}

    def provinces(self) -> dict[str, str]:
        return {"44": "Teruel", "28": "Madrid", "11": "Cádiz"}

    def station(self, number: int) -> StationInfo:
        if number == 404:
            raise NotFound("there is no station 404")
        return station(number, self.brand)

    def cheapest(self, product: str, limit: int, **place: int) -> list[Offer]:  # noqa: ARG002
        self.asked.append((product, place))
        return self.offers

    def nearest(self, product: str, limit: int, latitude: float, longitude: float) -> list[Offer]:  # noqa: ARG002
        self.asked.append((product, latitude, longitude))
        return self.offers


@dataclass
class FakeMemory:
    """Languages and Updates. `away`: the database is."""

    lock: Lock = field(default_factory=Lock)

    languages: dict[str, Language] = field(default_factory=dict)
    rows: dict[int, tuple[datetime, int, bool]] = field(default_factory=dict)
    away: bool = False

    def language(self, chat: str) -> Language | None:
        self._answering()
        return self.languages.get(chat)

    def choose_language(self, chat: str, language: Language) -> None:
        self._answering()
        self.languages[chat] = language

    def claim(self, update: int, now: datetime, until: datetime) -> Turn:
        self._answering()
        with self.lock:
            return self._claim(update, now, until)

    def _claim(self, update: int, now: datetime, until: datetime) -> Turn:
        claimed_until, attempts, done = self.rows.get(update, (now, 0, False))
        if done:
            return Turn.DONE
        if claimed_until > now:
            return Turn.BUSY
        self.rows[update] = (until, attempts + 1, False)
        return Turn.OURS if attempts < 5 else Turn.GIVEN_UP

    def finish(self, update: int, now: datetime) -> None:  # noqa: ARG002
        claimed_until, attempts, _ = self.rows[update]
        self.rows[update] = (claimed_until, attempts, True)

    def release(self, update: int, now: datetime) -> None:
        _, attempts, done = self.rows[update]
        self.rows[update] = (now, attempts, done)

    def _answering(self) -> None:
        if self.away:
            raise RetryLater("the database is away")


@dataclass
class FakeChats:
    """What was said. `troubles` are raised one after the other, `None` meaning that a message gets through."""

    troubles: list[MessengerAway | ChatRefused | None] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    photos: list[tuple[str, bytes, str]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    without_buttons: list[tuple[str, int]] = field(default_factory=list)

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:  # noqa: ARG002
        self._maybe_fail()
        self.texts.append((chat, text))
        return "1"

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        self._maybe_fail()
        self.photos.append((chat, png, caption))
        return "1"

    def acknowledge(self, pressed: str) -> None:
        self.acknowledged.append(pressed)

    def take_buttons(self, chat: str, message: int) -> None:
        self.without_buttons.append((chat, message))

    def _maybe_fail(self) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble


class World:
    """A conversation with its surroundings."""

    def __init__(self) -> None:
        self.energy, self.cluster, self.relabel, self.fuel = FakeEnergy(), FakeCluster(), FakeRelabel(), FakeFuel()
        self.memory, self.drawn = FakeMemory(), []
        self.now = NOON
        cluster, steering = ClusterTalk(self.cluster, self.energy, self.clock), SteeringTalk(self.relabel)
        topics = Topics(
            StatusTalk(self.energy, cluster, steering, self.clock),
            EnergyTalk(self.energy, self._draw, self.clock),
            cluster,
            steering,
            FuelTalk(self.fuel, self.clock),
        )
        self.conversation = Conversation(topics, self.memory, Language.ENGLISH)

    def clock(self) -> datetime:
        return self.now

    def _draw(self, export: object) -> bytes:
        self.drawn.append(export)
        return b"PNG"


def history(node: str, *powers_w: float) -> History:
    points = tuple(
        HistoryPoint(at=NOON + timedelta(minutes=place), power_w=power_w, voltage_v=18, current_a=1, readings=1)
        for place, power_w in enumerate(powers_w)
    )
    return History(node=node, since=NOON, until=NOON + timedelta(hours=1), step_s=60, points=points)
