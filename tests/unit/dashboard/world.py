"""The world that the stand-ins for the HTTP functions tell of. A test changes it at any time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import sin
from typing import Any

from pydantic import BaseModel

from ahorrater.contracts.answers import (
    DayEnergy,
    DecisionEntry,
    ForecastPoint,
    History,
    HistoryPoint,
    MoveEntry,
    MoveOutcome,
    NodeInfo,
    NodeMetrics,
    PanelHealth,
    ParkCondition,
    ParkNow,
    PodInfo,
    SunnyNode,
)
from ahorrater.contracts.backtest import BacktestLine, BacktestOutcome, BacktestStarted
from ahorrater.contracts.control import Control, Recommendation, RecommendationState
from ahorrater.contracts.events import ParkNumbers, PendingMove, RelabelMode
from ahorrater.contracts.exports import Delivered, Where
from ahorrater.contracts.fuel import (
    DayPrice,
    DayStatistics,
    Offer,
    PriceHistory,
    PriceNow,
    ProductInfo,
    StationInfo,
    StationPage,
    Statistics,
)
from ahorrater.domain.decision import MoveKind, Reason
from ahorrater.domain.fuel.places import PositionQuality

Query = dict[str, str]
Route = Callable[[Query], Any]
"""What a path answers: a contract, some of them, or plain JSON."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ParkWorld:
    """One park as the functions describe it."""

    power_w: float
    voltage_v: float = 18.0
    battery_soc: float | None = None
    state: ParkCondition = ParkCondition.ONLINE
    silent_for_s: float = 1.0
    expected_w: float | None = None
    forecast: tuple[ForecastPoint, ...] | None = None
    health: PanelHealth | None = None

    @property
    def current_a(self) -> float:
        return self.power_w / self.voltage_v


def decision(
    chosen: str | None = "sol-2",
    previous: str | None = "sol-1",
    reason: Reason = Reason.BETTER_NODE,
    ago_s: float = 95,
    **changes: object,
) -> DecisionEntry:
    at = now() - timedelta(seconds=ago_s)
    entry = DecisionEntry(
        id=1,
        epoch=7,
        decided_at=at,
        last_at=at,
        repeats=1,
        policy="hysteresis",
        chosen=chosen,
        previous=previous,
        moved=chosen != previous,
        reason=reason,
        sentence=f"The function's own words about {chosen}.",
        parks=(
            ParkNumbers(node="sol-1", freshness="fresh", age_s=1.0, power_w=6.0, score_w=6.1),
            ParkNumbers(node="sol-2", freshness="fresh", age_s=1.0, power_w=14.2, score_w=14.1),
        ),
        pending=None,
    )
    return entry.model_copy(update=changes)


def move(node: str = "sol-2", previous: str | None = "sol-1", ago_s: float = 90, **changes: object) -> MoveEntry:
    entry = MoveEntry(
        epoch=7,
        node=node,
        previous=previous,
        at=now() - timedelta(seconds=ago_s),
        duration_s=4.2,
        pods_moved=2,
        outcome=MoveOutcome.MOVED,
        why=None,
        workloads=(),
    )
    return entry.model_copy(update=changes)


def pending(node: str = "sol-3", in_s: float = 45, waited_s: float = 75) -> PendingMove:
    return PendingMove(
        node=node,
        kind=MoveKind.BETTER,
        since=now() - timedelta(seconds=waited_s),
        fires_at=now() + timedelta(seconds=in_s),
    )


def pod(name: str, node: str | None, follows_sun: bool = True, phase: str = "Running") -> PodInfo:
    ready = phase == "Running"
    return PodInfo(namespace="default", name=name, node=node, phase=phase, ready=ready, follows_sun=follows_sun)


