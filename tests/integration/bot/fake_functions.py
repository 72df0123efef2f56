"""energy-query, cluster-query, relabel and fuel-query in one server that answers as they do."""

from typing import Any
from urllib.parse import urlsplit

from ahorrater.contracts.answers import DecisionEntry, History, NodeInfo, ParkNow, SunnyNode
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.control import Control
from ahorrater.contracts.events import RelabelMode
from tests.integration.http_server import HttpServer, QuietHandler
from tests.unit.bot.bot_fakes import decision, history, park

CONTROL = Control(mode=RelabelMode.APPLY, paused=False, changed_at=None, waiting=None)
ANSWERS: dict[str, tuple[Any, Any]] = {
    "/rest/metrics/parks": (list[ParkNow], [park("b", power_w=20.0, age_s=1.0)]),
    "/rest/metrics/histories": (list[History], [history("b", 1.0, 2.0, 3.0)]),
    "/rest/metrics/decisions": (list[DecisionEntry], [decision("b")]),
    "/rest/metrics/accounting": (list[None], []),
    "/rest/getSunnyNode": (SunnyNode, SunnyNode(node="b")),
    "/rest/listNodes": (
        list[NodeInfo],
        [NodeInfo(name="b", ready=True, sunny=True, roles=(), schedulable=True)],
    ),
    "/rest/control": (Control, CONTROL),
    "/rest/control/pause": (Control, CONTROL),
    "/rest/locate/municipio/": (dict[str, str], {"1": "Teruel"}),
    "/rest/locate/provincia/": (dict[str, str], {"11": "C\u00e1diz"}),
}


class FakeFunctions(HttpServer):
    """`broken`: it answers 500 to everything. `posts`: path and Authorization of each order."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str | None]] = []
        self.broken = False
        fake = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 -- the base class's name
                kind, value = ANSWERS.get(urlsplit(self.path).path, (None, None))
                status = 500 if fake.broken else 503 if kind is None else 200
                self.answer(status, b"{}" if kind is None else adapter_of(kind).dump_json(value))

            def do_POST(self) -> None:  # noqa: N802 -- the base class's name
                fake.posts.append((self.path, self.headers["Authorization"]))
                self.do_GET()

        super().__init__(Handler)
