"""A real HTTP sink that keeps the CloudEvents it accepts, and answers as a test tells it to."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from tests.integration.http_server import HttpServer, QuietHandler


@dataclass(frozen=True)
class ReceivedEvent:
    """One POST: its headers in lower case, and its JSON body."""

    headers: dict[str, str]
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return self.headers["ce-type"].removeprefix("es.ahorrater.")


Answering = Callable[[ReceivedEvent], int]


def answer_with(status: int) -> Answering:
    """The same status for everything; a Knative broker accepts with 202."""
    return lambda _event: status


@dataclass
class EventSink(HttpServer):
    """Keeps what it answers with 2xx in `accepted`, everything in `seen`. `answer` may be replaced at any time."""

    answer: Answering = field(default_factory=lambda: answer_with(202))
    accepted: list[ReceivedEvent] = field(default_factory=list)
    seen: list[ReceivedEvent] = field(default_factory=list)
    port: int = 0
    stopped: bool = False

    def __post_init__(self) -> None:
        sink = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802 -- the base class's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = ReceivedEvent({name.lower(): value for name, value in self.headers.items()}, json.loads(body))
                if sink.stopped:  # its kept connections die too
                    self.close_connection = True
                    return
                status = sink.answer(event)
                sink.seen.append(event)
                if 200 <= status < 300:
                    sink.accepted.append(event)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        super().__init__(Handler, self.port)
        self.port = self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ahorrater/default"

    def of_type(self, kind: str) -> list[ReceivedEvent]:
        return [event for event in list(self.accepted) if event.type == kind]

    def readings(self) -> list[dict[str, Any]]:
        return [one for event in self.of_type("reading.received.v1") for one in event.data["readings"]]

    def sequence(self) -> list[int]:
        return [reading["seq"] for reading in self.readings()]

    def rejections(self) -> list[dict[str, Any]]:
        return [event.data for event in self.of_type("reading.rejected.v1")]

    def statuses(self) -> list[tuple[str, str]]:
        return [(event.data["node"], event.data["status"]) for event in self.of_type("park.status.v1")]

    def stop(self) -> None:
        """Refuse connections, and answer none that are open."""
        self.stopped = True
        super().stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.stopped:
            self.stop()


def eventually(condition: Callable[[], object], deadline_s: float = 20) -> None:
    """Return as soon as the condition holds. AssertionError if it does not in time."""
    until = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.01)
