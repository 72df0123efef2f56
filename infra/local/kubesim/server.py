"""Runs the simulated API on a socket: in this process (`serve`) or in a thread of it (`running`)."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
import uvloop
import yaml

from infra.local.kubesim.cluster import Delays
from infra.local.kubesim.http.api import Api
from infra.local.kubesim.http.watches import Watches
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.simulation import DEFAULT_NODES, Simulation
from infra.local.kubesim.timers import LoopTimers

_HOST = "127.0.0.1"
_START_LIMIT_S = 10.0


@dataclass(frozen=True)
class ServerOptions:
    """Where to listen and what to simulate. Port 0 means any free one."""

    port: int = 0
    nodes: Sequence[str] = DEFAULT_NODES
    seed: Sequence[KubeObject] = ()
    delays: Delays = field(default_factory=Delays)


@dataclass(frozen=True)
class RunningServer:
    """A server that answers."""

    url: str

    def write_kubeconfig(self, path: Path, user: str = "") -> Path:
        """Writes a kubeconfig for the server, as `user` in what it records; answers its path."""
        path.write_text(kubeconfig(self.url, user))
        return path


class _HttpServer(uvicorn.Server):
    """Ends the open watches before it waits for its connections to end."""

    def __init__(self, config: uvicorn.Config, watches: Watches) -> None:
        super().__init__(config)
        self._watches = watches

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops listening and lets what is under way finish."""
        self._watches.close()
        await super().shutdown(sockets)


class SimulationServer:
    """A server bound to its port at once; it answers as soon as `serve` runs."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._socket = socket.create_server((_HOST, options.port))
        self.url = f"http://{_HOST}:{self._socket.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._settled = threading.Event()

    async def serve(self, announce: Callable[[], None]) -> None:
        """Serves until `stop` is called or SIGINT or SIGTERM comes; calls `announce` once it answers.

        Raises ApiError for a bad seed.
        """
        simulation = Simulation(LoopTimers(), self._options.nodes, self._options.seed, self._options.delays)
        api = Api(simulation)
        config = uvicorn.Config(
            api, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1, ws="none"
        )
        self._server = _HttpServer(config, api.watches)
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        self._settled.set()
        announce()
        await serving

    def run(self, announce: Callable[[], None] = lambda: None) -> None:
        """`serve` on a loop of its own, blocking."""
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self.serve(announce))
        finally:
            self._socket.close()
            self._settled.set()

    def is_serving(self) -> bool:
        """Waits until it either serves or has failed to; answers which."""
        return self._settled.wait(_START_LIMIT_S) and self._server is not None

    def stop(self) -> None:
        """Asks the server to end; from any thread."""
        if self._server:
            self._server.should_exit = True


@contextlib.contextmanager
def running(options: ServerOptions | None = None) -> Iterator[RunningServer]:
    """A server in a thread, for tests: `with running() as server: ... server.url`. Raises RuntimeError if it fails."""
    server = SimulationServer(options or ServerOptions())
    thread = threading.Thread(target=server.run, name="kubesim", daemon=True)
    thread.start()
    if not server.is_serving():
        raise RuntimeError("the simulated Kubernetes API did not start; its thread's traceback says why")
    try:
        yield RunningServer(server.url)
    finally:
        server.stop()
        thread.join()


def kubeconfig(url: str, user: str = "") -> str:
    """A kubeconfig for a server without TLS or authentication; `user` is who it records."""
    name = "ahorrater-simulation"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": url}}],
        "users": [{"name": name, "user": {"token": user} if user else {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}}],
        "current-context": name,
    }
    return yaml.safe_dump(document, sort_keys=False)