@dataclass
class World:
    """What the functions answer. A test changes it at any time."""

    parks: dict[str, ParkWorld] = field(
        default_factory=lambda: {
            "sol-1": ParkWorld(6.0, battery_soc=0.64),
            "sol-2": ParkWorld(14.2, 18.6),
            "sol-3": ParkWorld(16.9, 18.9, battery_soc=0.31),
        }
    )
    sunny: str | None = "sol-2"
    also: tuple[str, ...] = ()
    nodes: list[str] = field(default_factory=lambda: ["sol-1", "sol-2", "sol-3"])
    pods: list[PodInfo] = field(
        default_factory=lambda: [
            pod("fuel-query-00001-7d9f", "sol-2"),
            pod("fuel-refresh-00001-x2k", "sol-2"),
            pod("reports-5b8c-wq7", None, phase="Pending"),
            pod("kube-proxy-a", "sol-1", follows_sun=False),
            pod("kube-proxy-b", "sol-2", follows_sun=False),
        ]
    )
    cpu_cores: float = 0.5
    day: DayEnergy | None = field(
        default_factory=lambda: DayEnergy(
            day=now().date(),
            served_wh={"sol-1": 40.0, "sol-2": 62.5},
            moves=3,
            move_cost_wh=0.15,
            net_wh=102.35,
            stay_put_wh=85.3,
            gain_wh=17.05,
            saved_co2_kg=0.0102,
            needed_wh=125.0,
            renewable_share=0.82,
        )
    )
    control: Control = field(
        default_factory=lambda: Control(mode=RelabelMode.APPLY, paused=False, changed_at=None, waiting=None)
    )
    stations: tuple[StationInfo, ...] = field(
        default_factory=lambda: (station(1, "1.459"), station(2, "1.379"), station(3, "1.419", longitude=None))
    )
    decisions: list[DecisionEntry] = field(
        default_factory=lambda: [
            decision("sol-2", "sol-2", Reason.HOLDING, 2, repeats=38, pending=pending()),
            decision("sol-2", "sol-2", Reason.WITHIN_MARGIN, 60, repeats=19),
            decision(),
            decision("sol-1", "sol-1", Reason.ALREADY_BEST, 220, repeats=61),
            decision("sol-1", "sol-3", Reason.PRESENT_FAILING, 290),
        ]
    )

    moves: list[MoveEntry] = field(default_factory=lambda: [move(), move("sol-1", "sol-3", 285, epoch=6)])

    def parks_now(self, _: Query) -> list[ParkNow]:
        return [
            ParkNow(
                node=node,
                state=park.state,
                power_w=park.power_w,
                voltage_v=park.voltage_v,
                current_a=park.current_a,
                battery_soc=park.battery_soc,
                measured_at=now() - timedelta(seconds=park.silent_for_s),
                age_s=park.silent_for_s,
                expected_w=park.expected_w,
                forecast=park.forecast,
                health=park.health,
            )
            for node, park in self.parks.items()
        ]

    def histories(self, query: Query) -> list[History]:
        since, until = datetime.fromisoformat(query["since"]), datetime.fromisoformat(query["until"])
        step_s = int(query["step_s"])
        moments = [since + timedelta(seconds=s) for s in range(0, int((until - since).total_seconds()), step_s)]
        return [
            History(
                node=node,
                since=since,
                until=until,
                step_s=step_s,
                points=tuple(_point(park, moment) for moment in moments if moment <= _newest(park)),
            )
            for node, park in self.parks.items()
        ]

    def accounting(self, _: Query) -> list[DayEnergy]:
        return [self.day] if self.day else []

    def ledger(self, query: Query) -> list[BaseModel]:
        wanted = [entry for entry in self.decisions if entry.moved or query.get("moved") != "true"]
        return list(wanted[: int(query["limit"])])

    def metrics(self, _: Query) -> list[NodeMetrics]:
        return [
            NodeMetrics(
                node=node,
                at=now(),
                cpu_cores=self.cpu_cores,
                cpu_capacity_cores=4,
                memory_bytes=2 * 2**30,
                memory_capacity_bytes=8 * 2**30,
            )
            for node in self.nodes
        ]

    def node_infos(self, _: Query) -> list[BaseModel]:
        return [
            NodeInfo(name=name, ready=True, sunny=name in {self.sunny, *self.also}, roles=(), schedulable=True)
            for name in self.nodes
        ]

    def change_control(self, **changes: object) -> Control:
        self.control = self.control.model_copy(update={"changed_at": now(), **changes})
        return self.control

    def answer_to_recommendation(self, state: RecommendationState) -> Control:
        assert self.control.waiting is not None
        return self.change_control(waiting=self.control.waiting.model_copy(update={"state": state}))

    def move(self, node: str) -> dict[str, object]:
        self.sunny, self.also = node, ()
        self.pods = [one.model_copy(update={"node": node}) if one.follows_sun else one for one in self.pods]
        return {"sentence": f"{node} is the sunny node.", "finished": True, "mode": "apply"}

    def label(self, node: str) -> dict[str, object]:
        self.sunny = node
        return {"sentence": f"{node} carries the label; no workload is moved.", "finished": True}

    def energy_routes(self) -> dict[str, Route]:
        return {
            "GET /rest/metrics/parks": self.parks_now,
            "GET /rest/metrics/histories": self.histories,
            "GET /rest/metrics/decisions": self.ledger,
            "GET /rest/metrics/moves": lambda query: self.moves[: int(query["limit"])],
            "GET /rest/metrics/accounting": self.accounting,
        }

    def cluster_routes(self) -> dict[str, Route]:
        return {
            "GET /rest/getSunnyNode": lambda _: SunnyNode(node=self.sunny, also=self.also),
            "GET /rest/listNodes": self.node_infos,
            "GET /rest/getNodePod": lambda _: list(self.pods),
            "GET /rest/getMetricsNodes": self.metrics,
        }

    def relabel_routes(self) -> dict[str, Route]:
        answered = {"approve": RecommendationState.APPROVED, "veto": RecommendationState.VETOED}
        return {
            "GET /rest/control": lambda _: self.control,
            "POST /rest/control/pause": lambda _: self.change_control(paused=True),
            "POST /rest/control/resume": lambda _: self.change_control(paused=False),
            "POST /rest/control/mode/(?P<mode>.+)": lambda q: self.change_control(mode=RelabelMode(q["mode"])),
            "POST /rest/control/(?P<word>approve|veto)/8": lambda q: self.answer_to_recommendation(answered[q["word"]]),
            "POST /rest/updatePodsSun/(?P<node>.+)": lambda q: self.move(q["node"]),
            "POST /rest/labelNode/(?P<node>.+)": lambda q: self.label(q["node"]),
        }

    def notify_routes(self) -> dict[str, Route]:
        delivered = Delivered(sent=1, where=Where.OUTBOX, references=("0001-photo.png",))
        return {"POST /rest/exportData": lambda _: delivered}

    def backtest_routes(self) -> dict[str, Route]:
        return {"POST /rest/backtest": lambda _: Lines(backtest_lines())}

    def fuel_routes(self) -> dict[str, Route]:
        return {
            "GET /rest/locate/ccaa/": lambda _: {"13": "Madrid", "9": "Cataluña"},
            "GET /rest/locate/ccaa/13": lambda _: {"28": "MADRID"},
            "GET /rest/locate/provincia/28": lambda _: {"4354": "Madrid", "4355": "Getafe"},
            "GET /rest/products": lambda _: [
                ProductInfo(id=4, slug="gasoleoa", name="Gasóleo A", unit="EUR/l", stations=3),
                ProductInfo(id=1, slug="gasolina95e5", name="Gasolina 95 E5", unit="EUR/l", stations=3),
            ],
            "GET /rest/stations": lambda _: StationPage(total=len(self.stations), stations=self.stations, next=None),
            "GET /rest/price/(?P<product>[^/]+)/(?P<station>[0-9]+)/(?P<first>[^/]+)/(?P<last>[^/]+)": price_history,
            "GET /rest/price/(?P<product>[^/]+)/statistics": statistics,
            "GET /rest/price/(?P<product>[^/]+)/nearest": self.nearest,
        }

    def nearest(self, _: Query) -> list[Offer]:
        return [
            Offer(
                station=one.id,
                brand=one.brand,
                address=one.address,
                municipality=one.municipality,
                province=one.province,
                hours=one.hours,
                latitude=one.latitude,
                longitude=one.longitude,
                price=one.prices[0].price,
                unit="EUR/l",
                valid_from=one.prices[0].valid_from,
                distance_km=1.5 * place,
            )
            for place, one in enumerate(self.stations)
        ]


