"""Stand-ins for the HTTP functions: real servers whose answers a test changes while they run."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter

from tests.unit.dashboard.world import Lines, Query, Route, World


class FunctionServer:
    """One function on a port of its own, which it keeps when it stops and starts again."""

    def __init__(self, routes: dict[str, Route]) -> None:
        self.routes = routes
        self.requests: Counter[str] = Counter()
        self.authorizations: list[str | None] = []
        self.bodies: list[bytes] = []
        self.delay_s = 0.0
        self.between_lines_s = 0.0
        self.orders_refused: str | None = None
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

    def answer(self, method: str, path: str, query: Query, headers: Message) -> tuple[int, bytes]:
        self.requests[path] += 1
        self.authorizations.append(headers.get("Authorization"))
        self._released.wait(self.delay_s)
        if self.broken is not None:
            return self.broken
        if method == "POST" and self.orders_refused is not None:
            return 401, json.dumps({"title": "Unauthorized", "detail": self.orders_refused}).encode()
        route, named = self._route(f"{method} {path}")
        return 200, _encoded(route({**query, **named}))

    def _route(self, wanted: str) -> tuple[Route, Query]:
        for pattern, route in self.routes.items():
            if match := re.fullmatch(pattern, wanted):
                return route, match.groupdict()
        raise LookupError(wanted)

    def _running(self) -> ThreadingHTTPServer:
        assert self._server is not None
        return self._server


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: a stopped server leaves no connection behind that still answers."""

    function: FunctionServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self.function.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self._answer("POST")

    def _answer(self, method: str) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        status, body = self.function.answer(method, url.path, query, self.headers)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        for line in body.splitlines(keepends=True):
            self.wfile.write(line)
            self.wfile.flush()
            time.sleep(self.function.between_lines_s)

    def log_message(self, *_: object) -> None:
        """Silence: a test's output is pytest's."""


def _encoded(found: Any) -> bytes:
    if isinstance(found, Lines):
        return b"".join(line.model_dump_json().encode() + b"\n" for line in found.lines)
    return TypeAdapter(Any).dump_json(found)


@dataclass
class Functions:
    """The world and the functions that tell of it."""

    world: World
    energy: FunctionServer
    cluster: FunctionServer
    fuel: FunctionServer
    relabel: FunctionServer
    notify: FunctionServer
    backtest: FunctionServer

    @property
    def all(self) -> dict[str, FunctionServer]:
        """By the names that people are told."""
        return {
            "energy-query": self.energy,
            "cluster-query": self.cluster,
            "fuel-query": self.fuel,
            "relabel": self.relabel,
            "notify": self.notify,
            "backtest": self.backtest,
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the dashboard is told: where they are; and that everybody may give orders."""
        urls = {f"{name.replace('-', '_').upper()}_URL": server.url for name, server in self.all.items()}
        return {**urls, "DASHBOARD_ROLE": "operator"}


@contextmanager
def running_functions() -> Iterator[Functions]:
    world = World()
    functions = Functions(
        world,
        FunctionServer(world.energy_routes()),
        FunctionServer(world.cluster_routes()),
        FunctionServer(world.fuel_routes()),
        FunctionServer(world.relabel_routes()),
        FunctionServer(world.notify_routes()),
        FunctionServer(world.backtest_routes()),
    )
    try:
        yield functions
    finally:
        for server in functions.all.values():
            server.stop()
