"""A local server that answers as the ministry's does, well or badly."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.integration.http_server import HttpServer, QuietHandler

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FeedServer:
    """`replies`: path -> what to do at each request in turn; the last one goes on."""

    url: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(handler.path)
        replies = self.replies.get(handler.path, [status(404)])
        (replies.pop(0) if len(replies) > 1 else replies[0])(handler)


def body(content: bytes) -> Reply:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return send


def cut(content: bytes, length: int) -> Reply:
    """Announces everything and hangs up in the middle."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:length])
        handler.close_connection = True

    return send


def trickle(stop: threading.Event) -> Reply:
    """A byte every now and then, without end."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return send


def silence(stop: threading.Event) -> Reply:
    return lambda _: stop.wait(30) and None


def status(code: int, **headers: str) -> Reply:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return send


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    feed = FeedServer()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 -- the base class's name
            try:
                feed.reply(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    with HttpServer(Handler) as server:
        feed.url = f"{server.url}/"
        yield feed