def recommendation(node: str = "sol-3") -> Recommendation:
    return Recommendation(
        epoch=8,
        node=node,
        previous="sol-2",
        sentence="sol-3 has been better for long enough.",
        decided_at=now() - timedelta(seconds=20),
        state=RecommendationState.WAITING,
    )


def station(number: int, diesel: str, longitude: float | None = -3.7) -> StationInfo:
    prices = [("gasoleoa", diesel), ("gasolina95e5", "1.599")]
    return StationInfo(
        id=number,
        brand=f"BRAND {number}",
        address=f"STREET {number}",
        postcode="28001",
        locality="MADRID",
        municipality_id=4354,
        municipality="Madrid",
        province="MADRID",
        hours="L-D: 24H",
        latitude=None if longitude is None else round(40.4 + number / 1000, 3),
        longitude=longitude,
        position=PositionQuality.GOOD if longitude is not None else PositionQuality.MISSING,
        margin="D",
        sale_type="P",
        remission="dm",
        missing_since=None,
        prices=tuple(
            PriceNow(product=product, price=Decimal(price), unit="EUR/l", valid_from=now() - timedelta(days=1))
            for product, price in prices
        ),
    )


def _days(query: Query) -> list[date]:
    first = date.fromisoformat(query.get("first") or query["fechaInicio"])
    last = date.fromisoformat(query.get("last") or query["fechaFin"])
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def price_history(query: Query) -> PriceHistory:
    days = _days(query)
    base = Decimal("1.4") if query["product"] == "gasoleoa" else Decimal("1.6")
    return PriceHistory(
        station=int(query["station"]),
        brand="BRAND",
        product=query["product"],
        unit="EUR/l",
        first=days[0],
        last=days[-1],
        changes=(),
        days=tuple(DayPrice(day=day, price=base + Decimal(day.day) / 1000) for day in days),
    )


