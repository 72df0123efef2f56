"""Answers every GET with the name of its pod. After SIGTERM it answers on, asks for closed connections, then ends."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LINGER_S = 2.0
ending = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers 200."""
        body = os.environ.get("HOSTNAME", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if ending.is_set():
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main() -> None:
    """Serves on PORT."""
    server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Handler)
    server.socket.listen(128)

    def end(*_: object) -> None:
        ending.set()
        threading.Timer(LINGER_S, server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
