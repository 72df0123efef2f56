"""fuel-query as its own process, served as it is on a cluster."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.integration.mosquitto_server import free_port

REPOSITORY = Path(__file__).parents[3]
MAIN = REPOSITORY / "functions" / "fuel_query" / "main.py"
START_S = 20.0


@contextmanager
def fuel_query(database_url: str, **settings: str) -> Iterator[httpx.Client]:
    """A client of the running function."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FUEL_")},
        "PYTHONPATH": str(REPOSITORY / "functions"),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
        "FUEL_CHECK_S": "0.2",
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-m", "ahorrater.serve", str(MAIN)], env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
            _wait_until_ready(client)
            yield client
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            client.get("/healthz").raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
