"""`make bench`: what our chain reaches of the bare loop's rate, on the same machine, in the same run.

A backlog of readings waits in a real mosquitto's queue; a consumer is started and timed from the reading at a tenth of
the way to the last one, by their rows in the database. The consumers take turns: bare, ours, bare, ours, ...; each pair
gives a ratio. Afterwards the rows are counted: none lost, none twice.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.migrate import migrate
from tests.integration.mosquitto_server import MosquittoServer, free_port, wait_for_port
from tests.integration.postgresql_server import PostgresqlServer, postgresql_server

REPOSITORY = Path(__file__).parents[2]
NODES = [f"park-{number}" for number in range(10)]
DEADLINE_S = 300


@contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child with this environment added; ended when the block ends."""
    child = subprocess.Popen(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextmanager
def bare_loop(url: str, broker: MosquittoServer) -> Iterator[None]:
    """The reference, in one process."""
    environment = {"DATABASE_URL": url, "MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(broker.port)}
    with process("tests/load/bare_loop.py", **environment):
        yield


@contextmanager
def our_chain(url: str, broker: MosquittoServer) -> Iterator[None]:
    """mqtt-source and ingest-reading, each a process of its own as in production; HTTP between them."""
    port, metrics_port = free_port(), free_port()
    mqtt_port, sink = str(broker.port), f"http://127.0.0.1:{port}/"
    ingest = ("-m", "ahorrater.serve", "functions/ingest_reading/main.py")
    with process(*ingest, DATABASE_URL=url, PORT=str(port), LOG_LEVEL="ERROR"):
        wait_for_port(port)
        source = {"K_SINK": sink, "MQTT_HOST": "127.0.0.1", "MQTT_PORT": mqtt_port, "METRICS_PORT": str(metrics_port)}
        with process("functions/mqtt_source/main.py", **source):
            yield


CONSUMERS = {"bare": bare_loop, "ours": our_chain}


def fill_queue(broker: MosquittoServer, readings: int) -> None:
    """Leaves so many readings in the queue of the source's session, as ten devices in turn."""
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = 3600
    absent = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="ahorrater-mqtt-source", protocol=mqtt.MQTTv5)
    absent.connect("127.0.0.1", broker.port, clean_start=False, properties=session)
    absent.loop_start()
    absent.subscribe("ahorrater/v1/+/telemetry", qos=1)
    time.sleep(0.5)
    absent.disconnect()
    absent.loop_stop()
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    device.max_inflight_messages_set(1000)
    device.connect("127.0.0.1", broker.port)
    device.loop_start()
    measured_at = datetime.now(UTC).isoformat()
    for number in range(readings):
        reading = {
            "boot": 1,
            "seq": number,
            "measured_at": measured_at,
            "voltage_v": 18.2,
            "current_a": 1.93,
            "power_w": 35.1,
        }
        message = device.publish(f"ahorrater/v1/{NODES[number % 10]}/telemetry", json.dumps(reading), qos=1)
    message.wait_for_publish(120)
    device.disconnect()
    device.loop_stop()


def wait_for_row(database: Database, number: int) -> float:
    """The moment at which this reading's row is there, s."""
    key = {"node": NODES[number % 10], "seq": number}
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        with database.transaction() as transaction:
            if transaction.execute("SELECT 1 FROM reading WHERE node = :node AND boot = 1 AND seq = :seq", key):
                return time.monotonic()
        time.sleep(0.005)
    raise TimeoutError(f"reading {number} is not stored after {DEADLINE_S} s")


def measure(consumer: str, url: str, readings: int, folder: Path) -> float:
    """Readings stored per second."""
    migrate(url)
    broker = MosquittoServer(folder).start()
    database = Database(url)
    try:
        fill_queue(broker, readings)
        with CONSUMERS[consumer](url, broker):
            begun = wait_for_row(database, readings // 10)
            ended = wait_for_row(database, readings - 1)
        with database.transaction() as transaction:
            ((stored,),) = transaction.execute("SELECT count(*) FROM reading")
        if stored != readings:
            raise AssertionError(f"{consumer}: {stored} of {readings} readings are stored")
    finally:
        database.close()
        broker.stop()
    return (readings - 1 - readings // 10) / (ended - begun)


def compare(name: str, rounds: int, readings: int, server: PostgresqlServer | None) -> None:
    """Prints a line: the two rates' medians and the median of the pairs' ratios."""
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for consumer, measured in rates.items():
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ahorrater-bench-")))
                url = stack.enter_context(server.database()) if server else f"sqlite:///{folder}/bench.db"
                measured.append(measure(consumer, url, readings, folder / "mosquitto"))
                print(f"  {name} {consumer}: {measured[-1]:8.0f} readings/s", flush=True)
    ratios = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    bare, ours = statistics.median(rates["bare"]), statistics.median(rates["ours"])
    print(
        f"{name}: bare {bare:.0f}/s, ours {ours:.0f}/s, ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}); 0 lost, 0 twice"
    )


def main() -> None:
    """Runs the comparison on SQLite and PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    compare("SQLite", arguments.rounds, arguments.readings, None)
    with postgresql_server() as server:
        compare("PostgreSQL", arguments.rounds, arguments.readings, server)


if __name__ == "__main__":
    main()
