"""Cold starts: from the start of a function's process to its first 2xx, beside an empty function under plain uvicorn.

`first 2xx` is GET /healthz, Knative's readiness probe. `first answer` is a real event (for those that hear some) or a
real question: what the first caller waits for when a function is scaled from zero.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ahorrater.adapters.database.migrate import migrate
from tests.integration.mosquitto_server import free_port

REPOSITORY = Path(__file__).parents[2]
ROUNDS = 9
EMPTY = """
import os
import functions_framework.aio
import uvicorn

@functions_framework.aio.http
async def main(request):
    return "", 200

if __name__ == "__main__":
    app = functions_framework.aio.create_asgi_app("main", __file__, "http")
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"])
    uvicorn.run(app, host=host, port=port, log_level="error", lifespan="off")
"""
OURS = ("-m", "ahorrater.serve")


@dataclass(frozen=True)
class Question:
    """One request: its head and its body."""

    target: str
    headers: str = ""
    body: str = ""

    def bytes(self) -> bytes:
        head = f"{self.target} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Length: {len(self.body)}\r\n"
        return f"{head}{self.headers}\r\n{self.body}".encode()


def event(kind: str, data: dict[str, object]) -> Question:
    """A CloudEvent in binary mode."""
    attributes = f"ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /bench\r\nce-type: es.ahorrater.{kind}.v1\r\n"
    return Question("POST /", f"{attributes}content-type: application/json\r\n", json.dumps(data))


HEALTH = Question("GET /healthz")
READING = {
    "node": "a",
    "boot": 1,
    "seq": 1,
    "measured_at": datetime.now(UTC).isoformat(),
    "voltage_v": 9,
    "current_a": 1,
}
STORED = {"nodes": ["a"], "stored": 1, "duplicates": 0, "rejected": 0}
STATUS = {"node": "a", "status": "offline", "boot": 1, "at": datetime.now(UTC).isoformat()}
FUNCTIONS = {
    "ingest_reading": event("reading.received", {"readings": [READING]}),
    "choose_node": event("reading.stored", STORED),
    "energy_query": Question("GET /rest/metrics/getValuesPlacas"),
    "dead_letter": event("clock.tick", {}),
    "notify": event("park.status", STATUS),
    "relabel": HEALTH,
    "cluster_query": HEALTH,
}


def cold_start_s(command: tuple[str, ...], question: Question, url: str, folder: str) -> float:
    """Seconds from the start of `python COMMAND` to the first 2xx to `question`."""
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATABASE_URL": url,
        "TELEGRAM_OUTBOX": folder,
        "LOG_LEVEL": "ERROR",
    }
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, *command], cwd=REPOSITORY, env=environment, stderr=subprocess.DEVNULL)
    try:
        while not answers(port, question):
            time.sleep(0.001)
            if child.poll() is not None or time.perf_counter() - begun > 60:
                raise RuntimeError(f"{command[-1]} does not start")
        return time.perf_counter() - begun
    finally:
        child.kill()
        child.wait()


def answers(port: int, question: Question) -> bool:
    """Whether the answer is a 2xx."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(question.bytes())
            return connection.recv(64).startswith(b"HTTP/1.1 2")
    except OSError:
        return False


def main() -> None:
    """Prints a table; functions and the empty one take turns."""
    with tempfile.TemporaryDirectory(prefix="ahorrater-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrate(url)
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        print("| function | first 2xx, s | empty, s | ratio | first answer, s |\n|---|---|---|---|---|")
        for name, question in FUNCTIONS.items():
            command = (*OURS, str(REPOSITORY / "functions" / name / "main.py"))
            ours, bare, real = [], [], []
            for _ in range(ROUNDS):
                bare.append(cold_start_s((str(empty),), HEALTH, url, folder))
                ours.append(cold_start_s(command, HEALTH, url, folder))
                real.append(cold_start_s(command, question, url, folder))
            ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
            first, nothing, answer = (statistics.median(times) for times in (ours, bare, real))
            print(f"| {name} | {first:.3f} | {nothing:.3f} | {ratio:.2f} | {answer:.3f} |", flush=True)


if __name__ == "__main__":
    main()
