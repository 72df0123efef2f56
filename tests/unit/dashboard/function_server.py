"""Stand-ins for the HTTP functions: real servers whose answers a test changes while they run."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import sin
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from ahorrater.contracts.answers import (
    DecisionEntry,
    History,
    HistoryPoint,
    NodeInfo,
    PanelMeans,
    PanelNow,
    PodInfo,
    SunnyNode,
)
from ahorrater.contracts.events import DeviceStatus, ParkNumbers, PendingMove
from ahorrater.domain.decision import MoveKind, Reason
from ahorrater.domain.parks import Freshness

Query = dict[str, str]
Route = Callable[[Query], BaseModel | list[BaseModel]]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ParkWorld:
    """One park as the functions describe it."""

    power_w: float
    voltage_v: float = 18.0
    battery_soc: float | None = None
    device: DeviceStatus | None = DeviceStatus.ONLINE
    silent_for_s: float = 1.0

    @property
    def freshness(self) -> Freshness:
        return Freshness.FRESH if self.silent_for_s <= 30 else Freshness.STALE

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
    decisions: list[DecisionEntry] = field(
        default_factory=lambda: [
            decision("sol-2", "sol-2", Reason.HOLDING, 2, repeats=38, pending=pending()),
            decision("sol-2", "sol-2", Reason.WITHIN_MARGIN, 60, repeats=19),
            decision(),
            decision("sol-1", "sol-1", Reason.ALREADY_BEST, 220, repeats=61),
            decision("sol-1", "sol-3", Reason.PRESENT_FAILING, 290),
        ]
    )

    def panels(self, _: Query) -> list[BaseModel]:
        return [
            PanelNow(
                node=node,
                current_a=park.current_a,
                voltage_v=park.voltage_v,
                power_w=park.power_w,
                battery_soc=park.battery_soc,
                overflow=False,
                measured_at=now() - timedelta(seconds=park.silent_for_s),
                age_s=park.silent_for_s,
                freshness=park.freshness,
                device=park.device,
            )
            for node, park in self.parks.items()
        ]

    def means(self, _: Query) -> list[BaseModel]:
        return [
            PanelMeans(
                node=node,
                current_a=park.current_a,
                voltage_v=park.voltage_v,
                power_w=park.power_w * 0.97,
                smoothed_power_w=park.power_w * 0.95,
                samples=10,
                measured_at=now() - timedelta(seconds=park.silent_for_s),
                freshness=park.freshness,
            )
            for node, park in self.parks.items()
        ]

    def history(self, query: Query) -> History:
        since, until = datetime.fromisoformat(query["since"]), datetime.fromisoformat(query["until"])
        step_s, park = int(query["step_s"]), self.parks[query["node"]]
        moments = [since + timedelta(seconds=s) for s in range(0, int((until - since).total_seconds()), step_s)]
        newest = now() - timedelta(seconds=park.silent_for_s)
        points = tuple(
            _point(park, moment, len(query["node"] + query["node"])) for moment in moments if moment <= newest
        )
        return History(node=query["node"], since=since, until=until, step_s=step_s, points=points)

    def ledger(self, query: Query) -> list[BaseModel]:
        wanted = [entry for entry in self.decisions if entry.moved or query.get("moved") != "true"]
        return list(wanted[: int(query["limit"])])

    def node_infos(self, _: Query) -> list[BaseModel]:
        return [
            NodeInfo(name=name, ready=True, sunny=name == self.sunny, roles=(), schedulable=True) for name in self.nodes
        ]

    def energy_routes(self) -> dict[str, Route]:
        return {
            "/rest/metrics/getValuesPlacas": self.panels,
            "/rest/metrics/media/getMediaValuesPlacas": self.means,
            "/rest/metrics/history": self.history,
            "/rest/metrics/decisions": self.ledger,
        }

    def cluster_routes(self) -> dict[str, Route]:
        return {
            "/rest/getSunnyNode": lambda _: SunnyNode(node=self.sunny),
            "/rest/listNodes": self.node_infos,
            "/rest/getNodePod": lambda _: list(self.pods),
        }


def _point(park: ParkWorld, at: datetime, phase: int) -> HistoryPoint:
    wave = 1 + 0.25 * sin(at.timestamp() / 23 + phase + park.voltage_v * 9) + 0.04 * sin(at.timestamp() / 3)
    power_w = park.power_w * wave
    voltage_v = park.voltage_v * (0.97 + wave / 40)
    return HistoryPoint(at=at, power_w=power_w, voltage_v=voltage_v, current_a=power_w / voltage_v, readings=2)


class FunctionServer:
    """One function on a port of its own, which it keeps when it stops and starts again."""

    def __init__(self, routes: dict[str, Route]) -> None:
        self.routes = routes
        self.requests: Counter[str] = Counter()
        self.delay_s = 0.0
        self.broken: tuple[int, bytes] | None = None
        self._server: ThreadingHTTPServer | None = None
        self._released = threading.Event()
        self.start(port=0)
        self.port = self._running().server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, port: int | None = None) -> None:
        self._released.clear()
        handler = type("Handler", (_Handler,), {"function": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port if port is None else port), handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        if self._server is None:
            return
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    def answer(self, path: str, query: Query) -> tuple[int, bytes]:
        self.requests[path] += 1
        self._released.wait(self.delay_s)
        if self.broken is not None:
            return self.broken
        found = self.routes[path](query)
        models = found if isinstance(found, list) else [found]
        parts = [json.loads(model.model_dump_json()) for model in models]
        return 200, json.dumps(parts if isinstance(found, list) else parts[0]).encode()

    def _running(self) -> ThreadingHTTPServer:
        assert self._server is not None
        return self._server


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: a stopped server leaves no connection behind that still answers."""

    function: FunctionServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        status, body = self.function.answer(url.path, query)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence: a test's output is pytest's."""


@dataclass
class Functions:
    """The world and the two functions that tell of it."""

    world: World
    energy: FunctionServer
    cluster: FunctionServer

    @property
    def environment(self) -> dict[str, str]:
        return {"ENERGY_QUERY_URL": self.energy.url, "CLUSTER_QUERY_URL": self.cluster.url}


@contextmanager
def running_functions() -> Iterator[Functions]:
    world = World()
    functions = Functions(world, FunctionServer(world.energy_routes()), FunctionServer(world.cluster_routes()))
    try:
        yield functions
    finally:
        functions.energy.stop()
        functions.cluster.stop()
