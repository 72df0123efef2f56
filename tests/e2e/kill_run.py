"""kill -9 of functions in turn while readings stream in: what was acknowledged is stored, exactly once.

`python -m tests.e2e.kill_run --rate 2000 --seconds 60` is the long run; the test is a short one.
"""

import argparse
import json
import math
import os
import random
import signal
import sqlite3
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt

from tests.e2e.made_up import Run, make_up, until

VICTIMS = ("mqtt-source", "ingest-reading", "choose-node", "relabel")
NODES = ("tfgrj1", "tfgrj2", "tfgrj3")
KILL_EVERY_S = 3.0
QUICK = {"POLICY_HOLD_S": "1", "POLICY_FAILING_HOLD_S": "0.5", "POLICY_MINIMUM_STAY_S": "1", "SMOOTHING_S": "0.2"}
Identity = tuple[str, int]


@dataclass
class Device:
    """One park's device: publishes in open loop and keeps the ledger of what the MQTT broker acknowledged."""

    node: str
    port: int
    acknowledged: list[int] = field(default_factory=list)
    under_way: dict[int, int] = field(default_factory=dict)
    published: int = 0

    def __post_init__(self) -> None:
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.max_inflight_messages_set(0)
        self.client.on_publish = self._on_publish
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()

    def _on_publish(self, _client: object, _data: object, mid: int, reason: mqtt.ReasonCode, _more: object) -> None:
        if not reason.is_failure:
            self.acknowledged.append(mid)

    def publish(self, power_w: float) -> None:
        """One reading."""
        reading = {
            "boot": 1,
            "seq": self.published,
            "measured_at": datetime.now(UTC).isoformat(),
            "voltage_v": 20.0,
            "current_a": power_w / 20.0,
        }
        topic = f"ahorrater/v1/{self.node}/telemetry"
        self.under_way[self.client.publish(topic, json.dumps(reading), qos=1).mid] = self.published
        self.published += 1

    def ledger(self) -> set[Identity]:
        """The identities of the acknowledged readings."""
        return {(self.node, self.under_way[mid]) for mid in self.acknowledged}

    def close(self) -> None:
        """Disconnects."""
        self.client.disconnect()
        self.client.loop_stop()


@dataclass(frozen=True)
class Outcome:
    """What came of a run. `moments_without_sun` counts the looks at the cluster that found no sunny node."""

    acknowledged: int
    stored: int
    lost: int
    kills: int
    looks: int
    moments_without_sun: int
    sunny_at_the_end: list[str]
    moves: int


class Watcher(threading.Thread):
    """Looks at the cluster again and again."""

    def __init__(self, run: Run) -> None:
        super().__init__(daemon=True)
        self._run, self._over, self.looks, self.dark = run, threading.Event(), 0, 0

    def run(self) -> None:
        """Until `stop`."""
        while not self._over.wait(0.05):
            self.looks += 1
            self.dark += not self._run.sunny_nodes()

    def stop(self) -> None:
        """Ends it."""
        self._over.set()
        self.join()


def stream(devices: list[Device], rate: int, seconds: float, run: Run, seed: int) -> int:
    """Publishes at `rate` for so long, killing somebody every few seconds. Returns the number of kills."""
    victims, kills = random.Random(seed), 0
    begun = time.monotonic()
    sent, killed_at = 0, 0.0
    while (elapsed := time.monotonic() - begun) < seconds:
        for number in range(sent, int(elapsed * rate)):
            device = devices[number % len(devices)]
            device.publish(30 + 25 * math.sin(elapsed / 2 + 2.1 * devices.index(device)))
            sent = number + 1
        if elapsed - killed_at > KILL_EVERY_S:
            kills += kill(run, VICTIMS[kills % len(VICTIMS)] if kills < len(VICTIMS) else victims.choice(VICTIMS))
            killed_at = elapsed
        time.sleep(0.002)
    return kills


def kill(run: Run, name: str) -> bool:
    """kill -9, unless it is just being started again."""
    try:
        os.kill(run.pid_of(name), signal.SIGKILL)
    except (ValueError, ProcessLookupError):
        return False
    return True


def stored(home: Path) -> set[Identity]:
    """The identities of the rows."""
    with closing(sqlite3.connect(home / "ahorrater.db")) as connection:
        return set(connection.execute("SELECT node, seq FROM reading"))


def play(home: Path, rate: int, seconds: float, seed: int) -> Outcome:
    """The whole run."""
    with make_up(home, SIMULATED_PARKS="false", **QUICK) as run:
        port = int(run.addresses["mosquitto"].rpartition(":")[2])
        devices = [Device(node, port) for node in NODES]
        devices[0].publish(40.0)
        until(run.sunny_nodes)
        watcher = Watcher(run)
        watcher.start()
        kills = stream(devices, rate, seconds, run, seed)
        until(lambda: all(len(device.acknowledged) == device.published for device in devices) or None)
        ledger = set().union(*(device.ledger() for device in devices))
        until(lambda: ledger <= stored(home) or None, 120)
        sunny = until(lambda: sunny if len(sunny := run.sunny_nodes()) == 1 else None)
        watcher.stop()
        moves = len(run.get("energy-query", "/rest/metrics/decisions?moved=true&limit=500"))
        for device in devices:
            device.close()
        rows = stored(home)
        return Outcome(len(ledger), len(rows), len(ledger - rows), kills, watcher.looks, watcher.dark, sunny, moves)


def main() -> None:
    """Prints the outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ahorrater-kills-") as home:
        print(play(Path(home) / "home", arguments.rate, arguments.seconds, arguments.seed))


if __name__ == "__main__":
    main()
