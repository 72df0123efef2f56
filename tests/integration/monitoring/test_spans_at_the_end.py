"""The last spans of a process that ends, and a collector that is not there."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ahorrater.adapters.database.migrate import migrate
from ahorrater.contracts.events import ClockTick
from tests.integration.child_process import ChildProcess
from tests.integration.event_sink import eventually
from tests.integration.monitoring.otlp_collector import OtlpCollector
from tests.integration.mosquitto_server import free_port

ROOT = Path(__file__).parents[3]
NEVER_MS = "3600000"


class DeadLetterProcess(ChildProcess):
    """The function that hears everything; it sends its spans to `collector`, but not by itself."""

    def __init__(self, folder: Path, collector: str) -> None:
        self.port = free_port()
        database = f"sqlite:///{folder}/test.db"
        migrate(database)
        self._log = folder / "dead-letter.log"
        self._environment = {
            **os.environ,
            "PORT": str(self.port),
            "DATABASE_URL": database,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
            "OTEL_BSP_SCHEDULE_DELAY": NEVER_MS,
        }

    def start(self) -> "DeadLetterProcess":
        main = ROOT / "functions" / "dead_letter" / "main.py"
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ahorrater.serve", str(main)],
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        eventually(lambda: self._answers("/healthz"))
        return self

    def tell(self, event_id: str) -> int:
        headers = {"ce-id": event_id, "ce-source": "/t", "ce-type": ClockTick.TYPE, "ce-specversion": "1.0"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", b"", headers, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)

    def log(self) -> str:
        return self._log.read_text()

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def test_the_last_spans_are_sent_when_the_process_ends(tmp_path: Path) -> None:
    with OtlpCollector() as collector, DeadLetterProcess(tmp_path, collector.url) as function:
        assert function.tell("1") == 204
        assert collector.spans == []
        assert function.terminate() == 0
        (span,) = collector.spans
        assert (span.service, span.attributes["cloudevents.event_id"]) == ("dead-letter", "1")


@pytest.mark.parametrize("collector", ["http://127.0.0.1:1", "http://127.0.0.1:99999/nonsense"])
def test_a_collector_that_is_not_there_fails_nothing(tmp_path: Path, collector: str) -> None:
    with DeadLetterProcess(tmp_path, collector) as function:
        assert [function.tell(str(number)) for number in range(5)] == [204] * 5
        assert function.terminate() == 0