def statistics(query: Query) -> Statistics:
    price = Decimal("1.5")
    days = tuple(
        DayStatistics(day=day, stations=3, minimum=price, mean=price, median=price, maximum=price)
        for day in _days(query)
    )
    return Statistics(product=query["product"], unit="EUR/l", place="MADRID", days=days)


def backtest_lines() -> list[BacktestLine]:
    started = BacktestStarted(
        parks=("sample-1", "sample-2"),
        since=datetime(2026, 6, 1, tzinfo=UTC),
        samples=2880,
        interval_s=60,
        days=2,
        load_w=30,
        move_cost_wh=1.5,
        ceiling_wh=760,
        steps=3,
    )
    plans = [("stay-put", 600.0, 0), ("calm", 720.0, 8), ("optimum", 740.0, 12)]
    return [
        started,
        *(
            BacktestOutcome(step=step, name=name, energy_wh=wh, net_wh=wh, moves=moves, moves_per_day=moves / 2)
            for step, (name, wh, moves) in enumerate(plans, start=1)
        ),
    ]


def _newest(park: ParkWorld) -> datetime:
    return now() - timedelta(seconds=park.silent_for_s)


def _point(park: ParkWorld, at: datetime) -> HistoryPoint:
    wave = 1 + 0.25 * sin(at.timestamp() / 23 + 10 + park.voltage_v * 9) + 0.04 * sin(at.timestamp() / 3)
    power_w = park.power_w * wave
    voltage_v = park.voltage_v * (0.97 + wave / 40)
    return HistoryPoint(at=at, power_w=power_w, voltage_v=voltage_v, current_a=power_w / voltage_v, readings=2)


@dataclass(frozen=True)
class Lines:
    """An answer of newline-delimited JSON."""

    lines: Sequence[BaseModel]
