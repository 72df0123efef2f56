"""The simulated parks as a process of a test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TERMINATION_DEADLINE_S = 20.0


@contextmanager
def parks(folder: Path, port: int, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """They publish to the MQTT broker at `port`; how often they have booted is kept in `folder`."""
    environment = {**os.environ, "MQTT_PORT": str(port), "BOOTS": str(folder / "boots"), **settings}
    process = subprocess.Popen([sys.executable, "-m", "infra.local.parks"], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(TERMINATION_DEADLINE_S)
