"""Every function that answers by HTTP, as processes, with secrets in their settings and a simulated cluster."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.kubesim.server import running
from tests.integration.mosquitto_server import free_port

FUNCTIONS = Path(__file__).parents[2] / "functions"
START_S = 60.0
SECRETS = {
    "MANUAL_TOKEN": "manual-secret-6Hq0",
    "TELEGRAM_TOKEN": "123456789:AAtelegram-secret-x_y0123456789abcdef",
}
OURS = re.compile(r"(TELEGRAM|NOTIFY|BOT|FUEL|DATABASE|MANUAL|POLICY|KUBE|OTEL|K)_")


@dataclass(frozen=True)
class HttpAnswer:
    """What a function said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RunningFunction:
    """One of them. `said`: all its answers, as they came."""

    name: str
    port: int
    log_file: Path
    process: "subprocess.Popen[bytes]"
    said: list[HttpAnswer] = field(default_factory=list)

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> HttpAnswer:
        """`target` goes out as it is, whatever is in it that http.client would refuse."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection._validate_path = lambda _: None  # type: ignore[attr-defined]
        connection._encode_request = lambda request: request.encode("latin-1")  # type: ignore[attr-defined]
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        given = {name.lower(): value for name, value in answer.getheaders()}
        self.said.append(HttpAnswer(answer.status, given, content))
        return self.said[-1]

    def hear(self, event: Mapping[str, object]) -> HttpAnswer:
        """An event in structured mode, in which attributes may hold anything."""
        return self.ask("POST", "/", json.dumps(event).encode(), content_type="application/cloudevents+json")

    @property
    def is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False

    @property
    def document(self) -> Any:
        """Its OpenAPI document."""
        return self.ask("GET", "/openapi.json").json()

    @property
    def log(self) -> str:
        return self.log_file.read_text()


@contextmanager
def running_functions(
    folder: Path, database_url: str, only: frozenset[str] = frozenset(), **settings: str
) -> Iterator[dict[str, RunningFunction]]:
    """All of them, or `only` these, by name; started together, since each takes a second."""
    with running() as cluster:
        kubeconfig = cluster.write_kubeconfig(folder / "kubeconfig")
        environment = {
            **{name: value for name, value in os.environ.items() if not OURS.match(name)},
            "PYTHONPATH": str(FUNCTIONS),
            "DATABASE_URL": database_url,
            "KUBECONFIG": str(kubeconfig),
            "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}",
            "TELEGRAM_CHATS": "11",
            "TELEGRAM_TIMEOUT_S": "1",
            "TELEGRAM_OUTBOX": str(folder / "outbox"),
            "FUEL_FEED_URL": "",
            "FUNCTION_TIMEOUT_S": "1",
            "NO_PROXY": "127.0.0.1",
            "LOG_LEVEL": "DEBUG",
            **SECRETS,
            **settings,
        }
        functions = {}
        try:
            for name in sorted(only or all_names()):
                functions[name] = _start(name, folder, environment)
            for function in functions.values():
                _wait(function)
            yield functions
        finally:
            for function in functions.values():
                function.process.kill()
                function.process.wait(10)


def all_names() -> set[str]:
    """mqtt-source hears MQTT, and is no function of this kind."""
    return {main.parent.name.replace("_", "-") for main in FUNCTIONS.glob("*/main.py")} - {"mqtt-source"}


def _start(name: str, folder: Path, environment: Mapping[str, str]) -> RunningFunction:
    main, port, log = FUNCTIONS / name.replace("-", "_") / "main.py", free_port(), folder / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ahorrater.serve", str(main)],
            env={**environment, "PORT": str(port)},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return RunningFunction(name, port, log, process)


def _wait(function: RunningFunction) -> None:
    deadline = time.monotonic() + START_S
    while not function.is_up:
        assert time.monotonic() < deadline, function.log
        time.sleep(0.05)
