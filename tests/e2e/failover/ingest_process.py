"""ingest-reading as its own process, against a database that dies."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.e2e.failover.replicated_postgresql import REPOSITORY
from tests.integration.mosquitto_server import free_port, wait_for_port


class IngestReading:
    """A running ingest-reading; a 2xx of it means that the reading is stored."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/"

    def send(self, number: int) -> None:
        """One reading. HTTPError for what is not a 2xx."""
        reading = {
            "node": "failover",
            "boot": 1,
            "seq": number,
            "measured_at": datetime.now(UTC).isoformat(),
            "voltage_v": 20.0,
            "current_a": 1.0,
        }
        headers = {
            "ce-specversion": "1.0",
            "ce-type": "es.ahorrater.reading.received.v1",
            "ce-source": "/failover",
            "ce-id": str(number),
            "content-type": "application/json",
        }
        body = json.dumps({"readings": [reading]}).encode()
        with urllib.request.urlopen(urllib.request.Request(self._url, body, headers), timeout=30):
            pass


@contextmanager
def ingest_reading(database_url: str) -> Iterator[IngestReading]:
    """Started, and ended whatever happens."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "ahorrater.serve", str(REPOSITORY / "functions/ingest_reading/main.py")]
    process = subprocess.Popen(command, env={**environment, "PYTHONPATH": str(REPOSITORY / "functions")})
    try:
        wait_for_port(port)
        yield IngestReading(port)
    finally:
        process.kill()
        process.wait(10)
