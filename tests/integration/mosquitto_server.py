"""A real mosquitto with the configuration that we ship, on a free port and in a folder of its own."""

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

CONFIGURATION = Path(__file__).parents[2] / "infra" / "mosquitto"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
START_DEADLINE_S = 10


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, deadline_s: float = START_DEADLINE_S) -> None:
    """Return as soon as something listens. TimeoutError if nothing does."""
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on 127.0.0.1:{port} after {deadline_s} s")


class MosquittoServer:
    """mosquitto as a child process; `folder` holds its configuration, data and log.

    `configuration` is the text of its mosquitto.conf; without it, the local variant that `make up` uses.
    """

    def __init__(self, folder: Path, configuration: str | None = None, port: int | None = None) -> None:
        self.port = port or free_port()
        self.folder = folder
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._configuration_file = folder / "mosquitto.conf"
        self._configuration_file.write_text(configuration or self._local_configuration(data))
        self._process: subprocess.Popen[bytes] | None = None

    def _local_configuration(self, data: Path) -> str:
        template = Template((CONFIGURATION / "local.conf.template").read_text())
        return template.substitute(CONFIG_DIR=CONFIGURATION, DATA_DIR=data, PORT=self.port, USER=getpass.getuser())

    def start(self) -> Self:
        """Start and wait until it listens."""
        with (self.folder / "mosquitto.log").open("ab") as output:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self._configuration_file)], stdout=output, stderr=subprocess.STDOUT
            )
        try:
            wait_for_port(self.port)
        except TimeoutError as error:
            self.stop()
            raise TimeoutError(f"{error}: {self.log()}") from error
        return self

    def log(self) -> str:
        """All that it said."""
        return (self.folder / "mosquitto.log").read_text()

    def stop(self) -> None:
        """SIGTERM: it saves its data."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        """Stop, and start with what it had saved."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
