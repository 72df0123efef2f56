"""fuel-query under k6 beside a bare starlette app that sends the same bytes: `python -m tests.load.fuel_query FILE`.

One process each, the same uvicorn settings; they take turns, path by path, and only one is asked at a time. Then the
database is stopped and started under load: no answer may be a 5xx other than 503.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.database.migrate import migrate
from ahorrater.services.fuel.load import LoadFuel, LoadPolicy
from ahorrater.services.fuel.ports import Origin
from tests.integration.fuel.query_process import fuel_query
from tests.integration.mosquitto_server import free_port
from tests.integration.postgresql_server import PostgresqlServer, postgresql_server

REQUESTS, USERS, ROUNDS = 25_000, 100, 5
FULL_LIST_REQUESTS = 2_500
BARE = """
import sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
BODY = Path(sys.argv[2]).read_bytes()
async def answer(request):
    return Response(BODY, media_type="application/json")
app = Starlette(routes=[Route("/{path:path}", answer)])
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off", timeout_keep_alive=95)
"""
OUTAGE_S = (3.0, 4.0, 6.0)
"""Seconds of load before the database stops, while it is away, and after it is back."""


def main(snapshot: Path) -> None:
    """Prints p95, throughput and their ratios for each path, then what the outage did."""
    body = gzip.decompress(snapshot.read_bytes())
    with postgresql_server() as server, server.database() as url:
        migrate(url)
        LoadFuel(SqlFuelStore(Database(url)), LoadPolicy(), utc_now).load(body, Origin.FILE)
        station = json.loads(body)["ListaEESSPrecio"][0]["IDEESS"]
        with fuel_query(url, FUEL_CHECK_S="5") as client:
            _compare(client, "/rest/locate/ccaa/", REQUESTS)
            _compare(client, f"/rest/price/gasoleoa/{station}", REQUESTS)
            _compare(client, f"/rest/stations/{station}", REQUESTS)
            _compare(client, "/rest/locate/eess/", FULL_LIST_REQUESTS)
            _outage(server, client, json.loads(body)["ListaEESSPrecio"])


def _compare(client: httpx.Client, path: str, requests: int) -> None:
    body = client.get(path, headers={"Accept-Encoding": "identity"}).content
    runs: dict[str, list[dict[str, Any]]] = {"bare": [], "ours": []}
    with _bare(body) as bare_url:
        for _ in range(ROUNDS):
            for who, root in (("bare", bare_url), ("ours", str(client.base_url))):
                runs[who].append(_k6(root.rstrip("/") + path, requests))
    ratios_p95 = [ours["p95_ms"] / bare["p95_ms"] for bare, ours in zip(*runs.values(), strict=True)]
    ratios_rate = [ours["requests_s"] / bare["requests_s"] for bare, ours in zip(*runs.values(), strict=True)]
    print(f"{path}: {len(body)} bytes, {requests} requests, {USERS} users, {ROUNDS} turns")
    for who, found in runs.items():
        rates = ", ".join(f"{run['requests_s']:.0f}/s p95 {run['p95_ms']:.1f} ms" for run in found)
        print(f"  {who}: {rates}; failed {sum(run['failed'] for run in found)}")
    print(f"  ours / bare: p95 {median(ratios_p95):.2f}, throughput {median(ratios_rate):.2f} (medians)", flush=True)


@contextmanager
def _bare(body: bytes) -> Iterator[str]:
    port, file = free_port(), Path(tempfile.mkstemp(suffix=".json")[1])
    file.write_bytes(body)
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port), str(file)])
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)
        file.unlink()


def _k6(url: str, requests: int) -> dict[str, Any]:
    command = [str(Path(sys.executable).with_name("k6")), "run", "--quiet"]
    command += ["-e", f"URL={url}", "-e", f"REQUESTS={requests}", "-e", f"USERS={USERS}"]
    done = subprocess.run([*command, str(Path(__file__).with_name("fuel.js"))], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _outage(server: PostgresqlServer, client: httpx.Client, stations: list[dict[str, str]]) -> None:
    """Four callers ask for what is ready and for what only the database knows."""
    statuses: Counter[tuple[str, int]] = Counter()
    phase, ended, recovered = ["before"], threading.Event(), threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(base_url=client.base_url, timeout=30, trust_env=False) as caller:
            for place in range(number, 10**6, 4):
                if ended.is_set():
                    return
                now = phase[0]
                identity = stations[place % len(stations)]["IDEESS"]
                ready = caller.get(f"/rest/price/gasolina95e5/{identity}")
                past = caller.get(f"/rest/price/gasoleoa/{identity}/2022-03-{1 + place % 28:02}/2022-03-31")
                statuses[now, ready.status_code] += 1
                statuses[now, past.status_code] += 1
                if now == "after" and past.status_code == 200:
                    recovered.set()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(OUTAGE_S[0])
    server.stop("immediate")
    phase[0] = "away"
    time.sleep(OUTAGE_S[1])
    server.start()
    phase[0], begun = "after", time.monotonic()
    recovered.wait(60)
    recovery_s = time.monotonic() - begun
    time.sleep(OUTAGE_S[2])
    ended.set()
    for thread in threads:
        thread.join(60)
    print(f"database stopped and started under load: {dict(statuses)}; recovered {recovery_s:.1f} s after its start")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
