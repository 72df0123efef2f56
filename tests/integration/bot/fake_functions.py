"""energy-query, cluster-query, relabel and fuel-query in one server that answers as they do."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from ahorrater.contracts.answers import DecisionEntry, History, NodeInfo, ParkNow, SunnyNode
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.control import Control
from ahorrater.contracts.events import RelabelMode
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


class FakeFunctions:
    """`broken`: it answers 500 to everything. `posts`: path and Authorization of each order."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str | None]] = []
        self.broken = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, value = ANSWERS.get(urlsplit(self.path).path, (None, None))
                status = 500 if fake.broken else 503 if kind is None else 200
                self._send(status, b"{}" if kind is None else adapter_of(kind).dump_json(value))

            def do_POST(self) -> None:
                fake.posts.append((self.path, self.headers["Authorization"]))
                self.do_GET()

            def _send(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
