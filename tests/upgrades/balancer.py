"""One address before several instances of a function, as a Service before its pods."""

import http.client
import itertools
from collections import Counter
from http.server import BaseHTTPRequestHandler

from tests.integration.http_server import HttpServer, QuietHandler


class Balancer(HttpServer):
    """Events go to the `instances`, host:port, in turn. `answered`: how often each gave which status."""

    def __init__(self, port: int) -> None:
        super().__init__(_forwarding(self), port)
        self.instances: tuple[str, ...] = ()
        self.answered: Counter[tuple[str, int]] = Counter()
        self._turns = itertools.count()

    def next_instance(self) -> str | None:
        """Whose turn it is; None where there is no instance."""
        instances = self.instances
        return instances[next(self._turns) % len(instances)] if instances else None


def _forwarding(balancer: Balancer) -> type[BaseHTTPRequestHandler]:
    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # noqa: N802 -- the base class's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            instance = balancer.next_instance()
            try:
                status, headers, content = _forward(instance or "", self.path, body, dict(self.headers))
            except OSError:
                status, headers, content = 503, [], b""
            balancer.answered[instance or "", status] += 1
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _forward(
    instance: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection(instance, timeout=60)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        kept = [
            (name, value) for name, value in answer.getheaders() if name.lower().startswith(("ce-", "content-type"))
        ]
        return answer.status, kept, answer.read()
    finally:
        connection.close()
