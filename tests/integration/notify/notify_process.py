"""notify as its own process, served as it is on a cluster."""

import http.client
import itertools
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ahorrater.contracts.events import NodeChosen, ParkStatus
from tests.integration.child_process import ChildProcess
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port

REPOSITORY = Path(__file__).parents[3]
MAIN = REPOSITORY / "functions" / "notify" / "main.py"
_numbers = itertools.count()


@dataclass(frozen=True)
class HttpAnswer:
    """What it said, and after how long."""

    status: int
    headers: dict[str, str]
    body: bytes
    took_s: float

    def json(self) -> Any:
        return json.loads(self.body)


def environment(database_url: str, outbox: Path, **settings: str) -> dict[str, str]:
    """The process's environment: nothing of notify's from outside."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM_", "NOTIFY_", "BOT_"))},
        "PYTHONPATH": str(REPOSITORY / "functions"),
        "DATABASE_URL": database_url,
        "TELEGRAM_OUTBOX": str(outbox),
        "TELEGRAM_LANGUAGE": "en",
        "NOTIFY_FOLD_S": "0",
        "NO_PROXY": "127.0.0.1",
        "LOG_LEVEL": "DEBUG",
        **settings,
    }


class NotifyProcess(ChildProcess):
    """The function on a free port. `log` is all that its processes wrote, one after the other."""

    TERMINATION_DEADLINE_S = 40
    MAIN = MAIN

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.port = free_port()
        self.outbox = folder / "outbox"
        self._log_file = folder / "notify.log"
        self._environment = environment(database_url, self.outbox, PORT=str(self.port), **settings)

    def start(self) -> Self:
        with self._log_file.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ahorrater.serve", str(self.MAIN)],
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        eventually(self._is_ready)
        return self

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> HttpAnswer:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            content = answer.read()
            given = {name.lower(): value for name, value in answer.getheaders()}
            return HttpAnswer(answer.status, given, content, time.monotonic() - began)
        finally:
            connection.close()

    def post(self, path: str, **document: object) -> HttpAnswer:
        return self.request("POST", path, json.dumps(document).encode(), content_type="application/json")

    def hear(self, kind: str, data: object) -> HttpAnswer:
        """An event as a broker brings it."""
        return self.request(
            "POST",
            "/",
            json.dumps(data).encode(),
            ce_id=str(next(_numbers)),
            ce_source="/test",
            ce_type=kind,
            ce_specversion="1.0",
            content_type="application/json",
        )

    def hear_choice(self, epoch: int, chosen: str = "b", previous: str | None = "a") -> HttpAnswer:
        data = {"epoch": epoch, "decided_at": "2026-06-01T12:00:00Z", "policy": "thesis", "chosen": chosen}
        data |= {"previous": previous, "reason": "highest-mean", "sentence": "so it is", "parks": []}
        return self.hear(NodeChosen.TYPE, data)

    def hear_park(self, node: str, status: str, at: str = "2026-06-01T12:00:00Z") -> HttpAnswer:
        return self.hear(ParkStatus.TYPE, {"node": node, "status": status, "boot": 1, "at": at})

    def log(self) -> str:
        return self._log_file.read_text()

    def texts(self) -> list[str]:
        """The texts in the outbox folder, oldest first."""
        return [path.read_text() for path in sorted(self.outbox.glob("*.txt"))]
