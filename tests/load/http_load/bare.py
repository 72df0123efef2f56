"""The reference: a bare starlette application that answers the same bytes, served by uvicorn as our functions are.

As a program, `bare.py PORT FILE MEDIA_TYPE`, it is that application.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.mosquitto_server import free_port

REPOSITORY = Path(__file__).parents[3]
START_S = 60.0


@dataclass(frozen=True)
class Bare:
    """A running bare application."""

    url: str
    pid: int


@contextmanager
def bare_reference(url: str) -> Iterator[Bare]:
    """A bare application that answers what `url` answers now."""
    original = httpx.get(url, headers={"Accept-Encoding": "identity"}, timeout=30, trust_env=False).raise_for_status()
    port = free_port()
    with tempfile.NamedTemporaryFile(prefix="ahorrater-load-") as file:
        file.write(original.content)
        file.flush()
        command = ["-m", "tests.load.http_load.bare", str(port), file.name, original.headers["content-type"]]
        process = subprocess.Popen([sys.executable, *command], cwd=REPOSITORY)
        try:
            bare_url = f"http://127.0.0.1:{port}/"
            _wait_for(bare_url)
            yield Bare(bare_url, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            httpx.get(url, timeout=10, trust_env=False).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def main(port: int, file: Path, media_type: str) -> None:
    """Serves the file's bytes at every path."""
    body = file.read_bytes()

    async def answer(_: Request) -> Response:
        return Response(body, media_type=media_type)

    app = Starlette(routes=[Route("/{path:path}", answer)])
    uvicorn.run(app, port=port, ws="none", log_level="warning", access_log=False, lifespan="off", timeout_keep_alive=95)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
