"""energy-query's accounts over real HTTP: one for the day that is asked for."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.integration.http_server import HttpServer, QuietHandler

ACCOUNT = {
    "served_wh": {"a": 100.0},
    "moves": 1,
    "move_cost_wh": 0.1,
    "net_wh": 99.9,
    "stay_put_wh": 80.0,
    "gain_wh": 19.9,
    "saved_co2_kg": 0.00999,
}


class FakeEnergyQuery(HttpServer):
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        fake = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 -- the base class's name
                fake.asked += 1
                day = parse_qs(urlsplit(self.path).query)["since"][0][:10]
                self.answer(200, json.dumps([{"day": day, **ACCOUNT}]).encode())

        super().__init__(Handler)
