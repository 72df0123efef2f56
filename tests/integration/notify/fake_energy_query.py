"""energy-query's accounts over real HTTP: one for the day that is asked for."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

ACCOUNT = {
    "served_wh": {"a": 100.0},
    "moves": 1,
    "move_cost_wh": 0.1,
    "net_wh": 99.9,
    "stay_put_wh": 80.0,
    "gain_wh": 19.9,
    "saved_co2_kg": 0.00999,
}


class FakeEnergyQuery:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.asked += 1
                day = parse_qs(urlsplit(self.path).query)["since"][0][:10]
                content = json.dumps([{"day": day, **ACCOUNT}]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
